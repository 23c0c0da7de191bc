"""Applications' own access tokens that were revoked before their time: no grant stands behind them that could end."""

UP = """
create table oidc_revoked_tokens (
  pool_id text not null,
  jti text not null,
  expires_at timestamptz not null,
  primary key (pool_id, jti)
);
create index oidc_revoked_tokens_expiry on oidc_revoked_tokens (expires_at);
"""

DOWN = "drop table oidc_revoked_tokens;"
