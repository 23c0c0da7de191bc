"""A pool goes to another node while others write, and comes back. On a real Citus."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.citus.test_distribute import COUNTS, PEOPLE, TRUE_COUNTS, distributed
from tests.nodes import on_node

from poolhouse.db.citus.placement import placements, skew
from poolhouse.db.distributing import move_pool
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.ids import new_id

pytestmark = pytest.mark.citus

WHERE = (
    "select n.nodename || ':' || n.nodeport from pg_dist_placement p join pg_dist_node n using (groupid) "
    "where p.shardid = get_shard_id_for_distribution_column('pools', $1::text)"
)


MOVES = (
    "select true from pg_stat_activity where datname = current_database() and state = 'active' "
    "and query ~ '^select (isolate_tenant|citus_move_shard)'"
)


@pytest.fixture
async def connection(plain: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(plain)
    await connection.execute(PEOPLE)
    await distributed(plain)
    yield connection
    await connection.close()


@pytest.fixture
async def elsewhere(connection: asyncpg.Connection) -> str:
    """A node that pool p1 is not on."""
    here = await connection.fetchval(WHERE, "p1")
    names = [one.node.name for one in await placements(connection) if one.node.holds_shards]
    if len(names) < 2:
        pytest.skip("a Citus of one node: nothing moves")
    return next(name for name in names if name != here)


async def moved(url: str, pool: str, node: str, *, whole_shard: bool = False) -> tuple[list[str], int]:
    what, shard = await move_pool(
        url, pool, node, whole_shard=whole_shard, tell=lambda _: None, report=lambda *_: None
    )
    return what.along, shard


async def test_a_pool_moves_alone_under_writes_and_back(
    plain: str, connection: asyncpg.Connection, elsewhere: str
) -> None:
    before = await connection.fetchval(WHERE, "p1")
    acknowledged, over = list[str](), asyncio.Event()

    async def write() -> None:
        async with asyncpg.create_pool(plain, min_size=1, max_size=1) as writer:
            while not over.is_set():
                user = new_id()
                await writer.execute("insert into users (pool_id, id, username) values ('p1', $1, $1)", user)
                acknowledged.append(user)

    writing = asyncio.create_task(write())
    along, shard = await moved(plain, "p1", elsewhere)
    assert (along, await connection.fetchval(WHERE, "p1")) == ([], elsewhere)
    along, same = await moved(plain, "p1", before)
    over.set()
    await writing
    assert (along, same, await connection.fetchval(WHERE, "p1")) == ([], shard, before)
    assert len(acknowledged) > 10
    there = await connection.fetch("select id from users where pool_id = 'p1' and id = any($1)", acknowledged)
    assert {row["id"] for row in there} == {*acknowledged}
    assert await connection.fetch(COUNTS) == await connection.fetch(TRUE_COUNTS)


async def test_a_move_that_was_killed_ends_and_another_follows_it(
    plain: str, connection: asyncpg.Connection, elsewhere: str
) -> None:
    before = await connection.fetchval(WHERE, "p1")
    program = "from poolhouse.cli import main; main()"
    words = [sys.executable, "-c", program, "pool", "move", "p1", elsewhere, "--database-url", plain]
    command = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
    try:
        await until(lambda: connection.fetchval(MOVES))
    finally:
        command.kill()
        command.wait()
    await until(lambda: connection.fetchval(f"select not exists ({MOVES})"))
    assert await connection.fetchval(WHERE, "p1") == before
    assert (await moved(plain, "p1", elsewhere))[0] == []
    assert await connection.fetchval(WHERE, "p1") == elsewhere


async def test_what_a_lost_coordinator_left_undecided_is_decided_first(
    plain: str, connection: asyncpg.Connection, elsewhere: str
) -> None:
    worker = await asyncpg.connect(on_node(plain, *elsewhere.split(":"), urlsplit(plain).path[1:]))  # type: ignore[arg-type]
    await worker.execute("begin; create table of_lost (n int); prepare transaction 'citus_0_99999_99999_0'")
    with pytest.raises(DatabaseUnfit, match="no node nowhere:1"):
        await moved(plain, "p1", "nowhere:1")
    assert not await worker.fetchval(
        "select exists (select from pg_prepared_xacts where database = current_database())"
    )
    await worker.close()


async def until(true: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(120):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_whoever_moves_along_is_named(
    plain: str, connection: asyncpg.Connection, elsewhere: str
) -> None:
    shards = await connection.fetch(
        "select id, get_shard_id_for_distribution_column('pools', id) as shard from pools"
    )
    mine = next(row["shard"] for row in shards if row["id"] == "p1")
    along, shard = await moved(plain, "p1", elsewhere, whole_shard=True)
    assert shard == mine
    assert along == sorted(row["id"] for row in shards if row["shard"] == mine and row["id"] != "p1")
    for other in along:
        assert await connection.fetchval(WHERE, other) == elsewhere


async def test_what_cannot_be_moved_is_refused(
    plain: str, connection: asyncpg.Connection, elsewhere: str
) -> None:
    here = await connection.fetchval(WHERE, "p1")
    for pool, node, said in (
        ("nobody", elsewhere, "there is no pool nobody"),
        ("p1", "nowhere:1", f"no node nowhere:1 holds shards; there are: .*{elsewhere}"),
        ("p1", here, "is on .* already"),
    ):
        with pytest.raises(DatabaseUnfit, match=said):
            await moved(plain, pool, node)
    await connection.execute("select pg_advisory_lock(x'6d6f7665'::int)")
    with pytest.raises(DatabaseUnfit, match="another move is under way"):
        await moved(plain, "p1", elsewhere)


def test_skew_needs_two_nodes() -> None:
    assert skew([]) is None
