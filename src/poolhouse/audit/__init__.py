"""Who did what on whom: one row an act, in the act's own transaction."""
