"""The page of the API as it is served, and calls of v3 by the console's session."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open

from poolhouse.administrators.roles import ROLES, SCOPES
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.console.rendering import HEADERS
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.openapi import document
from poolhouse.wire.v3.table import endpoints

CALL = "/pools/{pool}/api/call"
ROWS = sorted(endpoints().values(), key=lambda row: row.name)


async def sent(one: Console, **form: str) -> httpx.Response:
    """As the script of the page sends it."""
    shown = await one.get("/pools/{pool}/api", headers={"accept-language": "en"})
    facts = re.search(r'data-facts="([^"]+)"', shown.text)
    assert facts
    token = json.loads(html.unescape(facts[1]))["form"]
    return await one.http.post(one.address(CALL), data={"form": token, **form})


async def call(one: Console, method: str, path: str, body: Any = None) -> dict[str, Any]:
    text = "" if body is None else json.dumps(body)
    answer: dict[str, Any] = (await sent(one, method=method, path=path, body=text)).json()
    return answer


async def test_a_stranger_reads_the_page_of_the_api_and_calls_nothing(stranger: Console) -> None:
    shown = await stranger.http.get("/docs", headers={"accept-language": "en"})
    assert shown.status_code == 200
    assert "What you try here is done in earnest." in shown.text
    for header, value in HEADERS.items():
        assert shown.headers[header] == value
    answer = await stranger.http.post(
        stranger.address(CALL), data={"method": "GET", "path": "/api/v3/list-users"}
    )
    assert answer.headers["location"].startswith("/console/sign-in")


async def test_a_sample_is_served_by_operation(stranger: Console) -> None:
    answer = await stranger.http.get("/docs/samples/post-create-user")
    assert [one["lang"] for one in answer.json()] == ["curl", "Node", "Python", "Java", "Go", "C#", "PHP"]
    assert (await stranger.http.get("/docs/samples/nothing")).status_code == 404


async def test_a_call_is_what_v3_answers(services: Services, pool: PoolForTests, console: Open) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    one = await console("owner")
    answer = await call(one, "GET", f"/api/v3/get-user?userId={user.id}&withIdentities=true")
    assert (answer["statusCode"], answer["data"]["username"]) == (200, "li")
    assert answer["data"]["identities"] == []
    made = await call(one, "POST", "/api/v3/create-group", {"code": "staff", "name": "员工"})
    assert made["statusCode"] == 200
    assert (await services.groups.get(pool.administrator, "staff")).name == "员工"
    streamed = await sent(one, method="GET", path="/api/v3/export-users?format=jsonl")
    assert streamed.headers["content-disposition"].startswith("attachment")
    assert json.loads(streamed.text.splitlines()[0])["username"] == "li"


async def test_another_pools_people_are_not_there(
    services: Services, other_pool: PoolForTests, console: Open
) -> None:
    theirs = await services.users.create(other_pool.administrator, UserDraft({"username": "li"}))
    answer = await call(await console("owner"), "GET", f"/api/v3/get-user?userId={theirs.id}")
    assert (answer["statusCode"], answer["data"]) == (404, None)


@pytest.mark.parametrize("role", [role for role in ROLES if SCOPES[role] is not None])
async def test_an_operation_beyond_their_roles_is_refused(console: Open, role: Any) -> None:
    one = await console(role)
    may = SCOPES[role] or frozenset()
    beyond = [row for row in ROWS if row.access == "administrator" and not row.scopes <= may]
    assert beyond
    refused = {row.name: (await call(one, row.method, row.url, {}))["statusCode"] for row in beyond[::12]}
    assert set(refused.values()) == {403}, refused


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.access != "administrator"][::8], ids=lambda row: row.name
)
async def test_what_takes_a_users_token_is_not_called_as_an_administrator(
    console: Open, row: Endpoint
) -> None:
    answer = await call(await console("owner"), row.method, row.url, {})
    assert (answer["statusCode"], "takes the token of a user" in answer["message"]) == (400, True)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"method": "GET", "path": "/api/v3/nothing"}, 404),
        ({"method": "GET", "path": "//evil.example/api/v3/list-users"}, 404),
        ({"method": "GET", "path": "http://["}, 404),
        ({}, 404),
        ({"method": "POST", "path": "/api/v3/create-group", "body": "{"}, 400),
        ({"method": "POST", "path": "/api/v3/create-group", "body": "[]"}, 400),
        ({"method": "GET", "path": "/api/v3/get-user?userId=%00"}, 400),
    ],
)
async def test_what_is_no_call_is_a_sentence(console: Open, form: dict[str, str], status: int) -> None:
    answer = (await sent(await console("owner"), **form)).json()
    assert answer["statusCode"] == status
    assert answer["message"]


def test_the_document_says_whose_token_each_takes() -> None:
    for row in ROWS:
        security = document()["paths"][row.url][row.method.lower()].get("security")
        expected = {"administrator": None, "anyone": []}.get(row.access, [{"userToken": []}])
        assert security == expected, row.name
