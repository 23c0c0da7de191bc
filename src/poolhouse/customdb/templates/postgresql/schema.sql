-- The table these scripts are written for. Change the scripts, not your table.
create table users (
  id serial primary key,
  username text unique,
  email text unique,
  phone text unique,
  password text,
  name text,
  nickname text,
  photo text,
  company text,
  gender text not null default 'U',
  email_verified boolean not null default false,
  phone_verified boolean not null default false,
  blocked boolean not null default false,
  logins_count integer not null default 0,
  created_at timestamptz not null default clock_timestamp()
);
