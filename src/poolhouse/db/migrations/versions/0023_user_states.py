"""What is kept here of users whose directory has no place for it, and which addresses nobody has proved."""

UP = """
create table user_states (
  pool_id text not null references pools (id) on delete cascade,
  user_id text not null,
  status text,
  blocked boolean,
  is_deleted boolean,
  reset_password_on_next_login boolean,
  token_expired_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (pool_id, user_id)
);
comment on table user_states is
  'Of users of a CUSTOM_USER_STORE whose own database has no column for it; null is as the database says.';

create table unproven_addresses (
  pool_id text not null references pools (id) on delete cascade,
  user_id text not null,
  channel text not null,
  digest bytea not null,
  created_at timestamptz not null default now(),
  primary key (pool_id, user_id, channel)
);
comment on table unproven_addresses is
  'Addresses people gave of themselves when they signed up, until somebody proves to hold them.';
insert into unproven_addresses (pool_id, user_id, channel, digest)
  select pool_id, id, 'email', sha256(convert_to(email, 'UTF8')) from users
  where user_source_type = 'register' and email is not null and not email_verified
  union all
  select pool_id, id, 'phone', sha256(convert_to(phone, 'UTF8')) from users
  where user_source_type = 'register' and phone is not null and not phone_verified;
"""

DOWN = """
drop table unproven_addresses;
drop table user_states;
"""
