"""Administrators belong to the server, each with roles in pools and sessions of their own.

The one that a first start made becomes an owner of the server: its password stands in the operator's data folder.
`attempts` counts tries at administrators' passwords too, under no pool.

Decision: docs/decisions/0063-administrators.md.
"""

UP = """
alter table attempts drop constraint attempts_pool_id_fkey;

alter table administrators drop constraint administrators_pkey, drop constraint administrators_username_key,
  drop column pool_id;
alter table administrators add primary key (id);
alter table administrators
  add column name text not null default '',
  add column is_owner boolean not null default false,
  add column disabled boolean not null default false,
  add column must_change_password boolean not null default false,
  add column password_set_at timestamptz not null default now(),
  add column last_login_at timestamptz;
update administrators set is_owner = true;
comment on column administrators.is_owner is 'May do everything in every pool, and make administrators.';

create table administrator_roles (
  administrator_id text not null references administrators (id) on delete cascade,
  pool_id text not null,
  roles text[] not null,
  primary key (administrator_id, pool_id)
);
comment on table administrator_roles is
  'What an administrator may do in a pool. The names of roles are those of poolhouse.administrators.roles.';

create table administrator_factors (
  administrator_id text primary key references administrators (id) on delete cascade,
  secret bytea not null,
  confirmed boolean not null default false,
  last_step bigint not null default 0,
  recovery_codes bytea[] not null default '{}'
);
comment on table administrator_factors is 'Authenticators (TOTP). Each recovery code, a digest here, stands in once.';

create table administrator_sessions (
  digest bytea primary key,
  administrator_id text not null references administrators (id) on delete cascade,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ip text,
  user_agent text not null default ''
);
create index administrator_sessions_of on administrator_sessions (administrator_id);
create index administrator_sessions_end on administrator_sessions (expires_at);
comment on column administrator_sessions.digest is 'The digest of what the browser keeps.';
"""

DOWN = """
drop table administrator_sessions;
drop table administrator_factors;
drop table administrator_roles;
delete from attempts a where not exists (select 1 from pools p where p.id = a.pool_id);
alter table attempts
  add constraint attempts_pool_id_fkey foreign key (pool_id) references pools (id) on delete cascade;
delete from administrators where not is_owner;
alter table administrators drop constraint administrators_pkey,
  drop column last_login_at, drop column password_set_at, drop column must_change_password,
  drop column disabled, drop column is_owner, drop column name,
  add column pool_id text references pools (id) on delete cascade;
update administrators set pool_id = (select id from pools order by created_at, id limit 1);
delete from administrators where pool_id is null;
alter table administrators alter column pool_id set not null, add primary key (pool_id, id),
  add constraint administrators_username_key unique (pool_id, username);
"""
