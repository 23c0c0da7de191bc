"""An in-process v3 client for a pool with a real key pair."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from poolhouse.app import asgi
from poolhouse.caller import Caller
from poolhouse.ids import new_id
from poolhouse.services import Services


@dataclass
class V3Client:
    """`get` and `post` give the parsed envelope; `http` is the bare client without credentials."""

    http: httpx.AsyncClient
    services: Services
    pool_id: str
    secret: str
    headers: dict[str, str]

    @property
    def administrator(self) -> Caller:
        return Caller(pool_id=self.pool_id, kind="administrator", actor_id=self.pool_id)

    async def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> dict[str, Any]:
        answer = await self.http.get(f"/api/v3/{path}", params=query, headers=self.headers | (headers or {}))
        return parsed(answer)

    async def post(
        self, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        answer = await self.http.post(
            f"/api/v3/{path}", json=body if body is not None else {}, headers=self.headers | (headers or {})
        )
        return parsed(answer)


def parsed(answer: httpx.Response) -> dict[str, Any]:
    """The envelope, or in one's stead what was streamed."""
    streamed = not answer.headers["content-type"].startswith("application/json")
    return {"statusCode": 200, "data": answer.text} if streamed else answer.json()


async def connect(services: Services, http: httpx.AsyncClient) -> V3Client:
    pool = await services.pools.create(f"pool {new_id()}")
    answer = await http.post(
        "/api/v3/get-management-token", json={"accessKeyId": pool.id, "accessKeySecret": pool.secret}
    )
    token = answer.json()["data"]["access_token"]
    return V3Client(http, services, pool.id, pool.secret, {"authorization": f"Bearer {token}"})


@pytest.fixture(scope="session")
async def v3_http(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        yield http


@pytest.fixture
async def v3(services: Services, v3_http: httpx.AsyncClient) -> V3Client:
    return await connect(services, v3_http)


@pytest.fixture
async def neighbour(services: Services, v3_http: httpx.AsyncClient) -> V3Client:
    """The client of another pool on the same server."""
    return await connect(services, v3_http)


def signed_headers(
    key_id: str, secret: str, method: str, resource: str, **changed: str | None
) -> dict[str, str]:
    """What the Node client sends, `resource` as it signs it. `changed` headers; None leaves one out."""
    headers: dict[str, str | None] = {
        "date": formatdate(usegmt=True),
        "x-authing-lang": "zh-CN",
        "x-authing-sdk-version": "authing-node-sdk:4.0.1",
        "x-authing-signature-method": "HMAC-SHA1",
        "x-authing-signature-nonce": new_id(),
        "x-authing-signature-version": "1.0",
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    sent = {name: value for name, value in headers.items() if value is not None}
    canonical = "".join(f"{name}:{sent[name].strip()}\n" for name in sorted(sent))
    text = f"{method}\n{canonical}{resource}"
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    return sent | {"authorization": f"authing {key_id}:{base64.b64encode(digest).decode()}"}


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
