"""The lookup table: in which pool a key is that says nothing of its pool, such as the id of an application.

A row is written, changed and removed in the transaction of the thing it is about, by the functions here alone. It
makes the key unique on the server. Where the database is spread over machines (Citus) the table is the coordinator's
own, so that a key is found without asking every machine, and a lost machine is missed by its own pools alone. No
foreign key leads from here to a table that may be spread. Decision: docs/decisions/0115-lookup-of-pools.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Literal, NamedTuple, TypeVar, get_args

from asyncpg import Record

from poolhouse.db.database import Executor
from poolhouse.ttl_cache import TtlCache

T = TypeVar("T")

Kind = Literal["domain", "application", "access_key", "signing_key", "published_key"]
KINDS: tuple[Kind, ...] = get_args(Kind)

KEPT_S = 3600.0
"""How long a process remembers the pool of a key. A key leaves its pool only by being deleted, and who does not find
it there asks the table anew."""

SETTLED = timedelta(hours=1)
"""A row younger than this may be of a transaction that the comparison of two tables has seen half of."""


class Thing(NamedTuple):
    """What a kind is a key of: the rows of `table` that `only` takes, by their columns `pool` and `key`."""

    table: str
    pool: str = "pool_id"
    key: str = "id"
    only: str = "true"


THINGS: dict[Kind, Thing] = {
    "domain": Thing("pools", "id", "domain"),
    "application": Thing("apps"),
    "access_key": Thing("access_keys"),
    "signing_key": Thing("signing_keys", only="purpose <> 'rsa'"),
    "published_key": Thing("signing_keys", only="purpose = 'rsa'"),
}

TRIGGERS = {
    "pools_looked_up": "pools",
    "apps_looked_up": "apps",
    "access_keys_looked_up": "access_keys",
    "signing_keys_looked_up": "signing_keys",
}
"""By name, with their tables: they write for a server of before, which knows nothing of the lookup table. A database
that is spread has no such server, and its tables can have no such triggers."""


async def put(tx: Executor, kind: Kind, key: str, pool_id: str) -> None:
    """Raises asyncpg.UniqueViolationError where the key is taken, in whatever pool."""
    await tx.execute("insert into pool_lookup (kind, key, pool_id) values ($1, $2, $3)", kind, key, pool_id)


async def change(tx: Executor, kind: Kind, key: str, pool_id: str) -> None:
    """The one key of this kind that the pool has is `key` from now on. Raises as `put` does."""
    tag = await tx.execute(
        "update pool_lookup set key = $2, created_at = now() where kind = $1 and pool_id = $3",
        kind,
        key,
        pool_id,
    )
    if tag == "UPDATE 0":
        await put(tx, kind, key, pool_id)


async def remove(tx: Executor, kind: Kind, keys: Iterable[tuple[str, str]]) -> None:
    """`keys`: each with its pool before it."""
    if rows := [(kind, pool_id, key) for pool_id, key in keys]:
        await tx.executemany("delete from pool_lookup where kind = $1 and pool_id = $2 and key = $3", rows)


async def remove_pool(tx: Executor, pool_id: str) -> None:
    await tx.execute("delete from pool_lookup where pool_id = $1", pool_id)


async def all_of(db: Executor, kind: Kind) -> list[Record]:
    """`pool_id` and `id`, its key, of every one, the newest first: for a kind of which there are few."""
    return await db.fetch(
        "select pool_id, key as id from pool_lookup where kind = $1 order by key desc", kind
    )


async def pool_of(db: Executor, kind: Kind, key: str) -> str | None:
    pool_id: str | None = await db.fetchval(
        "select pool_id from pool_lookup where kind = $1 and key = $2", kind, key
    )
    return pool_id


async def has_pools(db: Executor, pool_id: str | None = None) -> bool:
    """Whether there is the pool, or any: each has a domain."""
    return bool(
        await db.fetchval(
            "select exists (select 1 from pool_lookup where kind = 'domain' and ($1::text is null or pool_id = $1))",
            pool_id,
        )
    )


class Lookup:
    """Finds the things of a kind by their key alone. Most times that is one statement, on the machine of the pool."""

    def __init__(self, db: Executor, kind: Kind) -> None:
        self._db, self._kind = db, kind
        self._pools: TtlCache[str] = TtlCache(KEPT_S)

    async def find(self, key: str, read: Callable[[str], Awaitable[T | None]]) -> T | None:
        """What `read(pool_id)` answers for the pool that has the key; None where none has it."""
        asked = False

        async def ask() -> str:
            nonlocal asked
            asked = True
            pool_id = await pool_of(self._db, self._kind, key)
            if pool_id is None:
                raise _UnknownError  # so that it is not kept: it may be made the next moment
            return pool_id

        try:
            found = await read(await self._pools.get(key, ask))
            if found is None:
                self._pools.drop(key)
                if not asked:  # it was remembered, and may be another pool's by now
                    found = await read(await self._pools.get(key, ask))
        except _UnknownError:
            return None
        return found


class _UnknownError(Exception):
    """No pool has the key."""


# -- whether the table says what there is -------------------------------------------------------------------


class Mismatch(NamedTuple):
    """`missing`: a thing that the table does not know, or knows in another pool. Else a row without its thing."""

    kind: Kind
    pool_id: str
    key: str
    missing: bool


async def mismatches(db: Executor, kind: Kind, limit: int) -> list[Mismatch]:
    """Reads all of a kind, of all pools. The two sides are read one after the other where they are on several machines,
    so rows count as stray only when they are an hour old."""
    table, pool, key, only = THINGS[kind]
    rows = await db.fetch(
        f"""
        with things as materialized (select {pool} as pool_id, {key} as key from {table} where {only}),
        looked_up as materialized (select pool_id, key, created_at from pool_lookup where kind = $1)
        select pool_id, key, l.created_at is null as missing
        from things t full join looked_up l using (pool_id, key)
        where l.created_at is null or (t.pool_id is null and l.created_at < now() - $2::interval)
        order by pool_id, key limit $3
        """,
        kind,
        SETTLED,
        limit,
    )
    return [Mismatch(kind, *row) for row in rows]


async def mend(tx: Executor, limit: int) -> int:
    """Writes what is missing and removes what is stray, as a crash between two machines' commits may leave either; how
    much that was. A key that another pool has stays missing."""
    mended = 0
    for kind in KINDS:
        wrong = await mismatches(tx, kind, limit)
        await remove(tx, kind, [(one.pool_id, one.key) for one in wrong if not one.missing])
        mended += sum(not one.missing for one in wrong)
        for one in wrong:
            if one.missing:
                tag = await tx.execute(
                    "insert into pool_lookup (kind, key, pool_id) values ($1, $2, $3) on conflict do nothing",
                    kind,
                    one.key,
                    one.pool_id,
                )
                mended += tag == "INSERT 0 1"
    return mended
