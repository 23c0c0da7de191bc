"""Tenants, their applications and members; identity sources and their connections."""

UP = """
create table tenants (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  code text not null,
  name text not null,
  description text,
  logo text,
  reject_hint text,
  creator text not null default '',
  source_app_id text,
  enterprise_domains text[] not null default '{}',
  css text,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (pool_id, id),
  constraint tenants_code_key unique (pool_id, code)
);
create index tenants_newest on tenants (pool_id, created_at desc, id);

create table tenant_apps (
  pool_id text not null,
  tenant_id text not null,
  app_id text not null,
  primary key (pool_id, tenant_id, app_id),
  foreign key (pool_id, tenant_id) references tenants (pool_id, id) on delete cascade,
  foreign key (pool_id, app_id) references apps (pool_id, id) on delete cascade
);
create index tenant_apps_app on tenant_apps (pool_id, app_id);

create table tenant_members (
  pool_id text not null,
  tenant_id text not null,
  user_id text not null,
  id text not null,
  enabled boolean not null default true,
  administrator boolean not null default false,
  joined_at timestamptz not null default now(),
  primary key (pool_id, tenant_id, user_id),
  constraint tenant_members_id unique (pool_id, id),
  foreign key (pool_id, tenant_id) references tenants (pool_id, id) on delete cascade
);
comment on table tenant_members is 'No reference to users: in a custom user store they are not in our tables.';
create index tenant_members_user on tenant_members (pool_id, user_id);
create index tenant_members_newest on tenant_members (pool_id, tenant_id, joined_at desc, user_id);

create table identity_sources (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  tenant_id text,
  name text not null,
  type text not null,
  logo text,
  auto_join boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (pool_id, id),
  foreign key (pool_id, tenant_id) references tenants (pool_id, id) on delete cascade
);
create index identity_sources_tenant on identity_sources (pool_id, tenant_id);

create table identity_connections (
  pool_id text not null,
  id text not null,
  source_id text not null,
  type text not null,
  identifier text not null,
  display_name text not null,
  fields bytea not null,
  match_fields text[] not null default '{}',
  logo text,
  login_only boolean not null default false,
  associable boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (pool_id, id),
  constraint identity_connections_identifier unique (pool_id, identifier),
  foreign key (pool_id, source_id) references identity_sources (pool_id, id) on delete cascade
);
comment on column identity_connections.fields is 'JSON, encrypted with the secret key.';
create index identity_connections_source on identity_connections (pool_id, source_id);

create table identity_connection_states (
  pool_id text not null,
  connection_id text not null,
  place text not null,
  place_id text not null,
  enabled boolean not null,
  primary key (pool_id, connection_id, place, place_id),
  foreign key (pool_id, connection_id) references identity_connections (pool_id, id) on delete cascade
);
comment on column identity_connection_states.place is 'app or tenant: where the connection is switched on or off.';
"""

DOWN = """
drop table identity_connection_states;
drop table identity_connections;
drop table identity_sources;
drop table tenant_members;
drop table tenant_apps;
drop table tenants;
"""
