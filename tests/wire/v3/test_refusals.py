"""Every refusal, whoever gives it and however early, is the same five keys."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from tests.wire.test_admission import Asked, arriving, limited
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.samples import REFUSED

from poolhouse import errors
from poolhouse.db.database import Database
from poolhouse.errors import DatabaseLost, PoolhouseError
from poolhouse.services import Services
from poolhouse.wire.request import MAX_BODY_BYTES, MAX_HEAD_BYTES
from poolhouse.wire.v3 import envelope
from poolhouse.wire.v3.errors import ROWS, VARIANTS, listed
from poolhouse.wire.v3.table import authentication, contract, endpoints

Call = Callable[[V3Client], Awaitable[httpx.Response]]
CALLS: dict[str, tuple[Call, int, int]] = {}
"""What is asked, and the HTTP status and `apiCode` of its refusal."""


def call(name: str, http: int, api_code: int) -> Any:
    def add(asked: Call) -> Call:
        CALLS[name] = (asked, http, api_code)
        return asked

    return add


for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
    for path in ("/api/v3/no-such-thing", "/api/v3/", "/api/v3", "/api/v3/list-users/", "//api/v3/x%2fy"):

        @call(f"{method} {path}", 404, 40401)
        async def unknown(v3: V3Client, method: str = method, path: str = path) -> httpx.Response:
            return await v3.http.request(method, f"http://poolhouse{path}", headers=v3.headers)


@call("a known path by another method", 404, 40401)
async def wrong_method(v3: V3Client) -> httpx.Response:
    return await v3.http.patch("/api/v3/create-user", headers=v3.headers)


for name, body, code in (
    ("no JSON", b"{", 40001),
    ("a list", b"[]", 40001),
    ("half a character", b'{"username": "\xff"}', 40001),
    ("a wrong type", b'{"username": 1}', 40001),
    ("too many parts", b'{"x": [' + b"[]," * 60_000 + b"[]]}", 40002),
    ("too large", b'{"x": "' + b"x" * MAX_BODY_BYTES + b'"}', 41301),
    ("nobody's user", b'{"userId": "nobody", "name": "x"}', 2004),
):

    @call(f"a body: {name}", 200, code)
    async def bad_body(v3: V3Client, name: str = name, body: bytes = body) -> httpx.Response:
        path = "update-user" if name == "nobody's user" else "create-user"
        return await v3.http.post(f"/api/v3/{path}", content=body, headers=v3.headers)


@call("too many parameters", 200, 41301)
async def many_parameters(v3: V3Client) -> httpx.Response:
    return await v3.http.get("/api/v3/list-users?" + "a=1&" * 1001, headers=v3.headers)


@call("a parameter of a wrong type", 200, 40001)
async def bad_parameter(v3: V3Client) -> httpx.Response:
    return await v3.http.get("/api/v3/list-users?page=x", headers=v3.headers)


@call("not built", 200, 50101)
async def not_built(v3: V3Client) -> httpx.Response:
    key = min(contract().keys() - endpoints().keys())
    return await v3.http.request(*key, headers=v3.headers)


@call("headers too long", 431, 43101)
async def long_headers(v3: V3Client) -> httpx.Response:
    return await v3.http.get("/api/v3/list-users", headers=v3.headers | {"cookie": "x" * MAX_HEAD_BYTES})


@pytest.mark.parametrize("name", CALLS)
async def test_a_refusal_has_all_five_keys(v3: V3Client, name: str) -> None:
    asked, http, api_code = CALLS[name]
    answer = await asked(v3)
    said = answer.json()
    assert said.keys() == REFUSED
    assert (answer.status_code, said["apiCode"], said["data"]) == (http, api_code, None)
    assert said["requestId"] == answer.headers["x-request-id"]


async def test_every_endpoint_refuses_a_stranger_with_all_five_keys(v3: V3Client) -> None:
    for row in endpoints().values():
        if row.access == "anyone":
            continue
        said = (await v3.http.request(row.method, row.url)).json()
        assert said.keys() == REFUSED, row.name
        assert (said["statusCode"], said["apiCode"], said["data"]) == (401, 2020, None), row.name


async def test_every_endpoint_that_is_not_built_refuses_with_all_five_keys(v3: V3Client) -> None:
    for method, path in sorted({*contract(), *authentication()} - endpoints().keys()):
        said = (await v3.http.request(method, path, headers=v3.headers)).json()
        assert said.keys() == REFUSED, path
        assert (said["statusCode"], said["apiCode"], said["data"]) == (501, 50101, None), path


EVERY_ERROR = [
    kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, PoolhouseError)
]


@pytest.mark.parametrize("kind", EVERY_ERROR, ids=lambda kind: kind.__name__)
def test_every_error_has_a_code(kind: type[PoolhouseError]) -> None:
    fact, codes = VARIANTS.get(listed(kind), ("", {}))
    for value, code in {None: ROWS[listed(kind)].api_code, **codes}.items():
        error = kind.__new__(kind)
        vars(error).update(cause=None, facts={fact: value} if fact else {}, reason=None, reason_en=None)
        said = envelope.refused(error, lang="zh-CN", request_id="r")
        assert said.keys() == REFUSED
        assert said["apiCode"] == code


async def test_a_lost_database_has_all_five_keys(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: object, **__: object) -> None:
        raise DatabaseLost("gone")

    for name in ("fetch", "fetchrow", "fetchval"):
        monkeypatch.setattr(Database, name, lost)
    answer = await v3.http.get("/api/v3/list-access-key", headers=v3.headers)
    assert answer.status_code == 503
    assert answer.json().keys() == REFUSED
    assert answer.json()["apiCode"] == 50303


async def test_one_too_many_at_once_has_all_five_keys(services: Services) -> None:
    app, admission = limited(services, requests=2, requests_an_address=1)

    async def refused(address: str, status: int, code: str) -> None:
        http, _, body = await Asked(app, "/api/v3/create-user", address=address).answered()
        assert http == status
        assert f'"statusCode":{status}' in body
        assert f'"apiCode":{code}' in body
        assert '"data":null' in body
        assert '"code"' not in body

    first = Asked(app, "/api/v3/create-user", address="192.0.2.1")
    await arriving(admission, 1)
    await refused("192.0.2.1", 429, "42901")
    second = Asked(app, "/api/v3/create-user", address="192.0.2.2")
    await arriving(admission, 2)
    await refused("192.0.2.3", 503, "50302")
    for one in (first, second):
        one.send(b"{}", more=False)
        await one.answered()
