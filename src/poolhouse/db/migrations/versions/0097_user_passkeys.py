"""Passkeys of users, and the challenges that one was signed for, each of which is good once.

Decision: docs/decisions/0082-passkeys-of-users.md.
"""

UP = """
create table user_passkeys (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  user_id text not null,
  credential_id bytea not null,
  rp_id text not null,
  public_key bytea not null,
  sign_count bigint not null,
  backup_eligible boolean not null,
  backed_up boolean not null,
  kind text not null,
  name text not null,
  app_id text,
  platform text not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (pool_id, id),
  constraint user_passkeys_credential unique (pool_id, credential_id)
);
create index user_passkeys_of on user_passkeys (pool_id, user_id, id);
comment on table user_passkeys is 'Public keys (WebAuthn). Nothing in it opens anything.';
comment on column user_passkeys.rp_id is 'The host name it was made at, and is good at alone.';
comment on column user_passkeys.app_id is 'At which application it was made.';

create table passkey_challenges (
  pool_id text not null references pools (id) on delete cascade,
  digest bytea not null,
  ends_at timestamptz not null,
  primary key (pool_id, digest)
);
create index passkey_challenges_end on passkey_challenges (ends_at);
comment on table passkey_challenges is 'Challenges that were answered rightly, until they would have run out.';
"""

DOWN = """
drop table passkey_challenges;
drop table user_passkeys;
"""
