"""A v2 wire with no domain behind it: what the engine does by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from poolhouse.caller import Caller
from poolhouse.wire.request import HttpRequest, Query
from poolhouse.wire.v2.graphql import GraphQL, Operations
from poolhouse.wire.v2.request import V2Request

SDK = Path(__file__).parents[2] / "js/node_modules/authing-js-sdk/build/main"


@cache
def official_documents() -> dict[str, str]:
    """Every GraphQL document the official client can send, by its exported name."""
    source = (SDK / "types/graphql.v2.js").read_text(encoding="utf-8")
    found = re.findall(r'^exports\.(\w+)Document = ("(?:[^"\\]|\\.)*");$', source, re.MULTILINE)
    return {name: msgspec.json.decode(text) for name, text in found}


@dataclass(frozen=True, slots=True)
class FakeIdentity:
    user_id_in_idp: str
    provider: str
    openid: str | None = None
    is_social: bool = False


@dataclass(frozen=True, slots=True)
class FakeUser:
    id: str
    arn: str
    user_pool_id: str
    status: str | None = "Activated"
    username: str | None = None
    email: str | None = None
    email_verified: bool = False
    nickname: str | None = None
    given_name: str | None = None
    register_source: tuple[str, ...] = ("basic:username-password",)
    logins_count: int = 0
    last_login: datetime | None = None
    last_ip: str | None = None
    created_at: datetime = datetime(2021, 3, 11, 12, 52, 50, 999, tzinfo=UTC)
    updated_at: datetime = datetime(2021, 3, 11, 12, 52, 50, tzinfo=UTC)
    identities: list[FakeIdentity] = field(default_factory=list)
    phone: str | None = None
    phone_verified: bool = False
    unionid: str | None = None
    openid: str | None = None
    photo: str | None = None
    password: str | None = None
    oauth: str | None = None
    token: str | None = None
    token_expired_at: datetime | None = None
    signed_up: datetime | None = None
    blocked: bool = False
    is_deleted: bool = False
    device: str | None = None
    browser: str | None = None
    company: str | None = None
    name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    profile: str | None = None
    preferred_username: str | None = None
    website: str | None = None
    gender: str | None = None
    birthdate: str | None = None
    zoneinfo: str | None = None
    locale: str | None = None
    address: str | None = None
    formatted: str | None = None
    street_address: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None
    external_id: str | None = None
    phone_country_code: str | None = None


def fake_user(number: int, **fields: Any) -> FakeUser:
    return FakeUser(
        **{
            "id": f"{number:024x}",
            "arn": f"arn:cn:authing:{'0' * 24}:user:{number:024x}",
            "user_pool_id": "0" * 24,
            "username": f"user{number}",
            "email": f"user{number}@example.com",
            "logins_count": number,
            "identities": [FakeIdentity(str(number), "wechat")] if number % 2 else [],
        }
        | fields
    )


def request(body: Any, *, lang: str = "zh-CN", caller: Caller | None = None, **headers: str) -> V2Request:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    http = HttpRequest("POST", "/graphql/v2", Query(), headers, raw, "127.0.0.1", "r1", lang)
    return V2Request(caller or Caller("0" * 24, kind="administrator", lang=lang), None, http)


async def ask(graph: GraphQL, query: str, /, lang: str = "zh-CN", **variables: Any) -> tuple[Any, int]:
    reply = await graph.answer(request({"query": query, "variables": variables}, lang=lang))
    return msgspec.json.decode(reply.body), reply.status


def engine(
    queries: dict[str, Any] | None = None,
    mutations: dict[str, Any] | None = None,
    fields: dict[tuple[str, str], Any] | None = None,
) -> GraphQL:
    return GraphQL(Operations(queries or {}, mutations or {}, fields or {}))


def giving(value: Any) -> Any:
    async def operation(request: V2Request, args: dict[str, Any]) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return operation
