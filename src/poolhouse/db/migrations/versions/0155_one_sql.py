"""Triggers and foreign keys as a PostgreSQL that is sharded by pool (Citus) takes them, with the same effect.

A trigger's statement reads what changed or writes another table, never both: what changed is gathered by pool first,
and written by statements that name that pool. The name of the trigger's table ends in the number of a shard there.

No foreign key follows an update of its parent, or is set to null: who renames a namespace or deletes a role changes the
children in the same statement (resources/postgres.py, roles/postgres.py). Nodes of before can neither rename
a namespace that something is in nor delete the parent of a role: docs/operations/upgrade.md.

Used signatures are logged, since an unlogged table cannot be moved to another machine while it is written. Whoever uses
one does not wait for the disk all the same. Decision: docs/decisions/0116-one-sql.md.
"""

_SEARCHED = (
    *("username", "nickname", "email", "phone", "name", "company", "given_name", "family_name"),
    *("middle_name", "profile", "preferred_username", "phone_key"),
)
_GROUPED = ("status", "blocked", "gender", "user_source_type")
_GROUP = (
    "poolhouse_counted_status({0}.status, {0}.blocked) as status, poolhouse_counted_gender({0}.gender) as gender, "
    "poolhouse_counted_source({0}.user_source_type) as source"
)


def _differ(names: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("old", "new"))
    return f"({old}) is distinct from ({new})"


_COUNTED = """
  for one in select distinct pool_id from changed where target_type = 'USER' loop
    if exists (select 1 from pools p where p.id = one.pool_id) then
      insert into org_changes as c (pool_id, shard, changes, fields)
        values (one.pool_id, poolhouse_free_shard(one.pool_id), 0, 1)
        on conflict (pool_id, shard) do update set fields = c.fields + 1;
    end if;
  end loop;
"""

