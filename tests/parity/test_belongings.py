"""Groups, roles and custom data: one act through either wire is the same fact through the other."""

from __future__ import annotations

from typing import Any

from tests.parity.test_users import v3_done
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import V3Client

Both = tuple[V2Client, V3Client]


async def new_user(v2: V2Client, name: str) -> str:
    created = await v2.one("CreateUser", userInfo={"username": name})
    user_id: str = created["id"]
    return user_id


async def test_a_group_and_its_members(both: Both) -> None:
    v2, v3 = both
    bob, ann = await new_user(v2, "bob"), await new_user(v2, "ann")
    await v2.run("CreateGroup", code="staff", name="Staff", description="All")
    shown = (await v3.get("get-group", code="staff"))["data"]
    assert (shown["name"], shown["description"]) == ("Staff", "All")
    await v3_done(v3, "update-group", {"code": "staff", "newCode": "crew"})
    assert (await v2.one("Group", code="crew"))["name"] == "Staff"
    await v2.run("AddUserToGroup", code="crew", userIds=[bob])
    await v3_done(v3, "add-group-members", {"code": "crew", "userIds": [ann]})
    of_v2 = (await v2.one("GroupWithUsers", code="crew"))["users"]
    of_v3 = (await v3.get("list-group-members", code="crew"))["data"]
    assert [user["id"] for user in of_v2["list"]] == [ann, bob]
    assert [user["userId"] for user in of_v3["list"]] == [ann, bob]
    assert of_v2["totalCount"] == of_v3["totalCount"] == 2
    await v3_done(v3, "delete-groups-batch", {"codeList": ["crew"]})
    assert (await v2.one("GetUserGroups", id=bob))["groups"] == {"totalCount": 0, "list": []}


async def test_a_role_and_who_holds_it(both: Both) -> None:
    v2, v3 = both
    bob = await new_user(v2, "bob")
    made = await v2.one("CreateRole", code="admin", description="All")
    shown = (await v3.get("get-role", code="admin"))["data"]
    assert (shown["id"], shown["description"]) == (made["id"], "All")
    target = {"targetType": "USER", "targetIdentifier": bob}
    await v3_done(v3, "assign-role", {"code": "admin", "targets": [target]})
    roles = (await v2.one("GetUserRoles", id=bob))["roles"]
    assert [role["id"] for role in roles["list"]] == [made["id"]]
    await v2.run("RevokeRole", roleCode="admin", userIds=[bob])
    has = await v3_done(v3, "has-any-role", {"userId": bob, "roles": [{"code": "admin"}]})
    assert has == {"hasAnyRole": False}
    await v3_done(v3, "assign-role", {"code": "admin", "targets": [target]})
    await v3_done(v3, "update-role", {"code": "admin", "status": "DISABLE"})
    assert (await v2.one("GetUserRoles", id=bob))["roles"]["totalCount"] == 0


async def test_fields_and_values(both: Both) -> None:
    v2, v3 = both
    bob = await new_user(v2, "bob")
    await v2.run("SetUdf", targetType="USER", key="color", dataType="SELECT", label="Color")
    (field,) = (await v3.get("get-custom-fields", targetType="USER"))["data"]
    assert (field["key"], field["dataType"], field["label"]) == ("color", "ENUM", "Color")
    born = {"targetType": "USER", "key": "born", "dataType": "DATETIME", "label": "Born"}
    await v3_done(v3, "set-custom-fields", {"list": [born]})
    assert [one["key"] for one in await v2.one("Udf", targetType="USER")] == ["color", "born"]
    await v2.run("SetUdv", targetType="USER", targetId=bob, key="color", value='"red"')
    values: list[dict[str, Any]] = [{"key": "born", "value": "2021-03-11T20:52:50+08:00"}]
    body = {"targetType": "USER", "targetIdentifier": bob, "list": values}
    await v3_done(v3, "set-custom-data", body)
    of_v2 = {one["key"]: one["value"] for one in await v2.one("Udv", targetType="USER", targetId=bob)}
    of_v3 = (await v3.get("get-custom-data", targetType="USER", targetIdentifier=bob, tenantId=""))["data"]
    assert of_v2 == {"color": "red", "born": "1615467170000"}
    assert of_v3 == {"color": "red", "born": "2021-03-11T12:52:50.000Z"}
    await v2.run("RemoveUdv", targetType="USER", targetId=bob, key="born")
    assert (await v3.get("get-user", userId=bob, withCustomData="true"))["data"]["customData"] == {
        "color": "red"
    }
