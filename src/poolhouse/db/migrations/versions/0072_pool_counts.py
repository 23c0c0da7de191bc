"""What happened in a pool, counted by quarters of an hour, so that a page of figures reads no log from end to end.

Quarters, because every time zone in use begins its days on one. Decision: docs/decisions/0067-counts.md.
"""

UP = (
    """
    create table pool_counts (
      pool_id text not null references pools (id) on delete cascade,
      kind text not null check (kind in ('login', 'refusal', 'user', 'moved')),
      name text not null,
      quarter timestamptz not null,
      count bigint not null,
      primary key (pool_id, kind, quarter, name)
    );
    comment on table pool_counts is
      'One row a quarter of an hour in which something happened; name is the reason of a refusal, else empty.';
    create table pool_counts_until (
      only_row boolean primary key default true check (only_row),
      at timestamptz not null
    );
    comment on table pool_counts_until is 'Everything before this moment is in pool_counts.';
    """,
    """
    create index concurrently user_identities_moved on user_identities (pool_id, created_at desc)
      where provider = 'custom-database';
    """,
    "create index concurrently mail_outbox_unsent on mail_outbox (pool_id, status) where status <> 'sent';",
)

DOWN = """
drop index if exists mail_outbox_unsent;
drop index if exists user_identities_moved;
drop table if exists pool_counts_until;
drop table if exists pool_counts;
"""