_FUNCTIONS = f"""
create or replace function poolhouse_count_users() returns trigger language plpgsql as $$
declare one record;
begin
  if tg_op = 'INSERT' then
    for one in select c.pool_id, {_GROUP.format("c")}, count(*) as n from changed c group by 1, 2, 3, 4 loop
      insert into user_counts as c (pool_id, status, gender, source, shard, users)
        values (one.pool_id, one.status, one.gender, one.source, poolhouse_free_shard(one.pool_id), one.n)
        on conflict (pool_id, status, gender, source, shard) do update set users = c.users + excluded.users;
    end loop;
    for one in select pool_id, array_agg(id) as ids, array_agg(created_at) as since, array_agg(last_login) as latest,
        array_agg(logins_count) as counts, array_agg(last_ip) as ips from changed
        where last_login is not null or logins_count > 0 or last_ip is not null group by pool_id loop
      insert into user_logins (pool_id, user_id, created_at, last_login, logins_count, last_ip)
        select one.pool_id, l.id, l.since, l.latest, l.logins, l.ip
        from unnest(one.ids, one.since, one.latest, one.counts, one.ips) l (id, since, latest, logins, ip)
        on conflict do nothing;
    end loop;
  else
    for one in select c.pool_id, {_GROUP.format("c")}, count(*) as n from changed c group by 1, 2, 3, 4 loop
      if exists (select 1 from pools p where p.id = one.pool_id) then
        insert into user_counts as c (pool_id, status, gender, source, shard, users, deleted)
          values (one.pool_id, one.status, one.gender, one.source, poolhouse_free_shard(one.pool_id), -one.n, one.n)
          on conflict (pool_id, status, gender, source, shard)
            do update set users = c.users + excluded.users, deleted = c.deleted + excluded.deleted;
      end if;
    end loop;
    for one in select pool_id, array_agg(id) as ids from changed group by pool_id loop
      delete from user_logins where pool_id = one.pool_id and user_id = any(one.ids);
    end loop;
  end if;
  return null;
end $$;

create or replace function poolhouse_note_searched() returns trigger language plpgsql as $$
declare one record;
begin
  if tg_op = 'INSERT' and current_setting('poolhouse.search_later', true) = 'on' then
    return null;
  elsif tg_op = 'INSERT' then
    for one in select pool_id, array_agg(id) as ids, array_agg(created_at) as since,
        array_agg(poolhouse_search_text({", ".join(_SEARCHED)})) as texts from changed group by pool_id loop
      insert into user_search (pool_id, user_id, created_at, search_key)
        select one.pool_id, s.id, s.since, s.words from unnest(one.ids, one.since, one.texts) s (id, since, words)
        on conflict do nothing;
    end loop;
  else
    for one in select pool_id, array_agg(id) as ids, array_agg(created_at) as since from changed group by pool_id loop
      delete from user_search s using unnest(one.ids, one.since) c (id, since)
        where s.pool_id = one.pool_id and s.created_at = c.since and s.user_id = c.id;
    end loop;
  end if;
  return null;
end $$;

create or replace function poolhouse_recount_user() returns trigger language plpgsql as $$
declare
  of_search constant boolean := {_differ((*_SEARCHED, "created_at"))};
  noted constant text := coalesce(current_setting('poolhouse.noted', true), '');
  is_news constant boolean := noted <> new.pool_id || ' searched' and (of_search or noted <> new.pool_id || ' changed');
  one record;
begin
  if is_news then
    perform set_config(
      'poolhouse.noted', new.pool_id || case when of_search then ' searched' else ' changed' end, true);
    insert into user_counts as c (pool_id, status, gender, source, shard, users, searched, changed)
      values (new.pool_id, '', '', '', poolhouse_free_shard(new.pool_id), 0, of_search::int, 1)
      on conflict (pool_id, status, gender, source, shard)
        do update set searched = c.searched + excluded.searched, changed = c.changed + 1;
  end if;
  if not ({_differ((*_GROUPED, "created_at"))}) then
    return null;
  end if;
  for one in select status, gender, source, sum(n) as n, sum(elsewhen) as elsewhen from (
      select {_GROUP.format("old")}, -1 as n, 0 as elsewhen
      union all select {_GROUP.format("new")}, 1, case when old.created_at <> new.created_at then 1 else 0 end) moved
      group by 1, 2, 3 having sum(n) <> 0 or sum(elsewhen) <> 0 loop
    insert into user_counts as c (pool_id, status, gender, source, shard, users, regrouped, deleted)
      values (new.pool_id, one.status, one.gender, one.source, poolhouse_free_shard(new.pool_id), one.n,
        case when one.n < 0 then 1 else 0 end, one.elsewhen)
      on conflict (pool_id, status, gender, source, shard)
        do update set users = c.users + excluded.users, regrouped = c.regrouped + excluded.regrouped,
          deleted = c.deleted + excluded.deleted;
  end loop;
  return null;
end $$;

create or replace function poolhouse_touch_members() returns trigger language plpgsql as $$
declare one record;
begin
  if starts_with(tg_table_name, 'node_members') then
    for one in select distinct pool_id from changed loop
      if exists (select 1 from pools p where p.id = one.pool_id) then
        insert into org_changes as c (pool_id, shard, changes)
          values (one.pool_id, poolhouse_free_shard(one.pool_id), 1)
          on conflict (pool_id, shard) do update set changes = c.changes + 1;
      end if;
    end loop;
  end if;
  if (select count(*) from (select 1 from changed limit 10001) few) > 10000 then return null; end if;
  for one in select pool_id, array_agg(distinct user_id) as ids from changed group by pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;

create or replace function poolhouse_touch_valued() returns trigger language plpgsql as $$
declare one record;
begin
{_COUNTED}  if (select count(*) from (select 1 from changed limit 10001) few) > 10000 then return null; end if;
  for one in select pool_id, array_agg(distinct target_id) as ids from changed
             where target_type = 'USER' group by pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;

create or replace function poolhouse_touch_revalued() returns trigger language plpgsql as $$
declare one record;
begin
{_COUNTED}  if (select count(*) from (select 1 from changed limit 10001) few) > 10000 then return null; end if;
  for one in select c.pool_id, array_agg(distinct c.target_id) as ids
             from changed c join before b using (pool_id, target_type, target_id, key)
             where target_type = 'USER' and c.updated_at <> b.updated_at
               and (c.value is distinct from b.value or c.sealed is not null)
             group by c.pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;
"""  # noqa: S608 -- names of columns

_OF_NAMESPACES = ("resources", "policies", "resource_grants")


def _foreign_key(table: str, column: str, then: str) -> str:
    """A foreign key to a parent, which the column's name says, in the place of the one that is there."""
    parent = "roles (pool_id, id)" if column == "parent_id" else "namespaces (pool_id, code)"
    name = f"{table}_pool_id_{column}_fkey"
    return (
        f"alter table {table} drop constraint {name}, "
        f"add constraint {name} foreign key (pool_id, {column}) references {parent} {then} not valid;"
    )


UP = (
    _FUNCTIONS,
    *(_foreign_key(table, "namespace", "on delete cascade") for table in _OF_NAMESPACES),
    *(f"alter table {table} validate constraint {table}_pool_id_namespace_fkey;" for table in _OF_NAMESPACES),
    _foreign_key("roles", "parent_id", ""),
    "alter table roles validate constraint roles_pool_id_parent_id_fkey;",
    "alter table spent_signatures set logged;",
)

# The functions stay: they do what those of before did.
DOWN = "\n".join(
    [
        "alter table spent_signatures set unlogged;",
        _foreign_key("roles", "parent_id", "on delete set null (parent_id)"),
        *(
            _foreign_key(table, "namespace", "on update cascade on delete cascade")
            for table in _OF_NAMESPACES
        ),
    ]
).replace(" not valid", "")
