"""What a pool and its applications keep beside their settings: whitelists, environment, agreements."""

UP = """
create table whitelist_entries (
  pool_id text not null references pools (id) on delete cascade,
  app_id text not null default '',
  kind text not null,
  value text not null,
  created_at timestamptz not null default now(),
  primary key (pool_id, app_id, kind, value)
);
comment on column whitelist_entries.app_id is 'Empty: for every application of the pool.';

create table pool_environment (
  pool_id text not null references pools (id) on delete cascade,
  key text not null,
  value bytea not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (pool_id, key)
);
comment on column pool_environment.value is 'Encrypted with the secret key.';

create table agreements (
  pool_id text not null,
  app_id text not null,
  id bigint not null generated always as identity,
  title text not null,
  required boolean not null,
  lang text not null,
  position integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (pool_id, app_id, id),
  foreign key (pool_id, app_id) references apps (pool_id, id) on delete cascade
);
create index sessions_app on sessions (pool_id, app_id, created_at desc);
"""

DOWN = """
drop index sessions_app;
drop table agreements;
drop table pool_environment;
drop table whitelist_entries;
"""
