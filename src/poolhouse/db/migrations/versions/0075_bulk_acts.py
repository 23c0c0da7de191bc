"""One act upon many users, which goes on after the request that asked for it: the act, and a result for each of them.

Decision: docs/decisions/0070-bulk-acts.md.
"""

UP = """
create table bulk_acts (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  act text not null,
  arguments jsonb not null,
  user_ids text[],
  query jsonb,
  expected bigint,
  actor_kind text not null,
  actor_id text not null,
  scopes text[],
  lang text not null,
  ip text,
  user_agent text not null,
  status text not null default 'WAITING'
    check (status in ('WAITING', 'RUNNING', 'COMPLETED', 'CANCELLED', 'STOPPED')),
  reason text,
  position bigint not null default 0,
  after_at timestamptz,
  after_id text,
  walked boolean not null default false,
  done bigint not null default 0,
  failed bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (pool_id, id),
  check ((user_ids is null) <> (query is null))
);
comment on table bulk_acts is 'One act upon many users, and how far it has come.';
comment on column bulk_acts.user_ids is 'Upon whom; null where query says it.';
comment on column bulk_acts.expected is 'How many there were when it was asked for; null where counting took too long.';
comment on column bulk_acts.position is 'Users who have a row in bulk_act_results.';
comment on column bulk_acts.after_at is 'With after_id, the last user found by query, which goes from the newest on.';
comment on column bulk_acts.walked is 'Nobody is left to be found.';
create index bulk_acts_open on bulk_acts (pool_id, created_at, id) where ended_at is null;

create table bulk_act_results (
  pool_id text not null,
  act_id text not null,
  row bigint not null,
  user_id text not null,
  outcome text check (outcome in ('DONE', 'FAILED')),
  error text,
  message text,
  primary key (pool_id, act_id, row),
  foreign key (pool_id, act_id) references bulk_acts (pool_id, id) on delete cascade
);
comment on table bulk_act_results is 'One row a user; outcome is null until it was their turn.';
create index bulk_act_results_due on bulk_act_results (pool_id, act_id, row) where outcome is null;
create index bulk_act_results_failed on bulk_act_results (pool_id, act_id, row) where outcome = 'FAILED';
create index bulk_act_results_user on bulk_act_results (pool_id, user_id);
"""

DOWN = """
drop table bulk_act_results;
drop table bulk_acts;
"""
