"""Lists by signedUp, statusChangedAt and lastIp, in either direction and whatever the pool holds.

The indexes of the two times had only those where the time differed from that of creation: where it did for everybody,
as of users brought along from elsewhere, going up meant reading the pool for others.
"""

UP = (
    "create index concurrently users_status_times on users (pool_id, status_changed_at desc, created_at desc);",
    "create index concurrently users_signup_times on users (pool_id, signed_up desc, created_at desc);",
    "create index concurrently user_logins_addresses on user_logins (pool_id, last_ip desc, created_at desc) "
    "where last_ip is not null;",
    "drop index concurrently if exists users_status_changed;",
    "drop index concurrently if exists users_signed_up;",
    "drop index concurrently if exists user_logins_ip;",
)

DOWN = """
create index if not exists user_logins_ip on user_logins (pool_id, last_ip desc) where last_ip is not null;
create index if not exists users_signed_up on users (pool_id, signed_up desc, created_at desc)
  where signed_up <> created_at;
create index if not exists users_status_changed on users (pool_id, status_changed_at desc, created_at desc)
  where status_changed_at <> created_at;
drop index if exists user_logins_addresses;
drop index if exists users_signup_times;
drop index if exists users_status_times;
"""
