"""How many people move in at once: import files, and the tail of a migration by login."""
