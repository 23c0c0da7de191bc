"""A client of each wire for one pool."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import V3Client

from poolhouse.app import asgi
from poolhouse.credentials import access_key_tokens
from poolhouse.services import Services


@pytest.fixture
async def both(services: Services) -> Any:
    """A client of each wire for one pool."""
    pool = await services.pools.create("both")
    transport = httpx.ASGITransport(asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        issued = await services.management_tokens.of_pool(pool.id)
        v2 = V2Client(http, {"x-authing-userpool-id": pool.id, "authorization": f"Bearer {issued.token}"})
        key = await services.access_keys.resolve(pool.id)
        assert key is not None
        v3 = V3Client(
            http, services, pool.id, pool.secret, {"authorization": f"Bearer {access_key_tokens.issue(key)}"}
        )
        yield v2, v3


@pytest.fixture
def v2(both: tuple[V2Client, V3Client]) -> V2Client:
    return both[0]


@pytest.fixture
def v3(both: tuple[V2Client, V3Client]) -> V3Client:
    return both[1]


@pytest.fixture
def stranger(v2: V2Client) -> V2Client:
    """Nobody, who names the pool."""
    return v2.with_token(None)
