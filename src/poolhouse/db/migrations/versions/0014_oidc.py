"""OpenID Connect: grants, authorization codes, refresh tokens. Only digests of what clients hold."""

UP = """
create table oidc_grants (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  app_id text not null,
  user_id text not null,
  session_id text not null,
  scope text not null,
  nonce text,
  authenticated_at timestamptz not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (pool_id, id),
  foreign key (pool_id, app_id) references apps (pool_id, id) on delete cascade
);
create index oidc_grants_user on oidc_grants (pool_id, user_id);
create index oidc_grants_session on oidc_grants (pool_id, session_id);

create table oidc_codes (
  pool_id text not null,
  digest bytea not null,
  grant_id text not null,
  redirect_uri text not null,
  code_challenge text,
  code_challenge_method text,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (pool_id, digest),
  foreign key (pool_id, grant_id) references oidc_grants (pool_id, id) on delete cascade
);

create table oidc_refresh_tokens (
  pool_id text not null,
  digest bytea not null,
  grant_id text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (pool_id, digest),
  foreign key (pool_id, grant_id) references oidc_grants (pool_id, id) on delete cascade
);
"""

DOWN = """
drop table oidc_refresh_tokens;
drop table oidc_codes;
drop table oidc_grants;
"""
