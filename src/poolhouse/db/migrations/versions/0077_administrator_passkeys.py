"""Passkeys of administrators, and the challenges that one was signed for, each of which is good once.

Decision: docs/decisions/0072-passkeys.md.
"""

UP = """
create table administrator_passkeys (
  id text primary key,
  administrator_id text not null references administrators (id) on delete cascade,
  credential_id bytea not null,
  rp_id text not null,
  public_key bytea not null,
  sign_count bigint not null,
  backup_eligible boolean not null,
  backed_up boolean not null,
  name text not null,
  created_at timestamptz not null,
  used_at timestamptz,
  constraint administrator_passkeys_credential unique (credential_id)
);
create index administrator_passkeys_of on administrator_passkeys (administrator_id);
comment on table administrator_passkeys is 'Public keys (WebAuthn). Nothing in it opens anything.';
comment on column administrator_passkeys.rp_id is 'The host name it was made at, and is good at alone.';

create table administrator_challenges (
  digest bytea primary key,
  ends_at timestamptz not null
);
create index administrator_challenges_end on administrator_challenges (ends_at);
comment on table administrator_challenges is 'Challenges that were answered rightly, until they would have run out.';
"""

DOWN = """
drop table administrator_challenges;
drop table administrator_passkeys;
"""
