"""The action logs over the v2 wire. Source: docs/contract/v2.md#logs-and-statistics, docs/contract/users.md#logs."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client

from poolhouse.audit.model import Act, Event, Operation, ResourceType
from poolhouse.caller import Caller
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.v2 import act_names

ACTIONS, AUDIT = "/api/v2/analysis/user-action", "/api/v2/analysis/audit"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/119.0.0.0 Safari/537.36"


def test_every_word_of_the_log_has_its_two_languages() -> None:
    assert set(act_names.VERBS) == set(get_args(Operation))
    assert set(act_names.THINGS) == set(get_args(ResourceType))


@pytest.mark.parametrize(
    ("kind", "name", "act"),
    [
        ("user", "login", Act("login", "user")),
        ("user", "updateUserinfo", Act("update", "user")),
        ("user", "deleteAccount", Act("delete", "user")),
        ("user", "updatePassword", Act("update_password", "user")),
        ("user", "bindMfa", Act("bind_mfa", "user")),
        ("administrator", "createUser", Act("create", "user")),
        ("administrator", "deleteUsers", Act("delete", "user")),
        ("administrator", "userpool:UpdateConfig", Act("update", "user_pool")),
        ("administrator", "refreshUserpoolSecret", Act("refresh", "user_pool")),
        ("administrator", "createGroup", Act("create", "group")),
    ],
)
def test_a_name_finds_the_acts_that_have_it(kind: Any, name: str, act: Act) -> None:
    assert act in act_names.acts(kind, name)


@pytest.mark.parametrize(
    "path",
    [
        ACTIONS,
        AUDIT,
        "/api/v2/analysis/total-login-count?appId=x",
    ],
)
async def test_a_stranger_is_refused(stranger: V2Client, path: str) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.rest("GET", path)
    assert caught.value.code == 2020


async def seeded(services: Services, pool: PoolForTests) -> tuple[str, str]:
    """A user with a login through an application, a refused one, and a change of profile."""
    app = await services.apps.create(pool.administrator, "商店")
    user = await services.users.create(pool.administrator, UserDraft({"username": "li", "nickname": "李"}))
    there = Caller(pool.id, app_id=app.id, ip="203.0.113.9", user_agent=CHROME, request_id="r1")
    itself = Caller(pool.id, "user", actor_id=user.id, ip="198.51.100.1")
    await services.audit.write(services.db, there, Event("login", "user", user.id, user_id=user.id))
    await services.audit.write_refusal(
        there, Event("login", "user", user_name="nobody", success=False, detail={"account": "nobody"})
    )
    await services.audit.write(services.db, itself, Event("update", "user", user.id, user_id=user.id))
    return app.id, user.id


async def test_a_row_is_shaped_as_documented(v2: V2Client, services: Services, pool: PoolForTests) -> None:
    app_id, user_id = await seeded(services, pool)
    arn = f"arn:cn:authing:{pool.id}:user:{user_id}"
    query = {"operator_arn[]": arn, "operation_name[]": "login", "page": 1, "limit": 10}
    found = await v2.rest("GET", ACTIONS, params=query)
    assert found["totalCount"] == 1
    [row] = found["list"]
    assert (row["operator_arn"], row["userpool_id"], row["app_id"]) == (arn, pool.id, app_id)
    assert (row["operation_name"], row["operation_desc"]) == ("login", "登录")
    assert row["user"]["displayName"] == "李"
    assert row["app"]["name"] == "商店"
    assert row["geoip"]["ip"] == "203.0.113.9"
    assert (row["ua"]["name"], row["ua"]["os"]) == ("Chrome", "Windows 10")
    assert row["timestamp"].endswith("+08:00")
    assert row["request_id"] == "r1"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["updateUserinfo", "login", "login"]),
        ({"clientip": "203.0.113.9"}, ["login", "login"]),
        ({"operation_name": "updateUserinfo"}, ["updateUserinfo"]),
        ({"eventType": "login"}, ["login", "login"]),
        ({"operation_name": "noSuchThing"}, []),
        ({"exclude_non_app_records": "1"}, ["login", "login"]),
        ({"success": "false"}, ["login"]),
        ({"start": "4102444800000"}, []),
        ({"end": "4102444800"}, ["updateUserinfo", "login", "login"]),
        ({"start": "2000-01-01T00:00:00+08:00"}, ["updateUserinfo", "login", "login"]),
        ({"page": "2", "limit": "2"}, ["login"]),
    ],
)
async def test_each_filter_filters(
    v2: V2Client, services: Services, pool: PoolForTests, query: dict[str, str], names: list[str]
) -> None:
    await seeded(services, pool)
    found = await v2.rest("GET", ACTIONS, params=query)
    assert [row["operation_name"] for row in found["list"]] == names


async def test_app_and_user_filters_name_ids(v2: V2Client, services: Services, pool: PoolForTests) -> None:
    app_id, user_id = await seeded(services, pool)
    assert (await v2.rest("GET", ACTIONS, params={"app_id": app_id}))["totalCount"] == 2
    assert (await v2.rest("GET", ACTIONS, params={"userId": user_id}))["totalCount"] == 2
    other = f"arn:cn:authing:{'0' * 24}:user:{user_id}"
    assert (await v2.rest("GET", ACTIONS, params={"operator_arn": other}))["totalCount"] == 0


async def test_administrators_acts_are_in_their_own_log(
    v2: V2Client, services: Services, pool: PoolForTests
) -> None:
    _, user_id = await seeded(services, pool)
    found = await v2.rest("GET", AUDIT)
    assert [row["operation_name"] for row in found["list"]] == ["createUser", "createApplication"]
    assert found["list"][0]["user"]["id"] == user_id
    assert found["list"][0]["operator_arn"] == f"arn:cn:authing:user:{pool.id}"
    by = {"operator_arn": f"arn:cn:authing:user:{pool.id}"}
    assert (await v2.rest("GET", AUDIT, params=by))["totalCount"] == 2
    only = await v2.rest("GET", AUDIT, params={"operation_name": "createUser"})
    assert only["totalCount"] == 1


async def test_another_pools_log_is_invisible(
    v2_of: ClientOf, services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    app_id, _ = await seeded(services, pool)
    neighbour = await v2_of(other_pool)
    assert (await neighbour.rest("GET", ACTIONS))["totalCount"] == 0
    assert (await neighbour.rest("GET", AUDIT))["totalCount"] == 0
    with pytest.raises(Refusal):
        await neighbour.rest("GET", f"/api/v2/analysis/total-login-count?appId={app_id}")


async def test_logins_through_an_application_are_counted(
    v2: V2Client, services: Services, pool: PoolForTests
) -> None:
    app_id, _ = await seeded(services, pool)
    counted = await v2.rest("GET", f"/api/v2/analysis/total-login-count?appId={app_id}")
    assert (counted["count"], counted["users"]) == (1, 1)


@pytest.mark.parametrize(
    "query",
    [{"operator_arn": "me"}, {"start": "soon"}, {"end": "9" * 18}, {"page": "0"}, {"limit": "x"}],
)
async def test_bad_filters_are_refused_by_name(v2: V2Client, query: dict[str, str]) -> None:
    with pytest.raises(Refusal) as caught:
        await v2.rest("GET", ACTIONS, params=query)
    assert (caught.value.status, caught.value.code) == (200, 400)
    assert next(iter(query)) in caught.value.message
