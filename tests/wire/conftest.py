"""A world for the tables of docs/security/endings.md."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.wire.credentials import World
from tests.wire.doors import REDIRECT
from tests.wire.v2.conftest import V2Client

from poolhouse.app import asgi
from poolhouse.services import Services


@pytest.fixture(scope="session")
async def first_world(services: Services) -> AsyncIterator[World]:
    """The server and the pool, whose keys take long to make."""
    pool = PoolForTests((await services.pools.create("worlds")).id)
    administrator = pool.administrator
    await services.pools.update(administrator, {}, {"verify_code_resend_after": 0})
    app = await services.apps.create(administrator, "shop", redirect_uris=(REDIRECT,))
    key = await services.access_keys.create(administrator)
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        yield World(services, http, pool, app, key, key, V2Client(http))


@pytest.fixture
async def world(first_world: World) -> AsyncIterator[World]:
    """With an application and keys of its own."""
    services, pool = first_world.services, first_world.pool
    app = await services.apps.create(pool.administrator, "shop", redirect_uris=(REDIRECT,))
    keys = services.access_keys
    own = await services.management_tokens.of_pool(pool.id)
    yield replace(
        first_world,
        app=app,
        key=await keys.create(pool.administrator),
        limited_key=await keys.create(pool.administrator, scopes=["users:read"]),
        administrator=V2Client(first_world.http, {"authorization": f"Bearer {own.token}"}),
    )
    await services.db.execute("delete from access_keys where pool_id = $1", pool.id)
