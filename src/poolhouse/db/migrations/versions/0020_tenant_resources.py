"""Which of an application's resources are linked to which tenant."""

UP = """
create table tenant_resources (
  pool_id text not null,
  resource_id text not null,
  tenant_id text not null,
  primary key (pool_id, resource_id, tenant_id),
  foreign key (pool_id, resource_id) references resources (pool_id, id) on delete cascade,
  foreign key (pool_id, tenant_id) references tenants (pool_id, id) on delete cascade
);
create index tenant_resources_tenant on tenant_resources (pool_id, tenant_id);
"""

DOWN = "drop table tenant_resources;"
