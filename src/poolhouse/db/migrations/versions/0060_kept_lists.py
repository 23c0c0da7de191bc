"""What was slow to find out of a list is kept in the database, with the state of the pool that it is true of.

`user_counts` counts changes of profiles, too, where it counted arrivals and departures: a transaction adds to it once,
in a shard that it alone holds. A login changes none of these fields and writes nothing here.

Decision: docs/decisions/0051-kept-lists.md.
"""

_SEARCHED = (
    *("username", "nickname", "email", "phone", "name", "company", "given_name", "family_name"),
    *("middle_name", "profile", "preferred_username", "phone_key", "created_at"),
)
"""What the row of `user_search` is made of."""
_GROUPED = ("status", "blocked", "gender", "user_source_type")
_OTHERS = (
    *("photo", "birthdate", "email_verified", "phone_verified", "phone_country_code"),
    *("external_id", "unionid", "openid", "is_deleted", "website", "zoneinfo", "locale", "country"),
    *("province", "city", "region", "locality", "address", "street_address", "formatted"),
    *("postal_code", "identity_number", "main_department_id", "direct_management", "browser"),
    *("device", "oauth", "user_source_id", "last_mfa_time", "password_last_set_at"),
    *("password_security_level", "reset_password_on_next_login", "expired_at", "signed_up"),
    "status_changed_at",
)
"""All that a list is filtered by but updated_at, which changes with what hangs on a user, and what a login writes."""
_ALL = (*_SEARCHED, *_GROUPED, *_OTHERS)


def _differ(names: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("old", "new"))
    return f"({old}) is distinct from ({new})"


_GROUP = (
    "poolhouse_counted_status({0}.status, {0}.blocked), poolhouse_counted_gender({0}.gender), "
    "poolhouse_counted_source({0}.user_source_type)"
)

_REGROUP = f"""  insert into user_counts as c (pool_id, status, gender, source, shard, users, regrouped, deleted)
    select new.pool_id, status, gender, source, poolhouse_free_shard(new.pool_id), sum(n),
      case when sum(n) < 0 then 1 else 0 end, sum(elsewhen) from (values
      ({_GROUP.format("old")}, -1, 0),
      ({_GROUP.format("new")}, 1,
       case when old.created_at is distinct from new.created_at then 1 else 0 end))
      moved (status, gender, source, n, elsewhen)
    group by 1, 2, 3, 4 having sum(n) <> 0 or sum(elsewhen) <> 0
    on conflict (pool_id, status, gender, source, shard)
      do update set users = c.users + excluded.users, regrouped = c.regrouped + excluded.regrouped,
        deleted = c.deleted + excluded.deleted;
"""  # noqa: S608 -- names of columns

# Users first, as whoever writes them does: the other way round would be a circle.
_STRUCTURE = f"""
lock table users in access exclusive mode;
alter table user_counts add column searched bigint not null default 0, add column changed bigint not null default 0;
comment on column user_counts.searched is 'Grows with every transaction that changed what is searched of a user.';
comment on column user_counts.changed is
  'Grows with every transaction that changed what users are filtered by, but logins and updated_at.';

create table kept_lists (
  pool_id text not null references pools (id) on delete cascade,
  slot smallint not null,
  asked bytea not null,
  state text not null,
  users bigint not null,
  newest_at timestamptz,
  newest_id text,
  total bigint not null,
  places jsonb,
  counted_at timestamptz not null,
  primary key (pool_id, slot)
);
comment on table kept_lists is
  'Totals of lists, and places in them, as of one state. A question has one slot, so that a pool has only so many.';

-- Many rows of one transaction are noted by the first of them: a row that one transaction wrote thousands of times
-- would be slower to find each time.
create or replace function poolhouse_recount_user() returns trigger language plpgsql as $$
declare
  of_search constant boolean := {_differ(_SEARCHED)};
  noted constant text := coalesce(current_setting('poolhouse.noted', true), '');
  is_news constant boolean := noted <> new.pool_id || ' searched' and (of_search or noted <> new.pool_id || ' changed');
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
{_REGROUP}  return null;
end $$;
drop trigger users_recounted on users;
create trigger users_recounted after update of {", ".join(_ALL)} on users
  for each row when ({_differ(_ALL)}) execute function poolhouse_recount_user();
"""  # noqa: S608 -- names of columns

UP = (_STRUCTURE,)

DOWN = f"""
lock table users in access exclusive mode;
create or replace function poolhouse_recount_user() returns trigger language plpgsql as $$
begin
{_REGROUP}  return null;
end $$;
drop trigger if exists users_recounted on users;
create trigger users_recounted after update of status, blocked, gender, user_source_type, created_at on users
  for each row when ((old.status, old.blocked, old.gender, old.user_source_type, old.created_at)
    is distinct from (new.status, new.blocked, new.gender, new.user_source_type, new.created_at))
  execute function poolhouse_recount_user();
drop table if exists kept_lists;
alter table user_counts drop column if exists changed,
  drop column if exists searched;
"""
