"""A field reaches a script by the name its documents know, and comes back by it. The lists are those of
docs/contract/custom-database.md#names-of-fields and docs/contract/users.md#fields."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect
from tests.customdb.test_states import sample, snake
from tests.docs.contract import SCRIPTS, code, documented_fields, table
from tests.wire.v2.conftest import Refusal, V2Client, v2, v2_http, v2_of  # noqa: F401

from poolhouse.customdb.model import LogQuery
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.users.profile_fields import WRITABLE
from poolhouse.users.profiles import NAMES, profile_values, script_values

NOWHERE = Legacy("postgres://nobody@127.0.0.1:1/nothing")
OURS = frozenset({"id", "password", "token"})
"""Names in the lists that are no fields of a draft."""


def documented() -> dict[str, set[str]]:
    """Where -> the names a user's fields have there on the way to a script and back."""
    lists = {where: set(code(names).split()) for where, names in table(SCRIPTS, "### Names of fields")}
    return lists | {operation: set(documented_fields(operation)) for operation in ("create", "update")}


def test_every_documented_field_reaches_a_script_by_its_documented_name() -> None:
    for where, names in documented().items():
        assert len(names) > 5, where
        for name in sorted(names - OURS):
            field = snake(name)
            assert field in WRITABLE, (where, name)
            assert name in script_values({field: sample(field)}), (where, name)


def test_every_documented_field_is_read_from_a_profile() -> None:
    for where, names in documented().items():
        for name in sorted(names - OURS):
            assert NAMES[name] in profile_values({name: sample(snake(name))}, "getUser"), (where, name)


@pytest.mark.parametrize("field", sorted(WRITABLE))
def test_what_a_script_is_given_it_may_give_back(field: str) -> None:
    given = "2030-01-01T00:00:00Z" if field == "expired_at" else sample(field)
    for name, value in script_values({field: given}).items():
        assert NAMES[name] == field
        assert profile_values({name: value}, "getUser").keys() == {field}


async def test_a_script_is_told_of_an_address_by_both_names(services: Services, pool: PoolForTests) -> None:
    found = "{ id: '1', username: 'wang', lastIp: '203.0.113.7' }"
    scripts = {
        "getUser": f"async function getUser(query) {{ return query.id ? {found} : null; }}",
        "createUser": "async function createUser(info) { console.log(info.lastIp, info.lastIP); return { id: '1' }; }",
        "updateUser": "async function updateUser(id, given) { console.log(given.lastIp, given.lastIP); return null; }",
    }
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", scripts)
    values = {"username": "wang", "last_ip": "203.0.113.7"}
    await services.users.create(pool.administrator, UserDraft(values))
    await services.users.update(pool.administrator, "1", UserDraft({"last_ip": "203.0.113.7"}))
    await services.scripts.settled()
    rows = await services.customdb.list_logs(pool.administrator, LogQuery(), PageRequest(1, 50))
    said = {row.name: [line["text"] for line in row.console] for row in rows.items if row.console}
    assert said == {name: ["203.0.113.7 203.0.113.7"] for name in ("createUser", "updateUser")}


TOKEN = "the-old-shops-own-token"
LISTED = f"""async function listUsers() {{
  return {{ totalCount: 2, list: [{{ id: 1, username: 'wang', token: '{TOKEN}' }}, {{ id: 2, token: 7 }}] }};
}}"""
FOUND = f"async function getUser(query) {{ return {{ id: query.id, token: '{TOKEN}' }}; }}"


async def test_a_token_of_the_database_is_passed_on_to_administrators(
    services: Services,
    pool: PoolForTests,
    v2: V2Client,  # noqa: F811
) -> None:
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", {"listUsers": LISTED, "getUser": FOUND})
    listed = await v2.one("{ users(page: 1, limit: 10) { totalCount list { id token } } }")
    assert listed["list"] == [{"id": "1", "token": TOKEN}, {"id": "2", "token": None}]
    assert await v2.one('{ user(id: "1") { token } }') == {"token": TOKEN}
    assert (await v2.rest("GET", "/api/v2/users/1"))["token"] == TOKEN


async def test_a_token_of_the_database_is_nobodys_session_here(
    services: Services,
    pool: PoolForTests,
    v2: V2Client,  # noqa: F811
) -> None:
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", {"listUsers": LISTED, "getUser": FOUND})
    issued = await v2.one('mutation { refreshToken(id: "1") { token } }')
    assert issued["token"] != TOKEN
    assert await v2.with_token(issued["token"]).one("{ user { token } }") == issued
    with pytest.raises(Refusal):
        await v2.with_token(TOKEN).one("{ user { token } }")


async def test_a_token_of_the_database_is_not_kept_and_not_logged(
    services: Services, pool: PoolForTests
) -> None:
    await connect(services, pool, NOWHERE, "CUSTOM_USER_STORE", {"listUsers": LISTED, "getUser": FOUND})
    user = await services.users.get(pool.administrator, "1")
    assert TOKEN not in repr(user)
    await services.scripts.settled()
    rows = await services.db.fetch("select l::text from custom_script_logs l where pool_id = $1", pool.id)
    assert rows
    assert TOKEN not in str(rows)
