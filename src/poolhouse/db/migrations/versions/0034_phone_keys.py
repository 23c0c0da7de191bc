"""A telephone number is unique by country and number, however it is written; names are kept in one spelling.

Two people whose numbers were two spellings of one stay as they are: the elder has the key, the other none.
`poolhouse doctor` tells of them.
"""

from __future__ import annotations

from typing import Any

from poolhouse.phones import find_key

AT_ONCE = 20_000

_ONE_SPELLING = """
update users u set {name} = found.written
from (
  select distinct on (pool_id, normalize({name}, nfc)) pool_id, id, normalize({name}, nfc) as written
  from users where {name} is not nfc normalized order by pool_id, normalize({name}, nfc), created_at, id
) found
where u.pool_id = found.pool_id and u.id = found.id
  and not exists (select from users o where o.pool_id = u.pool_id and o.{name} = found.written);
"""

UP = """
alter table users add column phone_key text;
comment on column users.phone_key is
  'The number in E.164 (poolhouse.phones.key). Null where phone is no number, or where somebody had it first.';
alter table users drop constraint users_phone_key;
alter table users add constraint users_phone_key unique (pool_id, phone_key);
create index users_phone on users (pool_id, phone) where phone is not null;
""" + "".join(_ONE_SPELLING.format(name=name) for name in ("username", "email", "external_id"))

DOWN = """
update users u set phone = phone_key
where phone_key is not null and exists (
  select from users o where o.pool_id = u.pool_id and o.phone = u.phone and o.id <> u.id);
drop index users_phone;
alter table users drop constraint users_phone_key;
alter table users add constraint users_phone_key unique (pool_id, phone);
alter table users drop column phone_key;
"""


async def fill(connection: Any) -> None:
    """What no SQL can tell: which number a text is."""
    await connection.execute(
        "create temporary table phone_keys (pool_id text, id text, phone_key text) on commit drop"
    )
    rows = connection.cursor(
        "select pool_id, id, phone, phone_country_code from users where phone is not null", prefetch=AT_ONCE
    )
    keyed: list[tuple[str, str, str]] = []
    async for pool_id, user_id, phone, country_code in rows:
        if key := find_key(phone, country_code):
            keyed.append((pool_id, user_id, key))
        if len(keyed) == AT_ONCE:
            await connection.copy_records_to_table("phone_keys", records=keyed)
            keyed.clear()
    await connection.copy_records_to_table("phone_keys", records=keyed)
    await connection.execute(
        "update users u set phone_key = first.phone_key from ("
        "select distinct on (k.pool_id, k.phone_key) k.pool_id, k.id, k.phone_key from phone_keys k "
        "join users o on o.pool_id = k.pool_id and o.id = k.id "
        "order by k.pool_id, k.phone_key, o.created_at, k.id) first "
        "where u.pool_id = first.pool_id and u.id = first.id"
    )
