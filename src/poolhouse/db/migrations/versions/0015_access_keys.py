"""Access keys, their last use, and the signatures already spent."""

UP = """
create table access_keys (
    pool_id    text not null references pools (id) on delete cascade,
    id         text not null,
    secret     bytea not null,
    user_id    text,
    tenant_id  text,
    scopes     text[],
    enabled    boolean not null default true,
    created_at timestamptz not null default now(),
    primary key (pool_id, id)
);
-- A signed request names its key and not its pool.
create index access_keys_id on access_keys (id);
-- Apart from the keys, so that a busy key's row is not rewritten while it is read. Also the pool's own key.
create table access_key_uses (
    pool_id text not null references pools (id) on delete cascade,
    key_id  text not null,
    used_at timestamptz not null,
    primary key (pool_id, key_id)
);
-- Unlogged: a row a signed request must not wait for the disk. A crash of the database forgets the
-- signatures of the last minutes; a clean restart does not.
create unlogged table spent_signatures (
    pool_id   text not null,
    signature bytea not null,
    spent_at  timestamptz not null,
    primary key (pool_id, signature)
);
create index spent_signatures_spent_at on spent_signatures (spent_at);
"""

DOWN = "drop table spent_signatures, access_key_uses, access_keys;"
