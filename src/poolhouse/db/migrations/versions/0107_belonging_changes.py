"""When who is in a group, who has a role and what values custom fields have last changed, so that totals can be kept.

Counted in the rows that count the changes of departments: of groups and roles by the statements that change them
(pools/postgres_changes.py), of fields by the triggers that move `updated_at`. Of roles that begin or end at a time of
their own the last such time is part of a total's state; hardly any has one, and the indexes hold no others.
Decision: docs/decisions/0088-filters-in-pairs.md.
"""

_COUNTED = """
  insert into org_changes as c (pool_id, shard, changes, fields)
    select of_pool.pool_id, poolhouse_free_shard(of_pool.pool_id), 0, 1 from (
      select distinct pool_id from changed where target_type = 'USER') of_pool
    where exists (select 1 from pools p where p.id = of_pool.pool_id)
    on conflict (pool_id, shard) do update set fields = c.fields + 1;
"""


_FUNCTIONS = """
create or replace function poolhouse_touch_valued() returns trigger language plpgsql as $$
declare one record;
begin
-- counted
  if (select count(*) from (select 1 from changed limit 10001) few) > 10000 then return null; end if;
  for one in select pool_id, array_agg(distinct target_id) as ids from changed
             where target_type = 'USER' group by pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;

create or replace function poolhouse_touch_revalued() returns trigger language plpgsql as $$
declare one record;
begin
-- counted
  if (select count(*) from (select 1 from changed limit 10001) few) > 10000 then return null; end if;
  for one in select c.pool_id, array_agg(distinct c.target_id) as ids
             from changed c join before b using (pool_id, target_type, target_id, key)
             where target_type = 'USER' and c.updated_at <> b.updated_at
               and (c.value is distinct from b.value or c.sealed is not null)
             group by c.pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;
"""


UP = (
    f"""
alter table org_changes
  add column groups bigint not null default 0,
  add column roles bigint not null default 0,
  add column fields bigint not null default 0;
comment on table org_changes is
  'Sums grow with every change of who is in or below a department, in a group, has a role, or of values of users.';
{_FUNCTIONS.replace("-- counted", _COUNTED)}
""",
    "create index concurrently role_assignments_begin on role_assignments (pool_id, enabled_from) "
    "where enabled_from is not null;",
    "create index concurrently role_assignments_end on role_assignments (pool_id, ends_at) where ends_at is not null;",
)

DOWN = f"""
drop index if exists role_assignments_end;
drop index if exists role_assignments_begin;
{_FUNCTIONS.replace("-- counted", "")}
alter table org_changes drop column if exists fields, drop column if exists roles, drop column if exists groups;
"""
