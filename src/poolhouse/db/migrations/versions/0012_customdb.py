"""Custom databases: connections, script versions, what ran, and how migration goes."""

UP = """
create table custom_databases (
  pool_id text primary key references pools (id) on delete cascade,
  enabled boolean not null default false,
  mode text not null default 'LAZY_MIGRATION' check (mode in ('LAZY_MIGRATION', 'CUSTOM_USER_STORE')),
  database_type text not null default 'postgresql',
  settings jsonb not null default '{}',
  secrets bytea not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column custom_databases.secrets is 'The connection and the environment, encrypted.';

create table custom_scripts (
  pool_id text not null references pools (id) on delete cascade,
  name text not null,
  version integer not null,
  source text not null,
  created_at timestamptz not null default now(),
  created_by text not null,
  primary key (pool_id, name, version)
);
comment on table custom_scripts is 'Versions are never changed; publishing an older one is a rollback.';

create table custom_scripts_published (
  pool_id text not null,
  name text not null,
  version integer not null,
  published_at timestamptz not null default now(),
  published_by text not null,
  primary key (pool_id, name),
  foreign key (pool_id, name, version) references custom_scripts (pool_id, name, version) on delete cascade
);

create table custom_script_logs (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  at timestamptz not null default now(),
  name text not null,
  version integer,
  duration_ms real not null,
  success boolean not null,
  outcome text not null,
  message text,
  stack text,
  console jsonb not null default '[]',
  warnings jsonb not null default '[]',
  clients_opened integer not null default 0,
  clients_left_open integer not null default 0,
  arguments jsonb not null default '[]',
  app_id text,
  request_id text,
  debug boolean not null default false,
  primary key (pool_id, id)
);
create index custom_script_logs_newest on custom_script_logs (pool_id, at desc, id);
create index custom_script_logs_old on custom_script_logs (at);

create table custom_migrations (
  pool_id text not null references pools (id) on delete cascade,
  outcome text not null,
  count bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (pool_id, outcome)
);
comment on column custom_migrations.outcome is 'migrated, or the reason a migration failed';
"""

DOWN = """
drop table custom_migrations;
drop table custom_script_logs;
drop table custom_scripts_published;
drop table custom_scripts;
drop table custom_databases;
"""
