"""How many have left each group that users are counted in, so that a place in a list can be remembered."""

UP = r"""
alter table user_counts add column deleted bigint not null default 0, add column regrouped bigint not null default 0;
comment on column user_counts.deleted is 'How many of the group were ever deleted, or given another time of creation.';
comment on column user_counts.regrouped is 'How many of the group ever went into another one.';
create or replace function poolhouse_count_users() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into user_counts as c (pool_id, status, gender, source, shard, users)
      select pool_id, status, gender, source, poolhouse_free_shard(pool_id), n from (
        select pool_id, poolhouse_counted_status(status, blocked) as status,
          poolhouse_counted_gender(gender) as gender, poolhouse_counted_source(user_source_type) as source,
          count(*) as n
        from changed group by 1, 2, 3, 4) came
      on conflict (pool_id, status, gender, source, shard) do update set users = c.users + excluded.users;
    insert into user_logins (pool_id, user_id, created_at, last_login, logins_count, last_ip)
      select pool_id, id, created_at, last_login, logins_count, last_ip from changed
      where last_login is not null or logins_count > 0 or last_ip is not null
      on conflict do nothing;
  else
    insert into user_counts as c (pool_id, status, gender, source, shard, users, deleted)
      select pool_id, status, gender, source, poolhouse_free_shard(pool_id), -n, n from (
        select pool_id, poolhouse_counted_status(status, blocked) as status,
          poolhouse_counted_gender(gender) as gender, poolhouse_counted_source(user_source_type) as source,
          count(*) as n
        from changed group by 1, 2, 3, 4) went
      where exists (select 1 from pools p where p.id = went.pool_id)
      on conflict (pool_id, status, gender, source, shard)
        do update set users = c.users + excluded.users, deleted = c.deleted + excluded.deleted;
    delete from user_logins l using changed c where l.pool_id = c.pool_id and l.user_id = c.id;
  end if;
  return null;
end $$;
create or replace function poolhouse_recount_user() returns trigger language plpgsql as $$
begin
  insert into user_counts as c (pool_id, status, gender, source, shard, users, regrouped, deleted)
    select new.pool_id, status, gender, source, poolhouse_free_shard(new.pool_id), sum(n),
      case when sum(n) < 0 then 1 else 0 end, sum(elsewhen) from (values
      (poolhouse_counted_status(old.status, old.blocked), poolhouse_counted_gender(old.gender),
       poolhouse_counted_source(old.user_source_type), -1, 0),
      (poolhouse_counted_status(new.status, new.blocked), poolhouse_counted_gender(new.gender),
       poolhouse_counted_source(new.user_source_type), 1,
       case when old.created_at is distinct from new.created_at then 1 else 0 end))
      moved (status, gender, source, n, elsewhen)
    group by 1, 2, 3, 4 having sum(n) <> 0 or sum(elsewhen) <> 0
    on conflict (pool_id, status, gender, source, shard)
      do update set users = c.users + excluded.users, regrouped = c.regrouped + excluded.regrouped,
        deleted = c.deleted + excluded.deleted;
  return null;
end $$;
drop trigger users_recounted on users;
create trigger users_recounted after update of status, blocked, gender, user_source_type, created_at on users
  for each row when ((old.status, old.blocked, old.gender, old.user_source_type, old.created_at)
    is distinct from (new.status, new.blocked, new.gender, new.user_source_type, new.created_at))
  execute function poolhouse_recount_user();
"""

DOWN = r"""
drop trigger users_recounted on users;
create trigger users_recounted after update of status, blocked, gender, user_source_type on users for each row
  when ((old.status, old.blocked, old.gender, old.user_source_type)
    is distinct from (new.status, new.blocked, new.gender, new.user_source_type))
  execute function poolhouse_recount_user();
create or replace function poolhouse_count_users() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into user_counts as c (pool_id, status, gender, source, shard, users)
      select pool_id, status, gender, source, poolhouse_free_shard(pool_id), n from (
        select pool_id, poolhouse_counted_status(status, blocked) as status,
          poolhouse_counted_gender(gender) as gender, poolhouse_counted_source(user_source_type) as source,
          count(*) as n
        from changed group by 1, 2, 3, 4) came
      on conflict (pool_id, status, gender, source, shard) do update set users = c.users + excluded.users;
    insert into user_logins (pool_id, user_id, created_at, last_login, logins_count, last_ip)
      select pool_id, id, created_at, last_login, logins_count, last_ip from changed
      where last_login is not null or logins_count > 0 or last_ip is not null
      on conflict do nothing;
  else
    insert into user_counts as c (pool_id, status, gender, source, shard, users)
      select pool_id, status, gender, source, poolhouse_free_shard(pool_id), -n from (
        select pool_id, poolhouse_counted_status(status, blocked) as status,
          poolhouse_counted_gender(gender) as gender, poolhouse_counted_source(user_source_type) as source,
          count(*) as n
        from changed group by 1, 2, 3, 4) went
      where exists (select 1 from pools p where p.id = went.pool_id)
      on conflict (pool_id, status, gender, source, shard) do update set users = c.users + excluded.users;
    delete from user_logins l using changed c where l.pool_id = c.pool_id and l.user_id = c.id;
  end if;
  return null;
end $$;
create or replace function poolhouse_recount_user() returns trigger language plpgsql as $$
begin
  insert into user_counts as c (pool_id, status, gender, source, shard, users)
    select new.pool_id, status, gender, source, poolhouse_free_shard(new.pool_id), sum(n) from (values
      (poolhouse_counted_status(old.status, old.blocked), poolhouse_counted_gender(old.gender),
       poolhouse_counted_source(old.user_source_type), -1),
      (poolhouse_counted_status(new.status, new.blocked), poolhouse_counted_gender(new.gender),
       poolhouse_counted_source(new.user_source_type), 1)) moved (status, gender, source, n)
    group by 1, 2, 3, 4 having sum(n) <> 0
    on conflict (pool_id, status, gender, source, shard) do update set users = c.users + excluded.users;
  return null;
end $$;
alter table user_counts drop column regrouped, drop column deleted;
"""
