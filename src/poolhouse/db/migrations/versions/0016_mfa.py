"""Second factors."""

UP = """
create table mfa_factors (
  pool_id text not null references pools (id) on delete cascade,
  user_id text not null,
  id text not null,
  secret bytea not null,
  confirmed boolean not null default false,
  last_step bigint not null default 0,
  recovery_digest bytea,
  created_at timestamptz not null default now(),
  primary key (pool_id, user_id)
);
comment on column mfa_factors.last_step is
  'The newest 30-second step whose code was accepted; a code of it or an earlier one is not accepted again.';
"""

DOWN = "drop table mfa_factors;"
