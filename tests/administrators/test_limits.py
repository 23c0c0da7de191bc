"""A role that is limited to some applications: these are all there is, by API, by page and by access key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest
from tests.administrators.conftest import OPERATOR, Make
from tests.conftest import PoolForTests

from poolhouse.administrators.model import Administrator
from poolhouse.apps.model import App
from poolhouse.bulk.rights import Rights
from poolhouse.caller import Caller, Limits
from poolhouse.credentials.access_keys import CACHE_S
from poolhouse.errors import AppNotFound, InvalidInput, LimitedRole, PoolhouseError
from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.v3 import limited
from poolhouse.wire.v3.app import asked
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import endpoints

ROLE = "application-editor"
ROWS = [row for row in endpoints().values() if row.access == "administrator"]
BY_APPLICATION = [row for row in ROWS if limited.APPLICATIONS.get(row.name) == "by application"]
GIVEN: dict[str, dict[str, Any]] = {
    "POST update-application": {"appName": "renamed"},
    "POST update-application-permission-strategy": {"permissionStrategy": "DENY_ALL"},
    "POST authorize-application-access": {
        "list": [{"targetType": "GROUP", "targetIdentifier": ["staff"], "effect": "ALLOW"}]
    },
    "POST revoke-application-access": {"list": [{"targetType": "GROUP", "targetIdentifier": ["staff"]}]},
}
"""What an operation wants besides the application."""


async def two_apps(services: Services, pool: PoolForTests) -> tuple[App, App]:
    return (
        await services.apps.create(pool.administrator, "ours"),
        await services.apps.create(pool.administrator, "theirs"),
    )


async def editor(services: Services, pool: PoolForTests, make: Make, *apps: App) -> Administrator:
    one = await make()
    ids = [app.id for app in apps]
    return await services.administrators.set_roles(OPERATOR, one.id, pool.id, [ROLE], ids)


async def ask(services: Services, caller: Caller, row: Endpoint | str, values: dict[str, Any]) -> Any:
    """As an administrator's page, or a request of a key, does it."""
    row = row if isinstance(row, Endpoint) else next(one for one in ROWS if one.name == row)
    limited.require(caller, row)
    return (await asked(services, row, caller, values, own=str))[0]


async def refusal(called: Awaitable[Any]) -> tuple[type[PoolhouseError], str]:
    with pytest.raises(PoolhouseError) as refused:
        await called
    return type(refused.value), refused.value.message("en-US")


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
async def test_an_operation_is_refused_until_somebody_decides(row: Endpoint) -> None:
    """Whatever the scopes and the limits: also by the door that every call goes through."""
    for limits in (Limits(frozenset({"x"})), Limits(departments=frozenset({"x"})), Limits()):
        caller = Caller("p", "administrator", "a", limits=limits)
        judged = limited.PERMITTED[limits.about].get(row.name)
        if judged is None:
            assert not limited.may(caller, row)
            with pytest.raises(LimitedRole):
                limited.require(caller, row)
            with pytest.raises(LimitedRole):
                await limited.admitted(None, caller, row, None)  # type: ignore[arg-type]
            continue
        assert not row.streams or judged == "by its list"  # a stream is of those whom the service lists
        named = {
            "application": "app_id",
            "person": "user_id",
            "people": "user_ids",
            "department": "department_id",
        }
        for what, field in named.items():
            if what in judged and judged != "of new people":
                assert row.request
                assert any(one.endswith(field) for one in row.request.__struct_fields__)


def test_the_tables_name_operations_there_are() -> None:
    assert set().union(*limited.PERMITTED.values()) <= {row.name for row in ROWS}


def test_a_use_case_refuses_whom_nobody_has_admitted() -> None:
    with pytest.raises(LimitedRole):
        Caller("p", "administrator", "a", limits=Limits()).require_administrator()


async def test_an_application_of_others_is_not_found_as_one_that_does_not_exist(
    services: Services, pool: PoolForTests, make: Make
) -> None:
    """In every operation that is judged by the application; with their own, none is refused."""
    ours, theirs = await two_apps(services, pool)
    await services.groups.create(pool.administrator, GroupDraft(code="staff", name="Staff"))
    one = await editor(services, pool, make, ours)
    caller = await services.administrators.caller_in(one, pool.id, Caller(pool.id))
    for row in BY_APPLICATION:
        values = GIVEN.get(row.name, {})
        nobodys = new_id()
        unknown = await refusal(ask(services, caller, row, {"appId": nobodys, **values}))
        other = await refusal(ask(services, caller, row, {"appId": theirs.id, **values}))
        assert other[0] is AppNotFound, row.name
        assert other == (unknown[0], unknown[1].replace(nobodys, theirs.id)), row.name
        await ask(services, caller, row, {"appId": ours.id, **values})
    assert (await services.apps.get(pool.administrator, theirs.id)).name == "theirs"
    assert (await services.apps.get(pool.administrator, ours.id)).settings.default_access == "DENY_ALL"


