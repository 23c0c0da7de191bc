"""managementClient.applications over the v2 wire. Source: docs/contract/v2.md#applications-and-agreements."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import Refusal, V2Client

from poolhouse.services import Services
from poolhouse.users.model import UserDraft

UNKNOWN = "0" * 24
APP = f"/api/v2/applications/{UNKNOWN}"
DOORS: list[tuple[str, str, Any]] = [
    ("GET", APP, None),
    ("POST", APP, {"appType": "BOTH"}),
    ("DELETE", APP, None),
    ("PATCH", f"/api/v2/application/{UNKNOWN}/refresh-secret", None),
    ("GET", f"/api/v2/application/{UNKNOWN}/tenants", None),
    ("GET", f"{APP}/active-users?page=1&limit=10", None),
    ("GET", f"{APP}/agreements", None),
    ("POST", f"{APP}/agreements", {"title": "t", "lang": "zh-CN", "required": True}),
    ("PUT", f"{APP}/agreements/1", {"title": "t"}),
    ("DELETE", f"{APP}/agreements/1", None),
    ("POST", f"{APP}/agreements/sort", {"ids": [1]}),
]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [*DOORS, ("GET", "/api/v2/applications", None), ("POST", "/api/v2/applications", {"name": "x"})],
)
async def test_a_stranger_is_refused(stranger: V2Client, method: str, path: str, body: Any) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.rest(method, path, json=body)
    assert caught.value.code == 2020


@pytest.mark.parametrize(("method", "path", "body"), DOORS)
async def test_another_pools_application_is_not_found(
    v2: V2Client, services: Services, other_pool: PoolForTests, method: str, path: str, body: Any
) -> None:
    app = await services.apps.create(other_pool.administrator, "theirs")
    for app_id in (UNKNOWN, app.id):
        with pytest.raises(Refusal) as caught:
            await v2.rest(method, path.replace(UNKNOWN, app_id), json=body)
        assert caught.value.code in (404, 2011)
    assert await services.apps.get(other_pool.administrator, app.id) == app


async def test_an_application_lives(v2: V2Client) -> None:
    created = await v2.rest(
        "POST",
        "/api/v2/applications",
        json={"name": "商店", "identifier": "shop", "redirectUris": ["https://example.com/cb"], "logo": "l"},
    )
    path = f"/api/v2/applications/{created['id']}"
    assert (created["name"], created["identifier"], created["appType"]) == ("商店", "shop", "INDIVIDUAL")
    assert created["redirectUris"] == ["https://example.com/cb"]
    assert len(created["secret"]) == 32
    listed = await v2.rest("GET", "/api/v2/applications?page=1&limit=10")
    assert [one["id"] for one in listed["list"]] == [created["id"]]
    assert (await v2.rest("POST", path, json={"appType": "BOTH"}))["appType"] == "BOTH"
    denied = await v2.rest("POST", path, json={"permissionStrategy": {"defaultStrategy": "DENY_ALL"}})
    assert denied["permissionStrategy"]["defaultStrategy"] == "DENY_ALL"
    renamed = await v2.rest("POST", path, json={"name": "新", "redirectUris": []})
    assert (renamed["name"], renamed["redirectUris"], renamed["appType"]) == ("新", [], "BOTH")
    fresh = await v2.rest("PATCH", f"/api/v2/application/{created['id']}/refresh-secret")
    assert fresh["secret"] != created["secret"]
    assert (await v2.rest("GET", path))["secret"] == fresh["secret"]
    await v2.rest("DELETE", path)
    with pytest.raises(Refusal):
        await v2.rest("GET", path)


async def test_agreements_keep_their_order_and_their_ids_are_numbers(
    v2: V2Client, services: Services, pool: PoolForTests
) -> None:
    app = await services.apps.create(pool.administrator, "a")
    path = f"/api/v2/applications/{app.id}/agreements"
    ids = []
    for title in ("1", "2", "3"):
        body = {"title": title, "lang": "zh-CN", "required": True}
        ids.append((await v2.rest("POST", path, json=body))["id"])
    assert all(isinstance(one, int) for one in ids)
    await v2.rest("POST", f"{path}/sort", json={"ids": ids[::-1]})
    listed = await v2.rest("GET", path)
    assert (listed["totalCount"], [one["id"] for one in listed["list"]]) == (3, ids[::-1])
    changed = await v2.rest("PUT", f"{path}/{ids[0]}", json={"title": "new test"})
    assert (changed["title"], changed["required"], changed["appId"]) == ("new test", True, app.id)
    await v2.rest("DELETE", f"{path}/{ids[0]}")
    assert (await v2.rest("GET", path))["totalCount"] == 2
    for wrong in ("0", "-1", "x", "9" * 30, "1.5"):
        with pytest.raises(Refusal) as caught:
            await v2.rest("DELETE", f"{path}/{wrong}")
        assert caught.value.code == 400


async def test_active_users_are_those_with_a_live_session(
    v2: V2Client, services: Services, pool: PoolForTests
) -> None:
    app = await services.apps.create(pool.administrator, "a")
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    await services.db.execute(
        "insert into sessions (pool_id, id, user_id, app_id, expires_at) "
        "values ($1, 's1', $2, $3, now() + interval '1 hour')",
        pool.id,
        user.id,
        app.id,
    )
    found = await v2.rest("GET", f"/api/v2/applications/{app.id}/active-users?page=1&limit=10")
    assert (found["totalCount"], [one["username"] for one in found["list"]]) == (1, ["li"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": None},
        {"name": "x", "identifier": "A B"},
        {"name": "x", "redirectUris": "u"},
    ],
)
async def test_what_is_no_application_is_refused(v2: V2Client, body: Any) -> None:
    with pytest.raises(Refusal) as caught:
        await v2.rest("POST", "/api/v2/applications", json=body)
    assert (caught.value.status, caught.value.code) == (200, 400)
