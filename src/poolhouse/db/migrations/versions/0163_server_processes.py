"""A row for each process that serves: what it is, when it was last seen, and by a number that it counts up how far a
standby has come. Decision: docs/decisions/0120-nodes-and-standbys.md.
"""

UP = """
create table server_processes (
  id text primary key,
  host text not null,
  pid integer not null,
  version text not null,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  beat bigint not null,
  connections integer not null,
  clock_ahead_s double precision,
  replica text not null default '',
  settings jsonb not null default '{}'
);
comment on table server_processes is
  'One row a process that serves. seen_at is by the clock of the database, written every few seconds with the next '
  'beat; clock_ahead_s is how far the clock of the process is ahead of it.';
"""

DOWN = "drop table server_processes;"
