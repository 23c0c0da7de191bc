"""Applications, newest first: a pool of 100,000 was sorted for each page."""

UP = ("create index concurrently apps_newest on apps (pool_id, created_at desc, id);",)

DOWN = "drop index if exists apps_newest;"
