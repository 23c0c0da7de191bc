"""Client assertions that were used: one that comes again is a replay."""

UP = """
create table oidc_client_assertions (
  pool_id text not null,
  app_id text not null,
  digest bytea not null,
  expires_at timestamptz not null,
  primary key (pool_id, app_id, digest),
  foreign key (pool_id, app_id) references apps (pool_id, id) on delete cascade
);
create index oidc_client_assertions_expiry on oidc_client_assertions (expires_at);
"""

DOWN = "drop table oidc_client_assertions;"
