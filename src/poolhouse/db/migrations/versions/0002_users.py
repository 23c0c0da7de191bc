"""Users, their identities, the search key and the user count."""

UP = r"""
create function poolhouse_search_key(given text) returns text
  language sql immutable parallel safe
  return regexp_replace(
    lower(normalize(given, nfkc)),
    '([\u2e80-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])', '\1\1\1', 'g');

create function poolhouse_search_pattern(keyword text) returns text
  language sql immutable parallel safe
  return '%' || replace(replace(replace(poolhouse_search_key(keyword), '\', '\\'), '%', '\%'), '_', '\_') || '%';

create table users (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  status text not null default 'Activated',
  username text,
  email text,
  email_verified boolean not null default false,
  phone text,
  phone_verified boolean not null default false,
  phone_country_code text,
  external_id text,
  unionid text,
  openid text,
  nickname text,
  name text,
  given_name text,
  family_name text,
  middle_name text,
  preferred_username text,
  profile text,
  website text,
  photo text,
  gender text not null default 'U',
  birthdate text,
  zoneinfo text,
  locale text,
  address text,
  formatted text,
  street_address text,
  locality text,
  region text,
  postal_code text,
  city text,
  province text,
  country text,
  company text,
  browser text,
  device text,
  oauth text,
  register_source text[] not null default '{unknown}',
  logins_count integer not null default 0,
  last_login timestamptz,
  last_ip text,
  last_login_app text,
  signed_up timestamptz not null default now(),
  blocked boolean not null default false,
  is_deleted boolean not null default false,
  token_expired_at timestamptz,
  expired_at text,
  direct_management text,
  main_department_id text,
  identity_number text,
  user_source_type text not null default 'adminCreated',
  user_source_id text,
  reset_password_on_next_login boolean not null default false,
  password_last_set_at timestamptz,
  password_security_level integer,
  last_mfa_time timestamptz,
  status_changed_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  password_hash text,
  search_key text not null generated always as (poolhouse_search_key(
    coalesce(username, '') || chr(31) || coalesce(nickname, '') || chr(31) || coalesce(email, '') || chr(31) ||
    coalesce(phone, '') || chr(31) || coalesce(company, '') || chr(31) || coalesce(name, '') || chr(31) ||
    coalesce(given_name, '') || chr(31) || coalesce(family_name, '') || chr(31) ||
    coalesce(middle_name, '') || chr(31) || coalesce(profile, '') || chr(31) ||
    coalesce(preferred_username, ''))) stored,
  primary key (pool_id, id),
  constraint users_username_key unique (pool_id, username),
  constraint users_email_key unique (pool_id, email),
  constraint users_phone_key unique (pool_id, phone),
  constraint users_external_id_key unique (pool_id, external_id)
);
create index users_newest on users (pool_id, created_at desc, id);
create index users_updated on users (pool_id, updated_at desc, id);
create index users_search on users using gin (search_key gin_trgm_ops);
create index users_status on users (pool_id, status, created_at desc, id) where status <> 'Activated';

create table user_counts (
  pool_id text not null references pools (id) on delete cascade,
  shard smallint not null,
  users bigint not null,
  primary key (pool_id, shard)
);
comment on table user_counts is
  'Sums to the number of users in a pool. A backend always writes the shard of its own pid, so writers rarely meet.';

create function poolhouse_count_users() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into user_counts as c (pool_id, shard, users)
      select pool_id, pg_backend_pid() % 16, count(*) from changed group by pool_id order by pool_id
      on conflict (pool_id, shard) do update set users = c.users + excluded.users;
  else
    insert into user_counts as c (pool_id, shard, users)
      select pool_id, pg_backend_pid() % 16, -count(*) from changed
      where exists (select from pools p where p.id = changed.pool_id) group by pool_id order by pool_id
      on conflict (pool_id, shard) do update set users = c.users + excluded.users;
  end if;
  return null;
end $$;
create trigger users_counted_in after insert on users
  referencing new table as changed for each statement execute function poolhouse_count_users();
create trigger users_counted_out after delete on users
  referencing old table as changed for each statement execute function poolhouse_count_users();

create table user_identities (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  user_id text not null,
  provider text not null,
  user_id_in_idp text not null,
  type text not null default 'generic',
  ext_idp_id text not null default '',
  connection_id text,
  is_social boolean not null default false,
  openid text,
  profile jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (pool_id, id),
  constraint user_identities_key unique (pool_id, user_id_in_idp, provider, type, ext_idp_id)
);
create index user_identities_user on user_identities (pool_id, user_id);

create table user_tombstones (
  pool_id text not null references pools (id) on delete cascade,
  provider text not null,
  user_id_in_idp text not null,
  deleted_at timestamptz not null default now(),
  primary key (pool_id, provider, user_id_in_idp)
);
comment on table user_tombstones is 'Migrated users that were deleted here and must not come back by themselves.';

create table user_password_history (
  pool_id text not null,
  user_id text not null,
  set_at timestamptz not null default now(),
  password_hash text not null,
  primary key (pool_id, user_id, set_at),
  foreign key (pool_id, user_id) references users (pool_id, id) on delete cascade
);
"""

DOWN = """
drop table user_password_history;
drop table user_tombstones;
drop table user_identities;
drop table users;
drop table user_counts;
drop function poolhouse_count_users();
drop function poolhouse_search_pattern(text);
drop function poolhouse_search_key(text);
"""
