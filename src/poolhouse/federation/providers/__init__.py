"""One folder for each kind of identity source: its manifest and its client. They know nothing of one another."""
