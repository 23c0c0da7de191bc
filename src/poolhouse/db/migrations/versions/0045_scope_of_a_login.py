"""What a sign-in asked for by its scope, and the grants whose refresh token came with the login itself."""

UP = """
alter table sessions add column scope text;
alter table oidc_grants add column with_login boolean not null default false;
"""

DOWN = """
alter table oidc_grants drop column with_login;
alter table sessions drop column scope;
"""
