"""Sign-ins under way at an identity source.

Decision: docs/decisions/0090-federated-sign-in.md.
"""

UP = """
create table federation_attempts (
  pool_id text not null,
  id text not null,
  connection_id text not null,
  digest bytea not null,
  browser bytea not null,
  sealed bytea not null,
  expires_at timestamptz not null,
  primary key (pool_id, id),
  foreign key (pool_id, connection_id) references identity_connections (pool_id, id) on delete cascade
);
create index federation_attempts_end on federation_attempts (expires_at);
create index federation_attempts_connection on federation_attempts (pool_id, connection_id);
comment on table federation_attempts is 'Each good once, in the browser that began it.';
comment on column federation_attempts.digest is 'Of the secret in the state.';
comment on column federation_attempts.browser is 'Digest of the form cookie.';
comment on column federation_attempts.sealed is 'JSON, encrypted with the secret key.';
"""

DOWN = """
drop table federation_attempts;
"""
