"""The composition root, read top to bottom."""
