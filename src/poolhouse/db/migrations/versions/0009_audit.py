"""The audit log, partitioned by month."""

UP = """
create table audit_records (
  pool_id text not null,
  at timestamptz not null,
  id text not null,
  kind text not null,
  operation text not null,
  resource_type text not null,
  resource_id text,
  user_id text,
  user_name text,
  actor_kind text not null,
  actor_id text not null,
  app_id text,
  tenant_id text,
  session_id text,
  success boolean not null,
  detail jsonb not null,
  ip text,
  user_agent text not null,
  request_id text not null,
  primary key (pool_id, at, id)
) partition by range (at);
comment on table audit_records is
  'One row an act. No reference to pools: a deleted pool''s rows stay until they are pruned by age.';

create index audit_records_newest on audit_records (pool_id, kind, at desc, id desc);
create index audit_records_user on audit_records (pool_id, user_id, at desc) where user_id is not null;
create index audit_records_app on audit_records (pool_id, app_id, operation, at desc)
  where app_id is not null;

create table audit_records_default partition of audit_records default;
"""

DOWN = """
drop table audit_records;
"""
