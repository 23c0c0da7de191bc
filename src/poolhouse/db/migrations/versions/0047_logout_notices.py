"""Applications that are to be told of a logout, and who we are to an application that was let in."""

UP = """
alter table oidc_grants add column issuer text;
comment on column oidc_grants.issuer is 'The iss of its id tokens; null of grants from before it was kept.';

create table logout_notices (
  pool_id text not null,
  id text not null,
  app_id text not null,
  session_id text not null,
  subject text not null,
  issuer text,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  primary key (pool_id, id),
  foreign key (pool_id, app_id) references apps (pool_id, id) on delete cascade
);
comment on table logout_notices is 'One logout token each, until it was delivered or given up.';
comment on column logout_notices.subject is
  'Whose session it was. Of somebody deleted too: their applications are told, and the row goes with that.';
create index logout_notices_due on logout_notices (pool_id, app_id, next_attempt_at);
create index logout_notices_created on logout_notices (created_at);
create index apps_told_of_logouts on apps (pool_id, id) where settings ? 'backchannel_logout_uri';
"""

DOWN = """
drop index apps_told_of_logouts;
drop table logout_notices;
alter table oidc_grants drop column issuer;
"""
