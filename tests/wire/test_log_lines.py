"""The line of a request says who asked, by ids, and from where, as far as the setting allows; never a name."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import structlog
from tests.conftest import PoolForTests

from poolhouse import logs
from poolhouse.app import asgi
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire import observed
from poolhouse.wire.client_address import for_log

LOGIN = "mutation ($input: LoginByUsernameInput!) { loginByUsername(input: $input) { token } }"
PASSWORD = "correct horse 1"
PEER = "192.0.2.7"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    known = structlog.get_config()
    monkeypatch.setattr(observed, "_log", structlog.get_logger("poolhouse.request"))
    yield
    structlog.configure(**known)


@pytest.fixture
async def http(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(asgi(services), client=(PEER, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://pool") as http:
        yield http


def who(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert not [line for line in found if "xiaoli" in json.dumps(line)]
    names = ("pool_id", "app_id", "user_id", "key_id", "address")
    return [
        {name: line[name] for name in names if name in line} for line in found if line["event"] == "request"
    ]


async def test_a_sign_in_names_the_application_and_the_person_by_id(
    services: Services,
    pool: PoolForTests,
    http: httpx.AsyncClient,
    capsys: pytest.CaptureFixture[str],
    lines: None,
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    user = await services.users.create(
        pool.administrator, UserDraft({"username": "xiaoli"}, password=PASSWORD)
    )
    logs.configure()
    where = {"pool_id": pool.id, "app_id": app.id, "address": PEER}
    headers = {"x-authing-app-id": app.id}

    async def sign_in(name: str, password: str) -> dict[str, Any]:
        given = {"query": LOGIN, "variables": {"input": {"username": name, "password": password}}}
        answer: dict[str, Any] = (await http.post("/graphql/v2", json=given, headers=headers)).json()
        return answer

    await sign_in("xiaoli-unknown", PASSWORD)
    await sign_in("xiaoli", "wrong")
    token = (await sign_in("xiaoli", PASSWORD))["data"]["loginByUsername"]["token"]
    await http.get("/api/v3/get-profile", headers={**headers, "authorization": f"Bearer {token}"})
    person = {**where, "user_id": user.id}
    assert who(capsys) == [where, person, person, person]


async def test_a_program_is_named_by_the_id_of_its_key(
    services: Services,
    pool: PoolForTests,
    http: httpx.AsyncClient,
    capsys: pytest.CaptureFixture[str],
    lines: None,
) -> None:
    key = await services.access_keys.create(pool.administrator)
    given = {"accessKeyId": key.id, "accessKeySecret": key.secret}
    token = (await http.post("/api/v3/get-management-token", json=given)).json()["data"]["access_token"]
    logs.configure()
    await http.get("/api/v3/list-users", headers={"authorization": f"Bearer {token}"})
    assert who(capsys) == [{"pool_id": pool.id, "key_id": key.id, "address": PEER}]


async def test_a_client_of_openid_connect_is_named_once_it_has_proved_itself(
    services: Services,
    pool: PoolForTests,
    http: httpx.AsyncClient,
    capsys: pytest.CaptureFixture[str],
    lines: None,
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    logs.configure()
    for secret in ("wrong", app.secret):
        form = {"client_id": app.id, "client_secret": secret, "token": "x"}
        await http.post("/oidc/token/introspection", data=form)
    assert who(capsys) == [{"address": PEER}, {"pool_id": pool.id, "app_id": app.id, "address": PEER}]


async def test_what_a_stranger_calls_a_pool_makes_no_long_line(
    services: Services, http: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], lines: None
) -> None:
    logs.configure()
    given = {"query": "{ isUserExists }"}
    await http.post("/graphql/v2", json=given, headers={"x-authing-userpool-id": "p" * 5000})
    assert "ppp" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "kept", "told"),
    [
        ("192.0.2.7", "full", "192.0.2.7"),
        ("192.0.2.7", "network", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "full", "2001:db8:1:2:3::4"),
        ("2001:db8:1:2:3::4", "network", "2001:db8:1::/48"),
        ("192.0.2.7", "none", ""),
        ("a socket", "network", ""),
        (None, "full", ""),
    ],
)
def test_an_address_is_kept_as_far_as_the_setting_allows(address: str | None, kept: str, told: str) -> None:
    assert for_log(address, kept) == told


@pytest.mark.parametrize(("kept", "told"), [("network", "192.0.2.0/24"), ("none", None)])
async def test_the_setting_holds_for_the_line(
    services: Services, capsys: pytest.CaptureFixture[str], kept: Any, told: str | None, lines: None
) -> None:
    settings = replace(services.settings, log_addresses=kept)
    transport = httpx.ASGITransport(asgi(replace(services, settings=settings)), client=(PEER, 1))
    logs.configure()
    async with httpx.AsyncClient(transport=transport, base_url="http://pool") as http:
        await http.get("/login")
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert line.get("address") == told
