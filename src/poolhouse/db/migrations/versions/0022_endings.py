"""Finding what must end: tickets by their user, signing keys by their id and by when nothing needs them."""

# What the keys that are there have signed nobody wrote down; ten years is the longest life a pool can set.
UP = """
create index tickets_user on tickets (pool_id, user_id);
alter table signing_keys add column needed_until timestamptz not null default now() + interval '10 years';
alter table signing_keys alter column needed_until set default now() + interval '1 day';
comment on column signing_keys.needed_until is
  'No token signed with the key lives longer; replaced and past it, the key is deleted.';
create unique index signing_keys_id on signing_keys (id);
"""

DOWN = """
drop index signing_keys_id;
alter table signing_keys drop column needed_until;
drop index tickets_user;
"""
