"""Data resources with their nodes, data policies, and whom they are given to."""

UP = """
-- by its number, which stays when its code changes
alter table namespaces add constraint namespaces_number_key unique (pool_id, number);

create table data_resources (
  pool_id text not null,
  id text not null,
  namespace_number bigint not null,
  code text not null,
  name text not null,
  kind text not null check (kind in ('STRING', 'ARRAY', 'TREE')),
  description text,
  -- what a STRING or an ARRAY holds; a TREE is its nodes
  value jsonb,
  actions text[] not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (pool_id, id),
  constraint data_resources_code_key unique (pool_id, namespace_number, code),
  constraint data_resources_name_key unique (pool_id, namespace_number, name),
  foreign key (pool_id, namespace_number) references namespaces (pool_id, number) on delete cascade
);
create index data_resources_newest on data_resources (pool_id, created_at desc, id);

-- Codes joined by '/'; every resource has the node '', which is all of it. A statement goes with its node.
create table data_resource_nodes (
  pool_id text not null,
  resource_id text not null,
  path text not null,
  position integer not null,
  name text not null,
  value text,
  extend jsonb,
  primary key (pool_id, resource_id, path),
  foreign key (pool_id, resource_id) references data_resources (pool_id, id) on delete cascade
);

create table data_resource_fields (
  pool_id text not null,
  resource_id text not null,
  key text not null,
  label text not null,
  value_type text not null check (value_type in ('STRING', 'SELECT')),
  description text,
  options text[] not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  primary key (pool_id, resource_id, key),
  foreign key (pool_id, resource_id) references data_resources (pool_id, id) on delete cascade
);

create table data_policies (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  name text not null,
  description text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (pool_id, id),
  constraint data_policies_name_key unique (pool_id, name)
);
create index data_policies_newest on data_policies (pool_id, created_at desc, id);

create table data_policy_statements (
  pool_id text not null,
  policy_id text not null,
  position integer not null,
  effect text not null check (effect in ('ALLOW', 'DENY')),
  resource_id text not null,
  path text not null,
  action text not null,
  primary key (pool_id, policy_id, position),
  foreign key (pool_id, policy_id) references data_policies (pool_id, id) on delete cascade,
  foreign key (pool_id, resource_id, path)
    references data_resource_nodes (pool_id, resource_id, path) on delete cascade
);
-- of one policy what it says about some resources, and of one resource who speaks about it
create index data_policy_statements_of on data_policy_statements (pool_id, policy_id, resource_id, path);
create index data_policy_statements_about on data_policy_statements (pool_id, resource_id, path);

create table data_policy_targets (
  pool_id text not null,
  policy_id text not null,
  target_type text not null check (target_type in ('USER', 'ROLE', 'GROUP', 'ORG')),
  target_id text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (pool_id, policy_id, target_type, target_id),
  foreign key (pool_id, policy_id) references data_policies (pool_id, id) on delete cascade
);
create index data_policy_targets_target on data_policy_targets (pool_id, target_type, target_id);
"""

DOWN = """
drop table data_policy_targets;
drop table data_policy_statements;
drop table data_policies;
drop table data_resource_fields;
drop table data_resource_nodes;
drop table data_resources;
alter table namespaces drop constraint namespaces_number_key;
"""
