"""The router, the envelope and the HTTP face of the v2 wire. Source: docs/contract/v2.md#transport."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from tests.wire.v2.fakes import engine, giving

from poolhouse.caller import Caller
from poolhouse.errors import DatabaseLost, InvalidInput, UserNotFound
from poolhouse.paging import Page
from poolhouse.settings import Settings
from poolhouse.wire.observed import Observed
from poolhouse.wire.request import MAX_BODY_BYTES, AsSpelled, HttpRequest, Query
from poolhouse.wire.v2.endpoint import Admission, V2Wire
from poolhouse.wire.v2.request import Answer, Handler, Route, V2Request
from poolhouse.wire.v2.rest import Rest, Router


class OpenGate:
    async def admit(self, request: HttpRequest) -> Admission:
        if request.bearer == "lost":
            raise DatabaseLost("10.0.0.1")
        return Admission(Caller("p", kind="administrator", lang=request.lang, ip=request.ip))


def naming(name: str) -> Handler:
    async def handler(request: V2Request) -> Any:
        return {"name": name, **request.path}

    return handler


@dataclass(frozen=True)
class Lamp:
    lit_at: datetime
    last_ip: str | None = None


async def echo(request: V2Request) -> Any:
    return {"keys": request.query.all("ids"), "body": request.body, "flag": request.query.flag("flag")}


async def lamps(request: V2Request) -> Any:
    return Page(7, [Lamp(datetime(2021, 3, 11, 12, tzinfo=UTC))])


async def plain(request: V2Request) -> Any:
    return PlainTextResponse("yes")


async def other(request: V2Request) -> Any:
    return Answer(None, "强制下线成功")


def failing(error: Exception) -> Handler:
    async def handler(request: V2Request) -> Any:
        raise error

    return handler


ROUTES = [
    Route("GET", "/api/v2/users/{userId}", naming("user")),
    Route("GET", "/api/v2/users/login-status", naming("login-status")),
    Route("POST", "/api/v2/users/batch", naming("batch")),
    Route("GET", "/api/v2/users/{userId}/orgs", naming("orgs")),
    Route("PUT", "/api/v2/tenant/{tenantId}/admin", naming("admin")),
    Route("PUT", "/api/v2/tenant/{tenantId}/{userId}", naming("member")),
    Route("POST", "/api/v2/echo", echo),
    Route("GET", "/api/v2/lamps", lamps),
    Route("GET", "/api/v2/plain", plain),
    Route("GET", "/api/v2/other", other),
    Route("GET", "/api/v2/missing", failing(UserNotFound())),
    Route("GET", "/api/v2/bad", failing(InvalidInput("x", "坏", "bad"))),
    Route("GET", "/api/v2/fault", failing(RuntimeError("secret"))),
]


@pytest.fixture
async def client() -> Any:
    wire = V2Wire(None, OpenGate(), engine({"isUserExists": giving(True)}), Rest(Router(ROUTES)), Settings())
    app = Observed(AsSpelled(Starlette(routes=wire.routes())))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def get(client: httpx.AsyncClient, path: str, **headers: str) -> dict[str, Any]:
    response = await client.get(path, headers=headers)
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_literal_route_wins_over_a_parameter(client: httpx.AsyncClient) -> None:
    assert (await get(client, "/api/v2/users/login-status"))["data"] == {"name": "login-status"}
    assert (await get(client, "/api/v2/users/batch"))["data"] == {"name": "user", "userId": "batch"}
    assert (await get(client, "/api/v2/users/5f/orgs"))["data"] == {"name": "orgs", "userId": "5f"}
    assert (await client.put("/api/v2/tenant/t/admin")).json()["data"] == {"name": "admin", "tenantId": "t"}
    assert (await client.put("/api/v2/tenant/t/u")).json()["data"]["name"] == "member"


async def test_doubled_slashes_are_one(client: httpx.AsyncClient) -> None:
    assert (await get(client, "http://test//api/v2/users/login-status"))["data"] == {"name": "login-status"}
    response = await client.post("http://test//graphql/v2", json={"query": "{ isUserExists }"})
    assert response.json() == {"data": {"isUserExists": True}}


async def test_an_unknown_route_says_it_is_not_built(client: httpx.AsyncClient) -> None:
    answer = await get(client, "/api/v2/nothing", **{"x-authing-lang": "en-US"})
    assert (answer["code"], answer["message"]) == (501, "Not supported: GET /api/v2/nothing")
    assert answer["requestId"]


async def test_array_parameters_come_in_three_spellings(client: httpx.AsyncClient) -> None:
    for spelling in ("ids[]=a&ids[]=b", "ids=a&ids=b", "ids[0]=a&ids[1]=b", "ids%5B%5D=a&ids%5B%5D=b"):
        response = await client.post(f"/api/v2/echo?{spelling}&flag=false", json={"x": 1})
        assert response.json()["data"] == {"keys": ["a", "b"], "body": {"x": 1}, "flag": False}


async def test_models_are_written_in_the_clients_words(client: httpx.AsyncClient) -> None:
    assert await get(client, "/api/v2/lamps") == {
        "code": 200,
        "message": "操作成功",
        "data": {"totalCount": 7, "list": [{"litAt": "2021-03-11T20:00:00+08:00", "lastIP": None}]},
    }
    assert (await get(client, "/api/v2/other"))["message"] == "强制下线成功"
    assert (await client.get("/api/v2/plain")).text == "yes"


async def test_errors_keep_the_envelope(client: httpx.AsyncClient) -> None:
    assert (await get(client, "/api/v2/missing"))["code"] == 2004
    answer = await get(client, "/api/v2/bad", **{"x-authing-lang": "en-US", "x-request-id": "mine"})
    assert answer == {
        "code": 400,
        "message": "Parameter x is malformed: bad",
        "data": None,
        "requestId": "mine",
    }
    fault = await client.get("/api/v2/fault")
    assert (fault.status_code, fault.json()["code"]) == (500, 1000)
    assert "secret" not in fault.text


@pytest.mark.parametrize("path", ["/api/v2/lamps", "/graphql/v2"])
async def test_a_lost_database_at_the_gate_is_503(client: httpx.AsyncClient, path: str) -> None:
    method = "POST" if "graphql" in path else "GET"
    response = await client.request(method, path, headers={"authorization": "Bearer lost"})
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert "10.0.0.1" not in response.text


@pytest.mark.parametrize("path", ["/api/v2/echo", "/graphql/v2"])
async def test_a_body_too_large_is_refused_in_the_envelope(client: httpx.AsyncClient, path: str) -> None:
    response = await client.post(path, content=b" " * (MAX_BODY_BYTES + 1))
    answer = response.json()
    assert response.status_code == 200
    assert (answer["errors"][0]["message"] if "errors" in answer else answer)["code"] == 413


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b"\xff"])
async def test_a_body_that_is_no_object_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/api/v2/echo", content=body)
    assert (response.status_code, response.json()["code"]) == (200, 400)


async def test_nul_in_paths_and_queries_is_refused(client: httpx.AsyncClient) -> None:
    assert (await get(client, "/api/v2/users/a%00"))["code"] == 400
    assert (await client.post("/api/v2/echo?ids=%00")).json()["code"] == 400


async def test_every_answer_carries_the_request_id(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v2/lamps", headers={"x-request-id": "mine-1"})
    assert response.headers["x-request-id"] == "mine-1"
    response = await client.get("/api/v2/lamps", headers={"x-request-id": "not mine"})
    assert len(response.headers["x-request-id"]) == 24


def test_two_handlers_of_one_route_are_refused() -> None:
    with pytest.raises(ValueError, match="two handlers"):
        Router([ROUTES[0], ROUTES[0]])


@pytest.mark.parametrize(
    ("raw", "name", "kind"), [("a=x", "a", "integer"), ("a=maybe", "a", "flag"), ("b=1", "a", "required")]
)
def test_query_values_are_refused_by_name(raw: str, name: str, kind: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        getattr(Query(raw.encode()), kind)(name)
    assert refused.value.facts["field"] == name