async def test_lists_have_no_other_application(services: Services, pool: PoolForTests, make: Make) -> None:
    ours, _ = await two_apps(services, pool)
    one = await editor(services, pool, make, ours)
    caller = await services.administrators.caller_in(one, pool.id, Caller(pool.id))
    for name in ("GET list-applications", "GET list-application-simple-info"):
        for values in ({}, {"keywords": "s"}, {"page": 1, "limit": 50}):
            found = await ask(services, caller, name, values)
            assert (found.total_count, [app.app_id for app in found.items]) == (1, [ours.id])


async def test_a_key_of_theirs_is_as_limited_and_so_is_what_began_before(
    services: Services, pool: PoolForTests, make: Make
) -> None:
    ours, theirs = await two_apps(services, pool)
    one = await make(roles={pool.id: ["owner"]})
    before = await services.administrators.caller_in(one, pool.id, Caller(pool.id))
    key = await services.access_keys.create(before)
    user = await services.users.create(before, UserDraft({"username": "li"}))
    act = await services.bulk_acts.start(before, "END_SESSIONS", {}, user_ids=[user.id])
    await services.administrators.set_roles(OPERATOR, one.id, pool.id, [ROLE], [ours.id])
    await asyncio.sleep(CACHE_S + 0.05)  # for so long a key may do what its administrator could
    found = await services.access_keys.resolve(key.id)
    assert found
    assert found.limits == Limits(frozenset({ours.id}))
    with pytest.raises(LimitedRole):
        await Rights(services.administrators, services.access_keys).caller(act)
    by_key = replace(before, actor_id=key.id, scopes=found.scopes, limits=found.limits)
    assert (await ask(services, by_key, "GET get-application", {"appId": ours.id})).app_id == ours.id
    assert (await refusal(ask(services, by_key, "GET get-application", {"appId": theirs.id})))[
        0
    ] is AppNotFound


@pytest.mark.parametrize(
    ("roles", "field"),
    [([], "applications"), (["viewer"], "applications"), ([ROLE, "viewer"], "applications")],
)
async def test_only_the_editor_of_applications_alone_is_limited_to_some(
    services: Services, pool: PoolForTests, make: Make, roles: list[str], field: str
) -> None:
    ours, _ = await two_apps(services, pool)
    one = await make()
    with pytest.raises(InvalidInput) as refused:
        await services.administrators.set_roles(OPERATOR, one.id, pool.id, roles, [ours.id])
    assert refused.value.facts["field"] == field


async def test_an_application_of_another_pool_limits_nobody(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, make: Make
) -> None:
    elsewhere, _ = await two_apps(services, other_pool)
    one = await make()
    with pytest.raises(AppNotFound):
        await services.administrators.set_roles(OPERATOR, one.id, pool.id, [ROLE], [elsewhere.id])


async def test_a_limit_is_lifted_and_is_in_the_log(
    services: Services, pool: PoolForTests, make: Make
) -> None:
    ours, _ = await two_apps(services, pool)
    one = await editor(services, pool, make, ours)
    assert one.applications(pool.id) == [ours.id]
    free = await services.administrators.set_roles(OPERATOR, one.id, pool.id, [ROLE])
    assert (free.roles, free.limits) == ({pool.id: (ROLE,)}, {})


async def test_a_version_without_limits_gives_a_limited_role_nothing(
    services: Services, pool: PoolForTests, make: Make
) -> None:
    """While servers of both run: it knows no role of the name that is stored. And limits that are gone are none."""
    ours, _ = await two_apps(services, pool)
    one = await editor(services, pool, make, ours)
    where = "where administrator_id = $1 and pool_id = $2"
    stored = await services.db.fetchval(f"select roles from administrator_roles {where}", one.id, pool.id)
    assert stored == [f"{ROLE}:limited"]
    await services.db.execute(f"update administrator_roles set applications = null {where}", one.id, pool.id)
    assert (await services.administrators.get(OPERATOR, one.id)).limits == {pool.id: Limits()}
