"""The server's own signing keys, in place of an RSA key for each pool (docs/decisions/0029-signing-keys.md).

The pools' RSA keys stay where they are: they verify until what they signed has expired.
"""

UP = """
create table server_signing_keys (
  id text primary key,
  algorithm text not null check (algorithm in ('RS256', 'ES256')),
  fingerprint text not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  signs_from timestamptz not null default now(),
  needed_until timestamptz not null default now() + interval '1 day',
  constraint server_signing_keys_once unique (algorithm, fingerprint)
);
comment on table server_signing_keys is 'Keys of the server itself, encrypted with the secret key. No pool owns them.';
comment on column server_signing_keys.fingerprint is 'Makes one row of many first starts: "first", or the key''s id.';
comment on column server_signing_keys.signs_from is
  'A new key is published before it signs, so that whoever keeps the published ones has it by then.';
comment on column server_signing_keys.needed_until is
  'No token signed with the key lives longer; replaced and past it, the key is deleted.';
"""

DOWN = "drop table server_signing_keys;"
