"""How the jobs of maintenance.py fare, and what they find their rows by."""

UP = """
create table maintenance_runs (
  name text primary key,
  started_at timestamptz,
  finished_at timestamptz,
  rows bigint not null default 0,
  seconds double precision not null default 0,
  failures bigint not null default 0,
  failed_at timestamptz,
  error text
);
comment on table maintenance_runs is
  'One row a job. rows and seconds are of the last run, which goes on while started_at is after finished_at.';
create index mail_outbox_created on mail_outbox (created_at);
create index oidc_grants_expiry on oidc_grants (expires_at);
"""

DOWN = """
drop index oidc_grants_expiry;
drop index mail_outbox_created;
drop table maintenance_runs;
"""
