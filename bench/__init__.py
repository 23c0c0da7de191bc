"""Measurements against limits: `make bench`, or `python -m bench WORD...` for the rows whose file or name has it."""
