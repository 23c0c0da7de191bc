"""What lists of users are counted, filtered and ordered by.

Nobody waits: indexes are built concurrently, logins are noted in batches while a trigger notes new ones, and users are
counted in one picture of the database, less what the triggers of before that picture have counted.

Decision: docs/decisions/0041-lists-of-users.md. A status, gender or source that is none of the documented ones is
counted under ''.
"""

_STRUCTURE = r"""
lock table users in share row exclusive mode;

create function poolhouse_counted(value text, counted text[]) returns text
  language sql immutable parallel safe return case when value = any(counted) then value else '' end;

create function poolhouse_counted_status(status text, blocked boolean) returns text
  language sql immutable parallel safe return poolhouse_counted(
    case when blocked and status = 'Activated' then 'Suspended' else status end,
    '{Activated,Suspended,Resigned,Archived,Deactivated}');

create function poolhouse_counted_gender(gender text) returns text
  language sql immutable parallel safe return poolhouse_counted(gender, '{M,F,U}');

create function poolhouse_counted_source(source text) returns text
  language sql immutable parallel safe return poolhouse_counted(source, '{adminCreated,register,excel,sync}');

-- One that no other transaction holds, so that nobody waits for a count and no two counts can be a deadlock.
create function poolhouse_free_shard(pool text) returns smallint language plpgsql as $$
declare shard smallint := 0;
begin
  while not pg_try_advisory_xact_lock(hashtextextended('user_counts:' || pool, shard)) loop
    shard := shard + 1;
  end loop;
  return shard;
end $$;

-- What was counted before stays beside what is counted from now on, in shards of which no trigger knows.
update user_counts set shard = -2 - shard;
alter table user_counts drop constraint user_counts_pkey;
alter table user_counts
  add column status text not null default '', add column gender text not null default '',
  add column source text not null default '',
  add constraint user_counts_pkey primary key (pool_id, status, gender, source, shard);
alter table user_counts
  alter column status drop default, alter column gender drop default, alter column source drop default;
comment on table user_counts is
  'Sums to the number of users in a pool, and to those of a shown status, a gender, a source. A transaction writes '
  'a shard that it alone holds.';

-- Of whom no login is known there is no row. The columns of users stay the truth: a row of this table is short and
-- has few indexes, and so users needs no index that every login would have to write.
create table user_logins (
  pool_id text not null,
  user_id text not null,
  created_at timestamptz not null,
  last_login timestamptz,
  logins_count integer not null,
  last_ip text
);
comment on table user_logins is 'The logins of users, as their rows have them, for lists by them.';
alter table user_logins add primary key (pool_id, user_id),
  add foreign key (pool_id) references pools (id) on delete cascade;

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

create function poolhouse_recount_user() returns trigger language plpgsql as $$
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
create trigger users_recounted after update of status, blocked, gender, user_source_type on users for each row
  when ((old.status, old.blocked, old.gender, old.user_source_type)
    is distinct from (new.status, new.blocked, new.gender, new.user_source_type))
  execute function poolhouse_recount_user();

create function poolhouse_note_login() returns trigger language plpgsql as $$
begin
  insert into user_logins (pool_id, user_id, created_at, last_login, logins_count, last_ip)
    values (new.pool_id, new.id, new.created_at, new.last_login, new.logins_count, new.last_ip)
    on conflict (pool_id, user_id) do update set created_at = excluded.created_at,
      last_login = excluded.last_login, logins_count = excluded.logins_count, last_ip = excluded.last_ip;
  return null;
end $$;
create trigger users_login_noted after update of created_at, last_login, logins_count, last_ip on users for each row
  when ((old.created_at, old.last_login, old.logins_count, old.last_ip)
    is distinct from (new.created_at, new.last_login, new.logins_count, new.last_ip))
  execute function poolhouse_note_login();
"""

_COUNTS = """
set transaction isolation level repeatable read;
insert into user_counts (pool_id, status, gender, source, shard, users)
  select pool_id, status, gender, source, -1, sum(n) from (
    select pool_id, poolhouse_counted_status(status, blocked) as status, poolhouse_counted_gender(gender) as gender,
      poolhouse_counted_source(user_source_type) as source, count(*) as n
    from users group by 1, 2, 3, 4
    union all
    select pool_id, status, gender, source, -sum(users) from user_counts where shard >= 0 group by 1, 2, 3, 4) found
  group by 1, 2, 3, 4 having sum(n) <> 0 on conflict do nothing;
delete from user_counts where shard < -1;
"""

