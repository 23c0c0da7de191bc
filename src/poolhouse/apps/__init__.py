"""Applications of a pool: what users sign in to."""
