"""Groups and who is in them."""

UP = """
create table groups (
  pool_id      text not null references pools (id) on delete cascade,
  id           text not null,
  code         text not null,
  name         text not null,
  description  text,
  type         text not null,
  created_at   timestamptz not null default clock_timestamp(),
  updated_at   timestamptz not null default clock_timestamp(),
  primary key (pool_id, id),
  unique (pool_id, code)
);
create index groups_newest on groups (pool_id, created_at desc, id desc);
create table group_members (
  pool_id     text not null references pools (id) on delete cascade,
  group_id    text not null,
  user_id     text not null,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (pool_id, group_id, user_id),
  foreign key (pool_id, group_id) references groups (pool_id, id) on delete cascade
);
create index group_members_of_user on group_members (pool_id, user_id);
create index group_members_newest
  on group_members (pool_id, group_id, created_at desc, user_id desc);
"""

DOWN = """
drop table group_members;
drop table groups;
"""
