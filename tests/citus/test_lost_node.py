"""A node that is lost takes its own pools along and no other: on a real Citus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from poolhouse.app import asgi
from poolhouse.apps.model import App
from poolhouse.bootstrap import bootstrap, made_elsewhere
from poolhouse.caller import Caller
from poolhouse.credentials.model import AccessKey
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, opened
from poolhouse.db.distributing import distribute_database
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.postgres_lookup import KINDS, mismatches
from poolhouse.errors import CodeTaken, DatabaseLost
from poolhouse.rotation import require_every_secret
from poolhouse.services import Services, build
from poolhouse.settings import Settings
from poolhouse.users.model import UserDraft

pytestmark = pytest.mark.citus

PASSWORD = "correct horse battery"
NODE_OF = """
select n.nodeid, n.groupid, n.nodename, n.nodeport from pg_dist_placement p join pg_dist_node n using (groupid)
where p.shardid = get_shard_id_for_distribution_column('pools', $1::text)
"""
CLOSED_PORT = 1


class Here(NamedTuple):
    """A pool, its node and what opens it."""

    node: int
    group: int
    admin: Caller
    app: App
    key: AccessKey


@pytest.fixture
async def db(plain: str) -> AsyncIterator[Database]:
    await distribute_database(plain, 4, lambda *_: None)
    async with opened(plain) as database:
        if await database.fetchval("select count(*) from pg_dist_node where shouldhaveshards") < 2:
            pytest.skip("one node holds all pools")
        yield database


async def a_node(db: Database, folder: Path) -> Services:
    return await build(Settings(data=folder), db, PasswordHasher(memory_kib=64, passes=1))


async def a_pool(server: Services) -> Here:
    pool = await server.pools.create("a pool")
    admin = Caller(pool.id, "administrator", actor_id=pool.id)
    app, key = await server.apps.create(admin, "shop"), await server.access_keys.create(admin)
    await server.users.create(admin, UserDraft({"username": "ann"}, password=PASSWORD))
    [node] = await server.db.fetch(NODE_OF, pool.id)
    return Here(node["nodeid"], node["groupid"], admin, app, key)


async def on_two_nodes(server: Services) -> tuple[Here, Here]:
    first = other = await a_pool(server)
    while other.node == first.node:
        other = await a_pool(server)
    return first, other


def http(server: Services) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(asgi(server), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://poolhouse")


async def login(client: httpx.AsyncClient, here: Here) -> int:
    body = {"connection": "PASSWORD", "passwordPayload": {"username": "ann", "password": PASSWORD}}
    headers = {"x-authing-app-id": here.app.id}
    return (await client.post("/api/v3/signin", json=body, headers=headers)).status_code


async def told_by_readyz(client: httpx.AsyncClient) -> dict[str, Any]:
    for _ in range(50):
        ready = await client.get("/readyz")
        assert ready.status_code == 200
        if nodes := ready.json().get("nodes"):
            return nodes
        await asyncio.sleep(0.1)  # whoever does not answer is waited for, but not by the first who asks
    raise AssertionError(ready.text)


async def test_logins_and_keys_of_the_other_pools_go_on(db: Database, data: Path) -> None:
    server = await a_node(db, data)
    lost, well = await on_two_nodes(server)
    with pytest.raises(CodeTaken):
        await server.pools.create("a pool", (await server.pools.get(lost.admin.pool_id)).domain)
    assert [await mismatches(db, kind, 10) for kind in KINDS] == [[]] * len(KINDS)
    # Beside the one that has the pools in its caches, one that has just begun.
    servers = [server, await a_node(db, data)]
    await db.execute(
        "select citus_update_node($1, nodename, $2) from pg_dist_node where nodeid = $1",
        lost.node,
        CLOSED_PORT,
    )
    for one in servers:
        async with http(one) as client:
            assert [await login(client, here) for here in (well, lost)] == [200, 503]
            assert (await one.access_keys.authenticate(well.key.id, well.key.secret)).id == well.key.id
            with pytest.raises(DatabaseLost):
                await one.access_keys.authenticate(lost.key.id, lost.key.secret)
            assert (await client.get("/oidc/.well-known/jwks.json")).status_code == 200
            nodes = await told_by_readyz(client)
            assert nodes["lost"] == [lost.group]
            assert lost.admin.pool_id in nodes["unavailable"]
            assert well.admin.pool_id not in nodes["unavailable"]
    # And a server starts.
    await require_every_secret(db, server.box)
    with pytest.raises(DatabaseUnfit, match="in server_keys"):
        await require_every_secret(db, SecretBox(b"x" * 32))
    assert await bootstrap(server, "http://poolhouse") is None
    assert "not in this folder" in await made_elsewhere(server)
    fresh = await servers[1].apps.create(well.admin, "made meanwhile")
    assert (await server.apps.get_anywhere(fresh.id)).pool_id == well.admin.pool_id
