"""Posts, the departments that have them and the users who hold them."""

UP = """
create table posts (
  pool_id      text not null references pools (id) on delete cascade,
  id           text not null,
  code         text not null,
  name         text not null,
  description  text,
  created_at   timestamptz not null default clock_timestamp(),
  updated_at   timestamptz not null default clock_timestamp(),
  primary key (pool_id, id),
  unique (pool_id, code)
);
create index posts_newest on posts (pool_id, created_at desc, id desc);
create table post_departments (
  pool_id  text not null,
  post_id  text not null,
  node_id  text not null,
  primary key (pool_id, post_id, node_id),
  foreign key (pool_id, post_id) references posts (pool_id, id) on delete cascade
);
create index post_departments_of_node on post_departments (pool_id, node_id);
create table post_users (
  pool_id     text not null,
  post_id     text not null,
  user_id     text not null,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (pool_id, post_id, user_id),
  foreign key (pool_id, post_id) references posts (pool_id, id) on delete cascade
);
create index post_users_of_user on post_users (pool_id, user_id);
"""

DOWN = "drop table post_users, post_departments, posts;"
