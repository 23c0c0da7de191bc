"""A user's updated_at moves with what is kept of them in other tables and shown beside their row."""

# Arrays and not joins with the rows of the statement: a plan made for one row would be kept for ten thousand, and
# the other way round. Locked in one order, for two statements may touch the same people. Who was written in this
# transaction already has its time.
UP = """
create function poolhouse_touch_users(pool text, ids text[]) returns void language sql as $$
  update users u set updated_at = now() from (
    select id from users where pool_id = pool and id = any(ids) and updated_at < now()
    order by id for no key update
  ) touched where u.pool_id = pool and u.id = touched.id
$$;

create function poolhouse_touch_members() returns trigger language plpgsql as $$
declare one record;
begin
  if (select count(*) from (select from changed limit 10001) few) > 10000 then return null; end if;
  for one in select pool_id, array_agg(distinct user_id) as ids from changed group by pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;

create function poolhouse_touch_valued() returns trigger language plpgsql as $$
declare one record;
begin
  if (select count(*) from (select from changed limit 10001) few) > 10000 then return null; end if;
  for one in select pool_id, array_agg(distinct target_id) as ids from changed
             where target_type = 'USER' group by pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;

create function poolhouse_touch_revalued() returns trigger language plpgsql as $$
declare one record;
begin
  if (select count(*) from (select from changed limit 10001) few) > 10000 then return null; end if;
  for one in select c.pool_id, array_agg(distinct c.target_id) as ids
             from changed c join before b using (pool_id, target_type, target_id, key)
             where target_type = 'USER' and c.updated_at <> b.updated_at
               and (c.value is distinct from b.value or c.sealed is not null)
             group by c.pool_id loop
    perform poolhouse_touch_users(one.pool_id, one.ids);
  end loop;
  return null;
end $$;

create trigger field_values_touch_in after insert on field_values
  referencing new table as changed for each statement execute function poolhouse_touch_valued();
create trigger field_values_touch_out after delete on field_values
  referencing old table as changed for each statement execute function poolhouse_touch_valued();
create trigger field_values_touch after update on field_values
  referencing old table as before new table as changed
  for each statement execute function poolhouse_touch_revalued();
create trigger node_members_touch_in after insert on node_members
  referencing new table as changed for each statement execute function poolhouse_touch_members();
create trigger node_members_touch_out after delete on node_members
  referencing old table as changed for each statement execute function poolhouse_touch_members();
create trigger user_identities_touch_in after insert on user_identities
  referencing new table as changed for each statement execute function poolhouse_touch_members();
create trigger user_identities_touch_out after delete on user_identities
  referencing old table as changed for each statement execute function poolhouse_touch_members();
create trigger post_users_touch_in after insert on post_users
  referencing new table as changed for each statement execute function poolhouse_touch_members();
create trigger post_users_touch_out after delete on post_users
  referencing old table as changed for each statement execute function poolhouse_touch_members();
"""

DOWN = """
drop trigger post_users_touch_out on post_users;
drop trigger post_users_touch_in on post_users;
drop trigger user_identities_touch_out on user_identities;
drop trigger user_identities_touch_in on user_identities;
drop trigger node_members_touch_out on node_members;
drop trigger node_members_touch_in on node_members;
drop trigger field_values_touch on field_values;
drop trigger field_values_touch_out on field_values;
drop trigger field_values_touch_in on field_values;
drop function poolhouse_touch_revalued();
drop function poolhouse_touch_valued();
drop function poolhouse_touch_members();
drop function poolhouse_touch_users(text, text[]);
"""
