"""Mail: the pool's own templates and mail server, and the outbox."""

UP = """
create table mail_templates (
  pool_id text not null references pools (id) on delete cascade,
  scene text not null,
  name text not null,
  subject text not null,
  sender text not null,
  content text not null,
  redirect_to text,
  has_url boolean not null default false,
  expires_in_s integer not null,
  enabled boolean not null default true,
  updated_at timestamptz not null default now(),
  primary key (pool_id, scene)
);

create table mail_providers (
  pool_id text not null references pools (id) on delete cascade,
  kind text not null,
  enabled boolean not null,
  host text not null,
  port integer not null,
  username text not null,
  password bytea not null,
  sender text not null,
  security text not null,
  updated_at timestamptz not null default now(),
  primary key (pool_id)
);
comment on column mail_providers.password is 'Encrypted with the secret key.';

create table mail_outbox (
  pool_id text not null references pools (id) on delete cascade,
  id text not null,
  channel text not null,
  scene text not null,
  lang text not null,
  recipient text not null,
  sender text not null,
  subject text not null,
  body text not null,
  user_id text,
  status text not null default 'queued',
  attempts integer not null default 0,
  last_error text,
  next_attempt_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  primary key (pool_id, id)
);
create index mail_outbox_due on mail_outbox (next_attempt_at) where status = 'queued';
create index mail_outbox_newest on mail_outbox (pool_id, created_at desc, id);
create index mail_outbox_user on mail_outbox (pool_id, user_id) where user_id is not null;
"""

DOWN = """
drop table mail_outbox;
drop table mail_providers;
drop table mail_templates;
"""
