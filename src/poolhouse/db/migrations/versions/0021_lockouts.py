"""Until when an account that saw too many wrong passwords lets nobody try."""

UP = """
alter table attempts add column locked_until timestamptz;
comment on column attempts.locked_until is
  'No try before; set by the try that reaches the limit, later and later by each one after it.';
"""

DOWN = "alter table attempts drop column locked_until;"
