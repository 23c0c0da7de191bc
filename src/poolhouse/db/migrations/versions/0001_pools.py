"""Pools, applications, administrators and the server's own keys."""

UP = """
create table server_keys (
  name text primary key,
  value bytea not null,
  created_at timestamptz not null default now()
);
comment on table server_keys is 'Keys of the server itself, encrypted with the secret key. No pool owns them.';

create table pools (
  id text primary key,
  name text not null,
  domain text not null unique,
  description text,
  logo text,
  owner_id text,
  secret bytea not null,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table apps (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  name text not null,
  identifier text not null,
  description text,
  logo text,
  secret bytea not null,
  app_type text not null default 'INDIVIDUAL',
  redirect_uris text[] not null default '{}',
  logout_redirect_uris text[] not null default '{}',
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (pool_id, id),
  constraint apps_identifier_key unique (pool_id, identifier)
);
create unique index apps_id on apps (id);

create table administrators (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  username text not null,
  password_hash text not null,
  created_at timestamptz not null default now(),
  primary key (pool_id, id),
  constraint administrators_username_key unique (pool_id, username)
);
create unique index administrators_username on administrators (username);
"""

DOWN = """
drop table administrators;
drop table apps;
drop table pools;
drop table server_keys;
"""
