"""No request is a fault of ours: what a stranger may send, at every door, that once was answered with 500."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest
import structlog
from structlog.testing import capture_logs
from tests.conftest import PoolForTests
from tests.wire.v3.conftest import connect

from poolhouse.app import asgi
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.services import Services

DOORS = (
    "/graphql/v2",
    "/api/v2/users/batch",
    "/api/v3/create-user",
    "/api/v3/signin",
    "/oidc/token",
    "/oidc/auth",
    "/login",
    "/login/signup",
    "/oidc/session/end",
)


@pytest.fixture(scope="module")
async def http(services: Services) -> Any:
    transport = httpx.ASGITransport(asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        yield http


@pytest.mark.parametrize("path", DOORS)
async def test_a_client_that_goes_away_is_no_fault(services: Services, path: str) -> None:
    """A broken chunk looks alike."""
    sent: list[MutableMapping[str, Any]] = []
    received = [{"type": "http.request", "body": b'{"a":', "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> MutableMapping[str, Any]:
        return received.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"content-length", b"100")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "scheme": "http",
    }
    structlog.reset_defaults()
    with capture_logs() as logs:
        await asgi(services)(scope, receive, send)
    assert sent[0]["status"] < 500
    assert [(line["log_level"], line["outcome"]) for line in logs] == [("info", "refused")]


@pytest.mark.parametrize(
    "path",
    [
        "/login/captcha/x.wav?a=%00",
        "/login?request=%00",
        "/login?request=%ff%fe",
        "/oidc/auth?client_id=%00",
        "/oidc/auth?client_id=%ed%a0%80&redirect_uri=%00",
        "/oidc/me?access_token=%00",
        "/oidc/session/end?id_token_hint=%00",
        "/api/v2/email/verify?token=%00",
        "/api/v2/users/%00",
        "/api/v2/users/%ff",
        "/api/v2/users/%ed%a0%80",
        "/api/v3/get-user?userId=%00",
        "/api/v3/get-user?userId=%ed%a0%80",
        "/openapi.json?%00",
        "/healthz?%00",
        "/docs/%00",
    ],
)
async def test_what_no_database_holds_is_no_fault_in_any_address(http: httpx.AsyncClient, path: str) -> None:
    for headers in ({}, {"cookie": "poolhouse_session=%00; poolhouse_form=\\000"}, {"accept-language": "\0"}):
        assert (await http.get(path, headers=headers)).status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/api/v3/list-users%2f",
        "/api/v3//list-users",
        "/api//v3/list-users",
        "/api/v3/list-users/",
        "/api/v3/%6cist-users",
        "/api%2fv3/list-users",
        "/api/v2/users%2fbatch",
        "/api/v2//userpools/detail",
        "/api/v2/userpools/detail/",
        "/api/v2/%75serpools/detail",
        "/oidc%2f.well-known/openid-configuration",
        "/oidc//.well-known/openid-configuration",
        "/graphql%2fv2",
        "/metrics%2f",
    ],
)
async def test_a_path_is_served_only_as_it_is_spelled(
    http: httpx.AsyncClient, services: Services, pool: PoolForTests, path: str
) -> None:
    """A proxy that forbids `/api/v3/delete-users-batch` must not be walked around."""
    token = (await services.management_tokens.of_pool(pool.id)).token
    response = await http.get(path, headers={"authorization": f"Bearer {token}"})
    answer = response.json() if "json" in response.headers.get("content-type", "") else {}
    refused = answer.get("statusCode", answer.get("code", response.status_code))
    assert refused in (404, 501), response.text


async def test_a_host_that_ends_with_a_slash_is_forgiven(http: httpx.AsyncClient) -> None:
    for path in ("//api/v3/list-users", "///api/v2/userpools/detail", "//graphql/v2"):
        response = await http.post(f"http://poolhouse{path}", json={})
        assert response.status_code != 404, path


async def test_a_path_that_a_proxy_closes_is_not_opened_by_another_slash(http: httpx.AsyncClient) -> None:
    for path in ("/metrics", "/console", "/console/sign-in", "/readyz"):
        assert (await http.get(f"http://poolhouse{path}")).status_code != 404, path
        for slashes in ("/", "//"):
            assert (await http.get(f"http://poolhouse{slashes}{path}")).status_code == 404, path


async def test_a_path_of_v2_may_hold_a_slash_in_its_parameter(
    http: httpx.AsyncClient, services: Services, pool: PoolForTests
) -> None:
    token = (await services.management_tokens.of_pool(pool.id)).token
    headers = {"authorization": f"Bearer {token}"}
    response = await http.get("/api/v2/users/a%2Fb%20c/orgs", headers=headers)
    assert response.json()["code"] == 2004


async def test_a_search_may_name_as_many_identities_as_it_may_name_values(
    http: httpx.AsyncClient, services: Services
) -> None:
    v3 = await connect(services, http)
    made = {
        "username": "ada",
        "identities": [{"extIdpId": "wechat-1", "provider": "wechat", "userIdInIdp": "o:1"}],
    }
    assert (await v3.post("create-user", made))["statusCode"] == 200
    many = [f"nobody:{number}" for number in range(999)]

    async def found(*value: str, times: int = 1) -> int:
        one = {"field": "identity", "operator": "IN", "value": list(value)}
        answer = await v3.post("list-users", {"advancedFilter": [one] * times})
        assert answer["statusCode"] == 200, answer
        return int(answer["data"]["totalCount"])

    assert await found(*many, "wechat-1:o:1", times=20) == 1
    assert await found("wechat", "nobody") == 1
    assert await found("wechat:o:1") == 1
    assert await found("github:o:1", "wechat:o:2") == 0
    assert await found(*many, times=20) == 0


@pytest.mark.parametrize(
    ("sql", "args"),
    [
        ("select $1::int4", (2**40,)),
        ("select $1::int8", (2**70,)),
        ("select $1::text::int4", ("99999999999",)),
        ("select $1::int4 * 1000", (2**31 - 1,)),
        ("select '9999-12-31'::timestamptz + make_interval(years => $1::int)", (2_000_000,)),
    ],
)
async def test_what_is_out_of_a_columns_range_is_the_callers_mistake(
    database: Database, sql: str, args: tuple[Any, ...]
) -> None:
    with pytest.raises(InvalidInput):
        await database.fetchval(sql, *args)


async def test_more_arguments_or_bytes_than_postgresql_takes_are_the_callers_mistake(
    database: Database,
) -> None:
    numbers = range(1, 40_001)
    with pytest.raises(TooLarge):
        await database.fetchval(f"select 1 in ({', '.join(f'${n}::int' for n in numbers)})", *numbers)
    async with database.transaction() as tx:
        await tx.execute("create temp table words (word text primary key) on commit drop")
        with pytest.raises(TooLarge):
            incompressible = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(20_000))
            await tx.execute("insert into words values ($1)", incompressible)
        await tx._rollback()
        tx._ended = False


async def test_a_search_names_so_many_groups_and_no_more(http: httpx.AsyncClient, services: Services) -> None:
    pool = await services.pools.create("searched")
    token = (await services.management_tokens.of_pool(pool.id)).token
    query = 'query ($g: [SearchUserGroupOpt]) { searchUser(query: "x", groupOpts: $g) { totalCount } }'
    for count in (200, 201):
        body = {"query": query, "variables": {"g": [{"code": f"g{n}"} for n in range(count)]}}
        answer = await http.post("/graphql/v2", json=body, headers={"authorization": f"Bearer {token}"})
        refused = [one["message"]["code"] for one in answer.json().get("errors", [])]
        assert refused == ([] if count == 200 else [413])
