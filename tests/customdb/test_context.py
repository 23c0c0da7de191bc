"""`context`, the last argument of every script: every documented field, of its type, whoever calls from wherever."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect
from tests.docs.contract import table
from tests.wire.v2.conftest import ClientOf, v2_http, v2_of  # noqa: F401

from poolhouse.caller import Caller
from poolhouse.customdb.model import Mode
from poolhouse.errors import PoolhouseError
from poolhouse.login.model import Registration
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey, UserQuery

FIELDS = {
    "userPoolId": "string",
    "userPoolName": "string",
    "userPoolMetadata": "object",
    "appId": "string",
    "appName": "string",
    "appMetadata": "object",
    "application": "string",
    "request": "object",
}
IN_REQUEST = {"ip": "string", "geo": "null", "body": "object"}
"""`geo` is null without a file of places (test_geo.py)."""

SHAPE = """
const kind = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
const kinds = (object) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, kind(value)]));
const note = (context) =>
  console.log(JSON.stringify({ all: kinds(context), request: kinds(context.request), app: context.appId }));
const PEOPLE = [
  { id: '1', username: 'wang', email: 'wang@old.cn' },
  { id: '2', username: 'li' },
];
"""
SCRIPTS = {
    name: f"{SHAPE}\nasync function {name}({parameters}, context) {{ note(context); {body} }}"
    for name, parameters, body in (
        ("login", "query, password", "return PEOPLE[0];"),
        (
            "getUser",
            "query",
            "return PEOPLE.find((one) => one.id === query.id || (query.email && one.email === query.email)) ?? null;",
        ),
        ("searchUser", "keyword", "return { totalCount: 2, list: PEOPLE };"),
        ("createUser", "userinfo", "return PEOPLE[1];"),
        ("updateUser", "id, updates", "return null;"),
        ("deleteUser", "id", "return true;"),
        ("listUsers", "page, limit", "return { totalCount: 2, list: PEOPLE };"),
        ("validatePassword", "id, password", "return true;"),
    )
}


def test_the_fields_are_the_documented_ones() -> None:
    rows = table("docs/contract/custom-database.md", "## Context")
    assert {name: kind for names, kind, _ in rows for name in re.findall(r"`(\w+)`", names)} == FIELDS
    request = next(what for names, _, what in rows if names == "`request`")
    assert set(re.findall(r"`(\w+)`", request)) == set(IN_REQUEST)


Act = Callable[[Services, Caller], Awaitable[Any]]


async def finish(services: Services, caller: Caller) -> None:
    await services.migration.move(caller, 0, dry_run=True)


async def sign_in(services: Services, caller: Caller) -> None:
    await services.login.with_password(caller, UserKey("username", "wang"), "whatever")
    await services.login.drain()


async def sign_up(services: Services, caller: Caller) -> None:
    info = Registration("username", {"username": "li"}, password="secret li")
    await services.registrations.register(caller, info)


ADMINISTRATORS: dict[str, Act] = {
    "listUsers": lambda services, caller: services.users.list(caller, UserQuery()),
    "searchUser": lambda services, caller: services.users.search(caller, UserQuery(keyword="w")),
    "getUser": lambda services, caller: services.users.get(caller, "1"),
    "createUser": lambda services, caller: services.users.create(caller, UserDraft({"username": "li"})),
    "updateUser": lambda services, caller: services.users.update(caller, "1", UserDraft({"blocked": True})),
    "deleteUser": lambda services, caller: services.users.delete(caller, ["1"]),
}
STRANGERS: dict[str, Act] = {
    "login": sign_in,
    "updateUser": sign_in,  # the record of the login, made when nobody waits any more
    "createUser": sign_up,
    "getUser": lambda services, caller: services.users.exists(caller, [UserKey("email", "wang@old.cn")]),
}
THEMSELVES: dict[str, Act] = {
    "getUser": lambda services, caller: services.users.get(caller, "1"),
    "validatePassword": lambda services, caller: services.own_account.update_password(
        caller, "another secret", "secret"
    ),
}
STORE: Mode = "CUSTOM_USER_STORE"
PATHS: dict[str, tuple[str, str, Mode, Act]] = {
    **{f"administrator {name}": (name, "administrator", STORE, act) for name, act in ADMINISTRATORS.items()},
    **{f"system {name}": (name, "system", STORE, act) for name, act in ADMINISTRATORS.items()},
    **{f"stranger {name}": (name, "anonymous", STORE, act) for name, act in STRANGERS.items()},
    **{f"user {name}": (name, "user", STORE, act) for name, act in THEMSELVES.items()},
    "migration finish": ("listUsers", "system", "LAZY_MIGRATION", finish),
    "lazy login": ("login", "anonymous", "LAZY_MIGRATION", sign_in),
    "lazy sign-up": ("getUser", "anonymous", "LAZY_MIGRATION", sign_up),
}


async def seen(services: Services, pool: PoolForTests, name: str) -> list[dict[str, Any]]:
    await services.scripts.settled()
    rows = await services.db.fetch(
        "select console from custom_script_logs where pool_id = $1 and name = $2", pool.id, name
    )
    return [json.loads(line["text"]) for row in rows for line in row["console"]]


NOWHERE = Legacy("postgres://nobody@127.0.0.1:1/nothing")
"""These scripts ask no database."""


@pytest.mark.parametrize("application", ["its own", "the pool's first", "another pool's", "no"])
@pytest.mark.parametrize("path", sorted(PATHS))
async def test_every_call_has_every_field(
    services: Services,
    pool: PoolForTests,
    other_pool: PoolForTests,
    path: str,
    application: str,
) -> None:
    function, kind, mode, act = PATHS[path]
    if application == "another pool's" and kind not in ("administrator", "system"):
        pytest.skip("the wires name no application of another pool")
    expected, named = "", None
    if application in ("its own", "the pool's first"):
        expected = (await services.apps.create(pool.administrator, "first")).id
    if application == "its own":
        expected = named = (await services.apps.create(pool.administrator, "second")).id
    if application == "another pool's":
        named = (await services.apps.create(other_pool.administrator, "theirs")).id
    await connect(services, pool, NOWHERE, mode, SCRIPTS)
    caller = Caller(pool.id, kind=kind, actor_id="1" if kind == "user" else "", app_id=named)  # type: ignore[arg-type]
    with suppress(PoolhouseError):  # an outcome of its own; what the script was given is asked here
        await act(services, caller)
    found = await seen(services, pool, function)
    assert found, path
    for one in found:
        assert (one["all"], one["request"], one["app"]) == (FIELDS, IN_REQUEST, expected)


async def test_a_deleted_application_makes_room_for_the_pools_first(
    services: Services, pool: PoolForTests
) -> None:
    first = await services.apps.create(pool.administrator, "first")
    second = await services.apps.create(pool.administrator, "second")
    caller = replace(pool.stranger, app_id=second.id)
    assert (await services.scripts.context(caller))["appName"] == "second"
    await services.apps.delete(pool.administrator, second.id)
    assert (await services.scripts.context(caller))["appId"] == first.id
    await services.apps.update(pool.administrator, first.id, {"name": "renamed"})
    assert (await services.scripts.context(caller))["appName"] == "renamed"
    await services.apps.delete(pool.administrator, first.id)
    assert (await services.scripts.context(caller))["appId"] == ""


async def test_a_trial_run_may_write_some_of_the_context_itself(
    services: Services, pool: PoolForTests
) -> None:
    await services.apps.create(pool.administrator, "first")
    source = "async function getUser(query, context) { return { id: 1, name: JSON.stringify(context) }; }"
    given = {"appName": "a trial", "request": {"ip": "203.0.113.7"}}
    outcome = await services.customdb.run(pool.administrator, "getUser", [{"id": "1"}, given], source=source)
    context = json.loads(outcome.value["name"])  # type: ignore[union-attr]
    assert (context["appName"], context["userPoolName"]) == ("a trial", "mine")
    assert context["request"] == {"ip": "203.0.113.7", "geo": None, "body": {}}


async def test_a_management_call_over_the_wire_has_the_pools_first_application(
    services: Services,
    pool: PoolForTests,
    v2_of: ClientOf,  # noqa: F811
) -> None:
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", SCRIPTS)
    app = await services.apps.create(pool.administrator, "first")
    await (await v2_of(pool)).one("{ users { totalCount } }")
    (one,) = await seen(services, pool, "listUsers")
    assert (one["all"], one["app"]) == (FIELDS, app.id)
