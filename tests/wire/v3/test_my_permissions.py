"""What somebody signed in may do with the data of their application: their own affair, and of that application."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_data_permissions import CARDS, PLATFORM, SERVER
from tests.wire.v3.test_orgs import data
from tests.wire.v3.test_signin import Person, bob  # noqa: F401

from poolhouse.users.model import UserKey
from poolhouse.wire.v3 import my_permissions


@pytest.fixture
async def reader(v3: V3Client, bob: Person) -> Person:  # noqa: F811
    """Bob, signed in to an application whose data he may use; as much of another namespace stays unsaid."""
    await data(v3.post("create-permission-namespace", {"code": "shop", "name": "Shop"}))
    for namespace in (bob.app_id, "shop"):
        for resource in (PLATFORM, SERVER, CARDS):
            await data(v3.post("create-data-resource", {**resource, "namespaceCode": namespace}))
    user = await v3.services.users.find(v3.administrator, UserKey("username", "bob"))
    assert user is not None
    permissions = [
        f"{bob.app_id}/server/read",
        f"{bob.app_id}/platform/deploy/test/execute",
        "shop/cards/get",
    ]
    said = [{"effect": "ALLOW", "permissions": permissions}]
    made = await data(v3.post("create-data-policy", {"policyName": "p", "statementList": said}))
    targets = [{"type": "USER", "id": user.id}]
    await data(v3.post("authorize-data-policies", {"policyIds": [made["policyId"]], "targetList": targets}))
    await bob.sign_in("bob", "secret 1")
    return bob


@pytest.mark.parametrize("row", my_permissions.ENDPOINTS, ids=lambda row: row.path)
async def test_a_stranger_and_an_administrator_are_refused(v3: V3Client, row: Any) -> None:
    for headers in ({}, v3.headers):
        answer = await v3.http.request(row.method, row.url, headers=headers)
        assert answer.json()["statusCode"] == 401


async def test_a_check_is_of_one_kind_of_resource(reader: Person) -> None:
    for kind, expected in (("string", [True, False]), ("array", [False, False]), ("tree", [False, False])):
        path = f"check-permission-{kind}-resource"
        found = await data(reader.post(path, resources=["server", "cards"], action="read"))
        assert [one["enabled"] for one in found["checkResultList"]] == expected, kind
    nodes: dict[str, Any] = {"resources": ["platform/deploy/test", "platform/deploy"], "action": "execute"}
    found = await data(reader.post("check-permission-tree-resource", **nodes))
    shown = [(one["namespaceCode"], one["enabled"]) for one in found["checkResultList"]]
    assert shown == [(reader.app_id, True), (reader.app_id, False)]


async def test_what_is_open_in_the_application_is_told_and_nothing_else(reader: Person) -> None:
    (found,) = (await data(reader.get("get-user-auth-resource-list")))["userPermissionList"]
    assert found["namespaceCode"] == reader.app_id
    assert [one["resourceCode"] for one in found["resourceList"]] == ["platform", "server"]
    listed = await data(reader.post("get-user-auth-resource-permission-list", resources=["server", "cards"]))
    assert [one["actions"] for one in listed["permissionList"]] == [["read"], []]
    shown = await data(reader.post("get-user-auth-resource-struct", resource="server"))
    assert shown["strResourceAuthAction"] == {"value": "10.0.0.1", "actions": ["read"]}
    closed = await data(reader.post("get-user-auth-resource-struct", resource="cards"))
    assert closed["arrResourceAuthAction"] == {"values": [], "actions": []}
