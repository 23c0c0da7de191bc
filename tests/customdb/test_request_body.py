"""`context.request.body`: the fields the operation knows, and no more of them than 16 KB, at every door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect
from tests.wire.v2.fakes import request as v2_request

from poolhouse.customdb.value_sizes import BODY_BYTES, own_fields, size_within
from poolhouse.errors import TooLarge
from poolhouse.services import Services
from poolhouse.users.model import UserKey
from poolhouse.wire.request import STRANGERS_BODY_BYTES
from poolhouse.wire.tracked_body import TrackedBody

TELL = "throw new Error(JSON.stringify(context.request.body))"
SCRIPTS = {
    "login": f"async function login(query, password, context) {{ {TELL} }}",
    "getUser": f"async function getUser(query, context) {{ {TELL} }}",
}
BALLAST = {"junk": [[], {}, "x" * 1_000], "__proto__": {"a": 1}, "password2": "hunter-2"}
GRAPHQL = "mutation m($input: LoginByUsernameInput!) { loginByUsername(input: $input) { id } }"


@pytest.fixture
async def door(services: Services, pool: PoolForTests, legacy: Legacy, server: str) -> Any:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", SCRIPTS)
    app = await services.apps.create(pool.administrator, "shop")
    headers = {"x-authing-userpool-id": pool.id, "x-authing-app-id": app.id}

    async def ask(path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=server, headers=headers, timeout=30) as client:
            answer = (await client.post(path, json=body)).json()
        said = answer["errors"][0]["message"]["message"] if "errors" in answer else answer["message"]
        seen: dict[str, Any] = json.loads(said)
        return seen

    return ask


async def test_graphql_shows_the_arguments_of_the_operation(door: Any) -> None:
    given = {"username": "bob", "password": "correct horse"}
    body = {"query": GRAPHQL, "variables": {"input": given}, "operationName": "m", **BALLAST}
    assert await door("/graphql/v2", body) == {
        "operationName": "loginByUsername",
        "variables": {"input": {"username": "bob", "password": "***"}},
    }


async def test_v3_shows_the_fields_of_its_contract_at_every_depth(door: Any) -> None:
    payload = {"username": "bob", "password": "correct horse", **BALLAST}
    seen = await door("/api/v3/signin", {"connection": "PASSWORD", "passwordPayload": payload, **BALLAST})
    assert seen["connection"] == "PASSWORD"
    assert seen["passwordPayload"]["username"] == "bob"
    assert "junk" not in json.dumps(seen)
    assert "password2" not in json.dumps(seen)


def test_v2_rest_shows_what_the_operation_looked_at() -> None:
    asked = v2_request({"email": "bob@old.cn", "code": "1", **BALLAST})
    assert own_fields(asked.caller.body) == {}
    assert asked.body.get("email") == "bob@old.cn"
    assert asked.body["code"] == "1"
    assert asked.body.get("not given") is None
    assert own_fields(asked.caller.body) == {"email": "bob@old.cn", "code": "1"}


def test_a_hosted_page_shows_what_it_looked_at_and_none_of_its_own_machinery() -> None:
    form = TrackedBody({"form": "csrf", "account": "bob", "password": "x", "junk": "y"}, hidden={"form"})
    assert [form.get(name) for name in ("form", "account", "password")] == ["csrf", "bob", "x"]
    assert own_fields(form.seen) == {"account": "bob", "password": "x"}


@pytest.mark.parametrize("size", [BODY_BYTES, STRANGERS_BODY_BYTES - 1_000])
async def test_a_field_that_does_not_fit_is_left_out(door: Any, size: int) -> None:
    given = {"username": "bob", "password": "x", "context": "c" * size, "captchaCode": "1"}
    body = {"query": GRAPHQL, "variables": {"input": given}}
    assert await door("/graphql/v2", body) == {"operationName": "loginByUsername"}


class _Struct(msgspec.Struct, rename="camel"):
    some_field: str
    more: Any = None
    unset: str | msgspec.UnsetType = msgspec.UNSET


@pytest.mark.parametrize(
    "make",
    [
        lambda: "x" * 5_000_000,
        lambda: [[]] * 1_200_000,
        lambda: {str(n): None for n in range(1_000_000)},
        lambda: [_Struct("x" * 100)] * 100_000,
        lambda: {"a": [{"b": "x" * BODY_BYTES}]},
        lambda: "汉" * (BODY_BYTES // 2),
    ],
    ids=["text", "lists", "keys", "structs", "deep", "wide letters"],
)
def test_what_is_too_large_is_not_copied(make: Callable[[], Any]) -> None:
    huge = make()
    assert size_within(huge, BODY_BYTES) > BODY_BYTES
    assert own_fields({"a": 1, "huge": huge, "b": "2"}) == {"a": 1, "b": "2"}
    assert own_fields(_Struct("x", huge)) == {"someField": "x"}


@pytest.mark.parametrize("nothing", [None, {}, msgspec.UNSET])
def test_a_request_without_a_body_has_an_empty_one(nothing: Any) -> None:
    assert own_fields(nothing) == {}


async def test_arguments_no_user_has_do_not_reach_a_worker(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", SCRIPTS)
    directory = await services.directories.of(pool.id)
    with pytest.raises(TooLarge):
        await directory.authenticate(pool.stranger, UserKey("username", "x" * 300_000), "password")
