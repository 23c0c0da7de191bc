"""When who is in or below a department last changed, so that a total of them can be kept."""

UP = """
create table org_changes (
  pool_id text not null references pools (id) on delete cascade,
  shard smallint not null,
  changes bigint not null,
  primary key (pool_id, shard)
);
comment on table org_changes is
  'Its sum grows with every change of who is in or below a department. Shards are as those of user_counts.';

create or replace function poolhouse_touch_members() returns trigger language plpgsql as $$
declare one record;
begin
  if tg_table_name = 'node_members' then
    insert into org_changes as c (pool_id, shard, changes)
      select pool_id, poolhouse_free_shard(pool_id), 1 from (select distinct pool_id from changed) of_pool
      where exists (select 1 from pools p where p.id = of_pool.pool_id)
      on conflict (pool_id, shard) do update set changes = c.changes + 1;
  end if;
  if (select count(*) from (select 1 from changed limit 10001) few) > 10000 then return null; end if;
  for one in select pool_id, array_agg(distinct user_id) as ids from changed group by pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;
"""

DOWN = """
create or replace function poolhouse_touch_members() returns trigger language plpgsql as $$
declare one record;
begin
  if (select count(*) from (select 1 from changed limit 10001) few) > 10000 then return null; end if;
  for one in select pool_id, array_agg(distinct user_id) as ids from changed group by pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;
drop table org_changes;
"""
