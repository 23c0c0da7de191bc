"""Organizations, departments, their closure and their members."""

UP = """
create table orgs (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  root_id text not null,
  tenant_id text,
  created_at timestamptz not null default now(),
  primary key (pool_id, id)
);
create index orgs_tenant on orgs (pool_id, tenant_id) where tenant_id is not null;

create table nodes (
  pool_id text not null,
  id text not null,
  org_id text not null,
  parent_id text,
  name text not null,
  code text,
  description text,
  name_i18n jsonb not null default '{}',
  description_i18n jsonb not null default '{}',
  sort_order integer,
  depth integer not null,
  is_virtual boolean not null default false,
  enabled boolean not null default true,
  open_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (pool_id, id),
  constraint nodes_code_key unique (pool_id, org_id, code),
  foreign key (pool_id, org_id) references orgs (pool_id, id) on delete cascade
);
create index nodes_parent on nodes (pool_id, parent_id, sort_order, id);
create index nodes_open_id on nodes (pool_id, open_id) where open_id is not null;
create index nodes_root_code on nodes (pool_id, code, created_at) where parent_id is null;

-- Every ancestor of every node, the node itself at depth 0. Nodes go only with all that is below them, so
-- the descendant's key is enough, and importing a large tree pays for one check a row.
create table node_closure (
  pool_id text not null,
  ancestor_id text not null,
  descendant_id text not null,
  depth integer not null,
  primary key (pool_id, ancestor_id, descendant_id),
  foreign key (pool_id, descendant_id) references nodes (pool_id, id) on delete cascade
);
create index node_closure_up on node_closure (pool_id, descendant_id, depth, ancestor_id);

create table node_members (
  pool_id text not null,
  node_id text not null,
  user_id text not null,
  is_main boolean not null default false,
  is_leader boolean not null default false,
  joined_at timestamptz not null default now(),
  primary key (pool_id, node_id, user_id),
  foreign key (pool_id, node_id) references nodes (pool_id, id) on delete cascade
);
create index node_members_user on node_members (pool_id, user_id, node_id);
create unique index node_members_main on node_members (pool_id, user_id) where is_main;
"""

DOWN = """
drop table node_members;
drop table node_closure;
drop table nodes;
drop table orgs;
"""
