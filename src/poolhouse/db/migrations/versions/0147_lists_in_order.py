"""Nicknames and companies in the order of their lists, and whoever acted by the kind of the act.

Thousands have the same nickname, whom a page sorted each time. And of all that an administrator did none is the act of
a user: the list of sign-ins read all of it to find that out. Sizes and times:
docs/decisions/0114-single-filters.md.
"""

UP = (
    "create index concurrently users_nickname_newest on users (pool_id, nickname desc, created_at desc) "
    "where nickname is not null;",
    "create index concurrently users_company_newest on users (pool_id, company desc, created_at desc) "
    "where company is not null;",
    "drop index concurrently if exists users_nickname;",
    "drop index concurrently if exists users_company;",
    "create index concurrently audit_records_actor_kind on each partition of audit_records "
    "(pool_id, actor_id, kind, at desc, id desc) where actor_id <> coalesce(user_id, '');",
    "drop index if exists audit_records_actor;",
)

DOWN = """
create index if not exists audit_records_actor on audit_records (pool_id, actor_id, at desc, id desc)
  where actor_id <> coalesce(user_id, '');
drop index if exists audit_records_actor_kind;
create index if not exists users_company on users (pool_id, company) where company is not null;
create index if not exists users_nickname on users (pool_id, nickname) where nickname is not null;
drop index if exists users_company_newest;
drop index if exists users_nickname_newest;
"""
