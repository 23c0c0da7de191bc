"""Roles and who holds them."""

UP = """
create table roles (
  pool_id           text not null references pools (id) on delete cascade,
  id                text not null,
  namespace         text not null,
  code              text not null,
  name              text,
  description       text,
  parent_id         text,
  is_system         bool not null default false,
  enabled           bool not null default true,
  disable_at        timestamptz,
  permission_apply  bool not null default false,
  created_at        timestamptz not null default clock_timestamp(),
  updated_at        timestamptz not null default clock_timestamp(),
  primary key (pool_id, id),
  unique (pool_id, namespace, code),
  foreign key (pool_id, parent_id) references roles (pool_id, id) on delete set null (parent_id)
);
create index roles_newest on roles (pool_id, namespace, created_at desc, id desc);
create index roles_by_parent on roles (pool_id, parent_id) where parent_id is not null;
create table role_assignments (
  pool_id       text not null references pools (id) on delete cascade,
  role_id       text not null,
  target_type   text not null check (target_type in ('USER', 'GROUP', 'NODE')),
  target_id     text not null,
  enabled_from  timestamptz,
  ends_at       timestamptz,
  created_at    timestamptz not null default clock_timestamp(),
  primary key (pool_id, role_id, target_type, target_id),
  foreign key (pool_id, role_id) references roles (pool_id, id) on delete cascade
);
create index role_assignments_of_target on role_assignments (pool_id, target_type, target_id);
create index role_assignments_newest
  on role_assignments (pool_id, role_id, target_type, created_at desc, target_id desc);
"""

DOWN = """
drop table role_assignments;
drop table roles;
"""