# Whoever logs in meanwhile is noted by the trigger, and that stays. They wait for the batch that has them: a short one.
_LOGINS = """
with batch as (
  select pool_id, id, created_at, last_login, logins_count, last_ip from users
  where (pool_id, id) > (coalesce($1::jsonb ->> 0, ''), coalesce($1::jsonb ->> 1, ''))
  order by pool_id, id limit 2000),
noted as (
  insert into user_logins (pool_id, user_id, created_at, last_login, logins_count, last_ip)
    select pool_id, id, created_at, last_login, logins_count, last_ip from batch
    where last_login is not null or logins_count > 0 or last_ip is not null on conflict do nothing)
select jsonb_build_array(pool_id, id) as after, (select count(*) from batch) as rows
from batch order by pool_id desc, id desc limit 1;
"""

# Of people who were deleted while their batch was on its way.
_STRAYS = """
delete from user_logins l where not exists (select 1 from users u where u.pool_id = l.pool_id and u.id = l.user_id);
"""

UP = (
    _STRUCTURE,
    _COUNTS,
    _LOGINS,
    _STRAYS,
    """
    create index concurrently user_logins_latest on user_logins (pool_id, last_login desc)
      where last_login is not null;
    """,
    """
    create index concurrently user_logins_most on user_logins (pool_id, logins_count desc, created_at desc)
      where logins_count > 0;
    """,
    "create index concurrently user_logins_ip on user_logins (pool_id, last_ip desc) where last_ip is not null;",
    """
    create index concurrently users_shown on users
      (pool_id, (case when blocked and status = 'Activated' then 'Suspended' else status end), created_at desc)
      where case when blocked and status = 'Activated' then 'Suspended' else status end <> 'Activated';
    """,
    "create index concurrently users_gender on users (pool_id, gender, created_at desc) where gender <> 'U';",
    "create index concurrently users_source on users (pool_id, user_source_type, created_at desc);",
    "create index concurrently users_company on users (pool_id, company) where company is not null;",
    """
    create index concurrently users_password_set on users (pool_id, password_last_set_at desc)
      where password_last_set_at is not null;
    """,
    "create index concurrently users_mfa on users (pool_id, last_mfa_time desc) where last_mfa_time is not null;",
    """
    create index concurrently users_level on users (pool_id, password_security_level desc, created_at desc)
      where password_security_level is not null;
    """,
    """
    create index concurrently users_country_code on users (pool_id, phone_country_code desc, created_at desc)
      where phone_country_code is not null;
    """,
    """
    create index concurrently users_status_changed on users (pool_id, status_changed_at desc, created_at desc)
      where status_changed_at <> created_at;
    """,
    """
    create index concurrently users_signed_up on users (pool_id, signed_up desc, created_at desc)
      where signed_up <> created_at;
    """,
    "drop index concurrently if exists users_status;",
    "analyze users; analyze user_logins;",
)

DOWN = """
lock table users in share row exclusive mode;
drop index if exists users_signed_up;
drop index if exists users_status_changed;
drop index if exists users_country_code;
drop index if exists users_level;
drop index if exists users_mfa;
drop index if exists users_password_set;
drop index if exists users_company;
drop index if exists users_source;
drop index if exists users_gender;
drop index if exists users_shown;
create index if not exists users_status on users (pool_id, status, created_at desc, id) where status <> 'Activated';
drop trigger if exists users_login_noted on users;
drop function if exists poolhouse_note_login();
drop trigger if exists users_recounted on users;
drop function if exists poolhouse_recount_user();
create or replace function poolhouse_count_users() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into user_counts as c (pool_id, shard, users)
      select pool_id, pg_backend_pid() % 16, count(*) from changed group by pool_id order by pool_id
      on conflict (pool_id, shard) do update set users = c.users + excluded.users;
  else
    insert into user_counts as c (pool_id, shard, users)
      select pool_id, pg_backend_pid() % 16, -count(*) from changed
      where exists (select 1 from pools p where p.id = changed.pool_id) group by pool_id order by pool_id
      on conflict (pool_id, shard) do update set users = c.users + excluded.users;
  end if;
  return null;
end $$;
drop table if exists user_logins;
delete from user_counts;
alter table user_counts drop constraint user_counts_pkey, drop column if exists status,
  drop column if exists gender, drop column if exists source,
  add constraint user_counts_pkey primary key (pool_id, shard);
comment on table user_counts is
  'Sums to the number of users in a pool. A backend always writes the shard of its own pid, so writers rarely meet.';
insert into user_counts (pool_id, shard, users) select pool_id, 0, count(*) from users group by pool_id
  on conflict do nothing;
drop function if exists poolhouse_free_shard(text);
drop function if exists poolhouse_counted_source(text);
drop function if exists poolhouse_counted_gender(text);
drop function if exists poolhouse_counted_status(text, boolean);
drop function if exists poolhouse_counted(text, text[]);
"""
