"""Sessions and the keys that sign tokens."""

UP = """
create table signing_keys (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  purpose text not null check (purpose in ('management', 'rsa', 'app')),
  app_id text not null default '',
  fingerprint text not null,
  algorithm text not null check (algorithm in ('HS256', 'RS256')),
  sealed bytea not null,
  created_at timestamptz not null default now(),
  primary key (pool_id, id),
  constraint signing_keys_once unique (pool_id, purpose, app_id, fingerprint)
);
comment on column signing_keys.fingerprint is
  'Makes one row of one secret: of an application secret its digest, of a generated key "first" or its id.';

create table sessions (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  user_id text not null,
  app_id text not null default '',
  device_id text not null default '',
  ip text,
  user_agent text not null default '',
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (pool_id, id)
);
create index sessions_user on sessions (pool_id, user_id, created_at desc);
create index sessions_expiry on sessions (expires_at);
"""

DOWN = """
drop table sessions;
drop table signing_keys;
"""
