"""Whose passwords the pool's verifyPassword judges is counted without reading everybody."""

UP = """
create index users_judged_by_function on users (pool_id)
  where starts_with(password_hash, '{verifyPassword');
"""

DOWN = "drop index users_judged_by_function;"
