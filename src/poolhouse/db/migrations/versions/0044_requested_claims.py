"""The claims an application asks for by name (OpenID Connect Core 5.5), beside those of its scopes."""

UP = """
alter table oidc_grants
  add column id_token_claims text[] not null default '{}',
  add column userinfo_claims text[] not null default '{}';
"""

DOWN = """
alter table oidc_grants drop column id_token_claims, drop column userinfo_claims;
"""
