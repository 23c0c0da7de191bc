"""managementClient.tenant over the v2 wire. Source: docs/contract/v2.md#tenants-and-identity-sources."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client

from poolhouse.services import Services
from poolhouse.tenants.secrets import MASK
from poolhouse.users.model import UserDraft

UNKNOWN = "0" * 24
CONNECTION = {
    "type": "wechat:pc",
    "identifier": "wechatc1",
    "displayName": "微信身份源连接",
    "fields": {"clientSecret": "d1cuu12", "clientID": "cli"},
    "userMatchFields": ["email"],
}
DOORS: list[tuple[str, str, Any]] = [
    ("GET", "/api/v2/tenants", None),
    ("POST", "/api/v2/tenant", {"name": "x", "appIds": ""}),
    ("GET", f"/api/v2/tenant/{UNKNOWN}", None),
    ("POST", f"/api/v2/tenant/{UNKNOWN}", {"name": "x"}),
    ("DELETE", f"/api/v2/tenant/{UNKNOWN}", None),
    ("GET", f"/api/v2/tenant/{UNKNOWN}/users?page=1&limit=10", None),
    ("POST", f"/api/v2/tenant/{UNKNOWN}/user", {"userIds": [UNKNOWN]}),
    ("DELETE", f"/api/v2/tenant/{UNKNOWN}/user?userId={UNKNOWN}", None),
    ("PUT", f"/api/v2/tenant/{UNKNOWN}/admin", {"userIds": [UNKNOWN]}),
    ("DELETE", f"/api/v2/tenant/{UNKNOWN}/admin/{UNKNOWN}", {}),
    ("PUT", f"/api/v2/tenant/{UNKNOWN}/{UNKNOWN}", {"isEnabled": True}),
    ("GET", f"/api/v2/users/{UNKNOWN}/tenants", None),
    ("GET", f"/api/v2/extIdp/{UNKNOWN}", None),
    ("PUT", f"/api/v2/extIdp/{UNKNOWN}", {"name": "x"}),
    ("DELETE", f"/api/v2/extIdp/{UNKNOWN}", None),
    ("PUT", f"/api/v2/extIdp/{UNKNOWN}/connState", {"tenantId": UNKNOWN, "enabled": True}),
    ("POST", "/api/v2/extIdpConn", {"extIdpId": UNKNOWN, **CONNECTION}),
    ("PUT", f"/api/v2/extIdpConn/{UNKNOWN}", {"displayName": "x", "fields": {}}),
    ("DELETE", f"/api/v2/extIdpConn/{UNKNOWN}", None),
    ("PUT", f"/api/v2/extIdpConn/{UNKNOWN}/state", {"tenantId": UNKNOWN, "enabled": True}),
]
OPEN_TO_THE_UNKNOWN = {"/api/v2/tenants", "/api/v2/tenant"}


@pytest.mark.parametrize(("method", "path", "body"), DOORS)
async def test_a_stranger_is_refused(stranger: V2Client, method: str, path: str, body: Any) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.rest(method, path, json=body)
    assert caught.value.code == 2020


@pytest.mark.parametrize(
    ("method", "path", "body"), [door for door in DOORS if door[1] not in OPEN_TO_THE_UNKNOWN]
)
async def test_what_nobody_has_is_not_found(v2: V2Client, method: str, path: str, body: Any) -> None:
    with pytest.raises(Refusal) as caught:
        await v2.rest(method, path, json=body)
    assert caught.value.code in (404, 2004)
    assert caught.value.status == 200


async def test_a_tenant_lives(v2: V2Client, services: Services, pool: PoolForTests) -> None:
    app = await services.apps.create(pool.administrator, "搜索")
    created = await v2.rest("POST", "/api/v2/tenant", json={"name": "搜索", "appIds": f"{app.id}, "})
    path = f"/api/v2/tenant/{created['id']}"
    assert (created["name"], created["appIds"]) == ("搜索", app.id)
    await v2.rest("POST", path, json={"name": "聚合搜索", "description": "d"})
    settings = {"autoRegisterThenLogin": True}
    await v2.rest("POST", path, json={"css": ".a{}", "ssoPageCustomizationSettings": settings})
    shown = await v2.rest("GET", path)
    assert (shown["name"], shown["css"], shown["description"]) == ("聚合搜索", ".a{}", "d")
    assert shown["ssoPageCustomizationSettings"] == settings
    assert [one["name"] for one in shown["apps"]] == ["搜索"]
    listed = await v2.rest("GET", "/api/v2/tenants?page=1&limit=10")
    assert (listed["totalCount"], [one["id"] for one in listed["list"]]) == (1, [created["id"]])
    of_app = await v2.rest("GET", f"/api/v2/application/{app.id}/tenants")
    assert [one["id"] for one in of_app["tenants"]] == [created["id"]]
    await v2.rest("DELETE", path)
    with pytest.raises(Refusal):
        await v2.rest("GET", path)


async def test_members_and_administrators(v2: V2Client, services: Services, pool: PoolForTests) -> None:
    tenant = await services.tenants.create(pool.administrator, "t")
    user = await services.users.create(pool.administrator, UserDraft({"username": "li", "nickname": "李"}))
    path = f"/api/v2/tenant/{tenant.id}"
    await v2.rest("POST", f"{path}/user", json={"userIds": [user.id]})
    await v2.rest("PUT", f"{path}/admin", json={"userIds": [user.id]})
    members = await v2.rest("GET", f"{path}/users?page=1&limit=10")
    assert members["totalCount"] == 1
    [member] = members["list"]
    assert (member["userId"], member["isTenantAdmin"], member["isEnabled"]) == (user.id, True, True)
    assert member["user"]["nickname"] == "李"
    await v2.rest("PUT", f"{path}/{user.id}", json={"isEnabled": False})
    await v2.rest("DELETE", f"{path}/admin/{user.id}", json={})
    shown = await v2.rest("GET", f"/api/v2/users/{user.id}/tenants")
    assert shown["id"] == user.id
    [mine] = shown["tenants"]
    assert (mine["id"], mine["name"]) == (tenant.id, "t")
    assert (mine["isTenantAdmin"], mine["isEnabled"]) == (False, False)
    await v2.rest("DELETE", f"{path}/user?userId={user.id}")
    assert (await v2.rest("GET", f"{path}/users?page=1&limit=10"))["totalCount"] == 0


async def test_identity_sources_are_kept_without_showing_secrets(
    v2: V2Client, services: Services, pool: PoolForTests
) -> None:
    tenant = await services.tenants.create(pool.administrator, "t")
    created = await v2.rest(
        "POST",
        "/api/v2/extIdp",
        json={"tenantId": tenant.id, "name": "微信", "type": "wechat", "connections": [CONNECTION]},
    )
    path = f"/api/v2/extIdp/{created['id']}"
    [connection] = created["connections"]
    assert connection["fields"] == {"clientSecret": MASK, "clientID": "cli"}
    assert connection["userMatchFields"] == ["email"]
    assert (await v2.rest("PUT", path, json={"name": "新"}))["name"] == "新"
    more = await v2.rest(
        "POST",
        "/api/v2/extIdpConn",
        json={"extIdpId": created["id"], **CONNECTION, "identifier": "wechatc2"},
    )
    changed = await v2.rest(
        "PUT",
        f"/api/v2/extIdpConn/{more['id']}",
        json={"displayName": "二", "fields": {"clientSecret": MASK, "clientID": "new"}},
    )
    assert (changed["displayName"], changed["fields"]["clientID"]) == ("二", "new")
    state = {"tenantId": tenant.id, "enabled": True}
    on = await v2.rest("PUT", f"/api/v2/extIdpConn/{more['id']}/state", json=state)
    assert on["enabledTenantIds"] == [tenant.id]
    await v2.rest("PUT", f"{path}/connState", json={**state, "enabled": False})
    shown = await v2.rest("GET", path)
    assert [one["enabled"] for one in shown["connections"]] == [False, False]
    [listed] = await v2.rest("GET", f"/api/v2/extIdp?tenantId={tenant.id}")
    assert listed == shown
    await v2.rest("DELETE", f"/api/v2/extIdpConn/{more['id']}")
    assert len((await v2.rest("GET", path))["connections"]) == 1
    await v2.rest("DELETE", path)
    assert await v2.rest("GET", f"/api/v2/extIdp?tenantId={tenant.id}") == []


async def test_a_free_identifier_is_answered_as_an_error_because_the_client_turns_it_round(
    v2: V2Client,
) -> None:
    door = "/api/v2/check/extIdpConn/identifier"
    with pytest.raises(Refusal):
        await v2.rest("POST", door, json={"identifier": "wechatc1"})
    await v2.rest("POST", "/api/v2/extIdp", json={"name": "n", "type": "t", "connections": [CONNECTION]})
    assert await v2.rest("POST", door, json={"identifier": "wechatc1"}) is True


async def test_another_pools_tenants_and_sources_are_invisible(
    v2: V2Client, v2_of: ClientOf, other_pool: PoolForTests, services: Services
) -> None:
    theirs = await services.tenants.create(other_pool.administrator, "t")
    source = await services.sources.create(other_pool.administrator, "n", "t", tenant_id=theirs.id)
    for method, path, body in DOORS:
        if path in OPEN_TO_THE_UNKNOWN:
            continue
        wanted = path.replace(f"/tenant/{UNKNOWN}", f"/tenant/{theirs.id}")
        wanted = wanted.replace(f"/extIdp/{UNKNOWN}", f"/extIdp/{source.id}")
        with pytest.raises(Refusal):
            await v2.rest(method, wanted, json=body)
    assert await v2.rest("GET", f"/api/v2/extIdp?tenantId={theirs.id}") == []
    assert (await v2.rest("GET", "/api/v2/tenants"))["totalCount"] == 0
    assert await services.tenants.get(other_pool.administrator, theirs.id) == theirs
    assert await services.sources.get(other_pool.administrator, source.id) == source


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/api/v2/tenant", {}, "name"),
        ("POST", "/api/v2/tenant", {"name": 1}, "name"),
        ("POST", "/api/v2/tenant", {"name": None}, "name"),
        ("POST", "/api/v2/tenant", {"name": "x", "appIds": [1]}, "appIds[...]"),
        ("POST", "/api/v2/tenant", [], "body"),
        ("GET", "/api/v2/tenants?page=0", None, "page"),
        ("GET", "/api/v2/tenants?page=-1&limit=1", None, "page"),
        ("GET", "/api/v2/tenants?limit=5000", None, "limit"),
        ("PUT", f"/api/v2/extIdpConn/{UNKNOWN}/state", {"enabled": True}, "appId"),
        ("PUT", f"/api/v2/tenant/{UNKNOWN}/{UNKNOWN}", {"isEnabled": "yes"}, "isEnabled"),
    ],
)
async def test_bad_input_is_refused_by_name(
    v2: V2Client, method: str, path: str, body: Any, field: str
) -> None:
    with pytest.raises(Refusal) as caught:
        await v2.rest(method, path, json=body)
    assert caught.value.status == 200
    assert caught.value.code in (400, 413)
    assert field.split("[")[0] in caught.value.message
