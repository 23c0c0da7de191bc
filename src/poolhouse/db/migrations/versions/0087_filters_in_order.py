"""The indexes of status, gender and source end with the id, as the order of lists does.

Without it a page cost a sort, and PostgreSQL took reading the newest of all for as cheap: by the luck of its sample it
read half of a pool to find the first people of a source that came early.
"""

UP = (
    """
    create index concurrently users_shown_newest on users
      (pool_id, (case when blocked and status = 'Activated' then 'Suspended' else status end), created_at desc, id)
      where case when blocked and status = 'Activated' then 'Suspended' else status end <> 'Activated';
    """,
    "create index concurrently users_gender_newest on users (pool_id, gender, created_at desc, id) "
    "where gender <> 'U';",
    "create index concurrently users_source_newest on users (pool_id, user_source_type, created_at desc, id);",
    "drop index concurrently if exists users_shown;",
    "drop index concurrently if exists users_gender;",
    "drop index concurrently if exists users_source;",
    "analyze users;",
)

DOWN = """
create index if not exists users_source on users (pool_id, user_source_type, created_at desc);
create index if not exists users_gender on users (pool_id, gender, created_at desc) where gender <> 'U';
create index if not exists users_shown on users
  (pool_id, (case when blocked and status = 'Activated' then 'Suspended' else status end), created_at desc)
  where case when blocked and status = 'Activated' then 'Suspended' else status end <> 'Activated';
drop index if exists users_source_newest;
drop index if exists users_gender_newest;
drop index if exists users_shown_newest;
"""
