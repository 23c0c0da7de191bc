"""What signing in remembers between two requests: attempts, codes, tickets, captchas."""

UP = """
create table attempts (
  pool_id text not null references pools (id) on delete cascade,
  kind text not null,
  subject text not null,
  count integer not null,
  ends_at timestamptz not null,
  primary key (pool_id, kind, subject)
);
create index attempts_end on attempts (ends_at);
comment on table attempts is 'Counts in a window that begins with the first attempt and ends at ends_at.';

create table verification_codes (
  pool_id text not null references pools (id) on delete cascade,
  channel text not null check (channel in ('email', 'phone')),
  target text not null,
  purpose text not null,
  digest bytea not null,
  tries_left integer not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (pool_id, channel, target, purpose)
);
create index verification_codes_expiry on verification_codes (expires_at);

create table tickets (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  purpose text not null,
  user_id text not null default '',
  digest bytea not null,
  detail jsonb not null default '{}',
  tries_left integer not null,
  expires_at timestamptz not null,
  primary key (pool_id, id)
);
create index tickets_expiry on tickets (expires_at);
comment on table tickets is
  'Opens one step of one flow, once: second factor, forced password change, a verified address.';

create table captchas (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  asker text not null,
  answer text not null,
  expires_at timestamptz not null,
  primary key (pool_id, id)
);
create index captchas_asker on captchas (pool_id, asker, expires_at);
create index captchas_expiry on captchas (expires_at);
"""

DOWN = """
drop table captchas;
drop table tickets;
drop table verification_codes;
drop table attempts;
"""
