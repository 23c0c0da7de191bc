"""Lists of those who logged in, newest first."""

UP = ("create index concurrently user_logins_newest on user_logins (pool_id, created_at desc);",)

DOWN = "drop index if exists user_logins_newest;"
