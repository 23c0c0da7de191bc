"""The lookup table of keys that are unique on the server: key to pool.

Decision: docs/decisions/0115-lookup-of-pools.md.

The keys were unique by indexes of their own tables, which a table that is spread over machines cannot have. The table
has no foreign key to `pools`, which may be spread as well. A server of before may run beside this version and writes
nothing into it: triggers do. They are made before the table is filled, and the old indexes go afterwards, so that no
key is missed or taken twice at any moment.

Of access keys alone the id was not unique by an index: should two pools have the same one, the older has it.
"""

_KINDS = {
    "pools": ("domain", "id", "domain"),
    "apps": ("application", "pool_id", "id"),
    "access_keys": ("access_key", "pool_id", "id"),
    "signing_keys": ("signing_key", "pool_id", "id"),
}

_TABLE = """
create table pool_lookup (
  kind text not null,
  key text not null,
  pool_id text not null,
  created_at timestamptz not null default now(),
  primary key (kind, key)
);
create index pool_lookup_pool on pool_lookup (pool_id, kind);
comment on table pool_lookup is
  'In which pool a key is that is unique on the server, whatever tables are spread over machines.';

create function poolhouse_note_lookup() returns trigger language plpgsql as $$
declare
  old_row jsonb := to_jsonb(old);
  new_row jsonb := to_jsonb(new);
  old_kind text := case when old_row ->> 'purpose' = 'rsa' then 'published_key' else tg_argv[0] end;
  new_kind text := case when new_row ->> 'purpose' = 'rsa' then 'published_key' else tg_argv[0] end;
  old_pool text := old_row ->> tg_argv[1];
  new_pool text := new_row ->> tg_argv[1];
  old_key text := old_row ->> tg_argv[2];
  new_key text := new_row ->> tg_argv[2];
begin
  if tg_table_name <> tg_argv[3] then
    return null; -- part of a table that is spread: this is not the machine with the lookup table
  end if;
  if (old_kind, old_pool, old_key) is not distinct from (new_kind, new_pool, new_key) then
    return null;
  end if;
  if old_key is not null then
    delete from pool_lookup where kind = old_kind and key = old_key and pool_id = old_pool;
  end if;
  if new_key is not null then
    insert into pool_lookup (kind, key, pool_id) values (new_kind, new_key, new_pool) on conflict do nothing;
    if not exists (
      select 1 from pool_lookup where kind = new_kind and key = new_key and pool_id = new_pool
    ) then
      raise unique_violation using
        message = 'duplicate key value violates unique constraint "pool_lookup_pkey"', constraint = 'pool_lookup_pkey';
    end if;
  end if;
  return null;
end $$;
"""


def _trigger(table: str) -> str:
    kind, pool, key = _KINDS[table]
    changed = "domain" if table == "pools" else "id, pool_id"
    return f"""
create trigger {table}_looked_up after insert or delete or update of {changed} on {table}
  for each row execute function poolhouse_note_lookup('{kind}', '{pool}', '{key}', '{table}');
"""


_FILLED = (
    "insert into pool_lookup (kind, key, pool_id) select 'domain', domain, id from pools on conflict do nothing;",
    "insert into pool_lookup (kind, key, pool_id) select 'application', id, pool_id from apps on conflict do nothing;",
    "insert into pool_lookup (kind, key, pool_id) select 'access_key', id, pool_id from access_keys "
    "order by created_at on conflict do nothing;",
    "insert into pool_lookup (kind, key, pool_id) select "
    "case purpose when 'rsa' then 'published_key' else 'signing_key' end, id, pool_id from signing_keys "
    "on conflict do nothing;",
)


UP = (
    _TABLE,
    *(_trigger(table) for table in _KINDS),
    *_FILLED,
    "analyze pool_lookup;",
    "drop index concurrently if exists apps_id;",
    "drop index concurrently if exists access_keys_id;",
    "drop index concurrently if exists signing_keys_id;",
    "alter table pools drop constraint if exists pools_domain_key;",
)

DOWN = (
    "alter table pools drop constraint if exists pools_domain_key;\n"
    "alter table pools add constraint pools_domain_key unique (domain);\n"
    "create unique index if not exists signing_keys_id on signing_keys (id);\n"
    "create index if not exists access_keys_id on access_keys (id);\n"
    "create unique index if not exists apps_id on apps (id);\n"
    + "".join(f"drop trigger if exists {table}_looked_up on {table};\n" for table in _KINDS)
    + "drop function if exists poolhouse_note_lookup();\n"
    "drop table if exists pool_lookup;\n"
)
