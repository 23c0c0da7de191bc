"""How far imports of users have come."""

UP = """
create table user_imports (
  pool_id text not null references pools (id) on delete cascade,
  source text not null,
  position bigint not null default 0,
  imported bigint not null default 0,
  skipped bigint not null default 0,
  failed bigint not null default 0,
  errors_bytes bigint not null default 0,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (pool_id, source)
);
comment on column user_imports.source is 'A file by the digest of its content, or listUsers.';
"""

DOWN = "drop table user_imports;"
