"""The ways a name is written that all mean one person, and the ways of asking for somebody by a name."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from tests.conftest import PoolForTests

from poolhouse.errors import PoolhouseError, UserExists
from poolhouse.services import Services
from poolhouse.users.model import Condition, KeyKind, User, UserDraft, UserKey, UserQuery

SPELLINGS: dict[KeyKind, tuple[str, ...]] = {
    "phone": (
        "13900000000",
        "+8613900000000",
        "8613900000000",
        "0086 139 0000 0000",
        "139 0000 0000",
        "+86 139-0000-0000",
        "＋８６１３９００００００００",
        "(139) 0000-0000",
        "\u202d+86\u2060139\u200b00000000\u202c",
    ),
    "email": (
        "zoé@example.com",
        " Zoé@Example.COM ",
        "zoe\u0301@example.com",
        "ZOÉ@EXAMPLE.COM\u200b",
        "zoé@ｅｘａｍｐｌｅ．ｃｏｍ",
    ),
    "username": ("zoé", "  zoé ", "zoe\u0301", "\ufeffzoé", "　zoé　"),
    "external_id": ("n°é", " n°é\t", "n°e\u0301"),
}
"""Each list is of one person."""
OTHERS: dict[KeyKind, tuple[str, ...]] = {
    "phone": ("13900000001", "+1 390 000 0000", "+8612345678901", "1390000000"),
    "email": ("zoe@example.com", "zoé@example.cn", "zoé＠example.com", "ｚoé@example.com"),
    "username": ("Zoé", "zoe", "z oé"),
    "external_id": ("N°é",),
}
"""People who are somebody else for all of those.

A full-width letter before the @, or a full-width @, makes another address: mail servers need not fold them.
"""
PASSWORD = "secret 1"

Way = Callable[[Services, PoolForTests, UserKey], Awaitable[str | None]]


async def by_find(services: Services, pool: PoolForTests, key: UserKey) -> str | None:
    user = await services.users.find(pool.administrator, key)
    return user.id if user else None


async def by_batch(services: Services, pool: PoolForTests, key: UserKey) -> str | None:
    absent = UserKey("username", "nobody here")
    found = await services.users.find_many(pool.administrator, [absent, key])
    return found[0].id if found else None


async def by_password(services: Services, pool: PoolForTests, key: UserKey) -> str | None:
    try:
        return (await services.login.with_password(pool.stranger, key, PASSWORD)).user.id
    except PoolhouseError:
        return None


async def by_filter(services: Services, pool: PoolForTests, key: UserKey) -> str | None:
    query = UserQuery(conditions=(Condition(key.kind, "EQUAL", key.value),))
    return _only((await services.users.list(pool.administrator, query)).items)


async def by_filter_of_many(services: Services, pool: PoolForTests, key: UserKey) -> str | None:
    query = UserQuery(conditions=(Condition(key.kind, "IN", ["x", key.value]),))
    return _only((await services.users.list(pool.administrator, query)).items)


async def by_being_taken(services: Services, pool: PoolForTests, key: UserKey) -> str | None:
    try:
        await services.users.create(pool.administrator, UserDraft({key.kind: key.value}))
    except UserExists:
        return _only((await services.users.list(pool.administrator, UserQuery())).items)
    return None


async def by_asking_whether_it_exists(services: Services, pool: PoolForTests, key: UserKey) -> str | None:
    if not await services.users.exists(pool.stranger, [key]):
        return None
    return _only((await services.users.list(pool.administrator, UserQuery())).items)


async def by_any_password(services: Services, pool: PoolForTests, key: UserKey) -> str | None:
    keys = [UserKey("username", "nobody here"), key]
    try:
        return (await services.login.with_any_password(pool.stranger, keys, PASSWORD)).user.id
    except PoolhouseError:
        return None


def _only(users: list[User]) -> str | None:
    return users[0].id if users else None


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        by_find,
        by_batch,
        by_password,
        by_any_password,
        by_filter,
        by_filter_of_many,
        by_asking_whether_it_exists,
        by_being_taken,
    )
}
WRITTEN = [(kind, text) for kind, texts in SPELLINGS.items() for text in texts]


async def last_code(services: Services, pool: PoolForTests) -> str:
    """The code in the newest message."""
    body: str = await services.db.fetchval(
        "select body from mail_outbox where pool_id = $1 order by created_at desc, id desc limit 1", pool.id
    )
    return re.findall(r"\b\d{6}\b", re.sub(r"#\w+|\d+px", "", body))[0]
