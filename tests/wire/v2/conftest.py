"""The v2 wire over real services, in process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.fakes import official_documents

from poolhouse.app import asgi
from poolhouse.services import Services


class Refusal(Exception):
    """What a client would throw: `{code, message, data}`."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.status, self.code, self.data = status, error["code"], error.get("data")
        self.message: str = error["message"]


@dataclass
class V2Client:
    """Speaks as the official client does, with one token and some headers."""

    http: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=official_documents)

    async def send(self, query: str, variables: dict[str, Any]) -> httpx.Response:
        body = {"query": query, "variables": variables}
        return await self.http.post("/graphql/v2", json=body, headers=self.headers)

    async def run(self, query: str, /, **variables: Any) -> Any:
        """A document of the caller's, or the official one of this name."""
        response = await self.send(self.documents.get(query, query), variables)
        answer = response.json()
        if answer.get("errors"):
            raise Refusal(response.status_code, answer["errors"][0]["message"])
        return answer["data"]

    async def one(self, query: str, /, **variables: Any) -> Any:
        """`run`, and the only root's value."""
        (value,) = (await self.run(query, **variables)).values()
        return value

    async def rest(self, method: str, path: str, **options: Any) -> Any:
        response = await self.http.request(method, path, headers=self.headers, **options)
        answer = response.json()
        if answer["code"] != 200:
            raise Refusal(response.status_code, answer)
        return answer["data"]

    def with_token(self, token: str | None, **headers: str) -> V2Client:
        known = {**self.headers, **headers}
        known.pop("authorization", None)
        return V2Client(self.http, known | ({"authorization": f"Bearer {token}"} if token else {}))


@pytest.fixture(scope="session")
async def v2_http(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as client:
        yield client


ClientOf = Callable[[PoolForTests], Awaitable[V2Client]]


@pytest.fixture
def v2_of(v2_http: httpx.AsyncClient, services: Services) -> ClientOf:
    async def client(pool: PoolForTests) -> V2Client:
        issued = await services.management_tokens.of_pool(pool.id)
        headers = {"x-authing-userpool-id": pool.id, "authorization": f"Bearer {issued.token}"}
        return V2Client(v2_http, headers)

    return client


@pytest.fixture
async def v2(pool: PoolForTests, v2_of: ClientOf) -> V2Client:
    """An administrator of `pool`."""
    return await v2_of(pool)


@pytest.fixture
async def stranger(pool: PoolForTests, v2_http: httpx.AsyncClient) -> V2Client:
    """Nobody, who names `pool`."""
    return V2Client(v2_http, {"x-authing-userpool-id": pool.id})
