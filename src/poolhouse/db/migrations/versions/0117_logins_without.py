"""Of who logged in, those without a number of logins or without a time: brought along from elsewhere, or nobody.

In the order of the number of logins they come first or last, and who looked for them read everybody who never logged
in. Who logs in leaves these indexes; no login of anybody else writes them. Decision:
docs/decisions/0095-lists-walked-in-vain.md.
"""

UP = (
    "create index concurrently user_logins_uncounted on user_logins (pool_id, created_at desc) where logins_count = 0;",
    "create index concurrently user_logins_undated on user_logins (pool_id, created_at desc) where last_login is null;",
)

DOWN = """
drop index if exists user_logins_undated;
drop index if exists user_logins_uncounted;
"""
