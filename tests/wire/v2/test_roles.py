"""managementClient.roles, and the roles of managementClient.users, over the v2 wire.

Source: docs/contract/v2.md#roles.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client

from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.services import Services

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("Role", {"code": "admin"}),
    ("Roles", {}),
    ("RoleWithUsers", {"code": "admin"}),
    ("RoleWithUsersWithCustomData", {"code": "admin"}),
    ("CreateRole", {"code": "new"}),
    ("UpdateRole", {"code": "admin", "description": "x"}),
    ("DeleteRole", {"code": "admin"}),
    ("DeleteRoles", {"codeList": ["admin"]}),
    ("AssignRole", {"roleCode": "admin", "userIds": ["u"]}),
    ("RevokeRole", {"roleCode": "admin", "userIds": ["u"]}),
]


async def new_user(v2: V2Client, **more: str) -> str:
    created = await v2.one("CreateUser", userInfo={"username": f"u{new_id()}", **more})
    user_id: str = created["id"]
    return user_id


async def held(v2: V2Client, user_id: str) -> list[str]:
    roles = (await v2.one("GetUserRoles", id=user_id))["roles"]
    assert roles["totalCount"] == len(roles["list"])
    return sorted(role["code"] for role in roles["list"])


@pytest.mark.parametrize(("query", "variables"), CALLS, ids=lambda value: str(value)[:20])
async def test_a_stranger_is_refused(stranger: V2Client, query: str, variables: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.run(query, **variables)
    assert caught.value.code == 2020


async def test_a_stranger_may_not_find_holders(stranger: V2Client) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.rest("POST", "/api/v2/roles/roleUsers", json={"code": "admin"})
    assert caught.value.code == 2020


async def test_a_role_lives_and_dies(v2: V2Client, pool: PoolForTests) -> None:
    await v2.run("CreateRole", code="base", description="Base")
    created = await v2.one("CreateRole", code="admin", description="测试", parent="base")
    assert (created["code"], created["namespace"]) == ("admin", "default")
    assert created["arn"] == f"arn:cn:authing:{pool.id}:role:{created['id']}"
    assert created["parent"]["code"] == "base"
    updated = await v2.one("UpdateRole", code="admin", newCode="root")
    assert (updated["code"], updated["description"]) == ("root", "测试")
    assert await v2.one("Role", code="admin") is None
    listed = await v2.one("Roles")
    assert (listed["totalCount"], [role["code"] for role in listed["list"]]) == (2, ["root", "base"])
    assert (await v2.one("DeleteRole", code="root"))["code"] == 200
    assert (await v2.one("DeleteRoles", codeList=["base"]))["code"] == 200
    assert (await v2.one("Roles"))["totalCount"] == 0
    with pytest.raises(Refusal):
        await v2.run("DeleteRole", code="root")


async def test_one_role_or_several_are_assigned_to_users(v2: V2Client) -> None:
    user_id = await new_user(v2)
    for code in ("a", "b", "c"):
        await v2.run("CreateRole", code=code)
    await v2.run("AssignRole", roleCode="a", userIds=[user_id])
    await v2.run("AssignRole", roleCodes=["b", "c"], userIds=[user_id])
    assert await held(v2, user_id) == ["a", "b", "c"]
    holders = (await v2.one("RoleWithUsers", code="b"))["users"]
    assert (holders["totalCount"], [user["id"] for user in holders["list"]]) == (1, [user_id])
    await v2.run("RevokeRole", roleCodes=["b", "c"], userIds=[user_id])
    assert await held(v2, user_id) == ["a"]


async def test_roles_are_assigned_to_groups_and_departments_by_code(
    v2: V2Client, services: Services, pool: PoolForTests
) -> None:
    in_group, in_department = await new_user(v2), await new_user(v2)
    await v2.run("CreateRole", code="admin")
    await v2.run("CreateGroup", code="staff", name="Staff")
    await v2.run("AddUserToGroup", code="staff", userIds=[in_group])
    org = await services.orgs.create_org(pool.administrator, NodeDraft({"name": "Org", "code": "org"}))
    await services.department_members.add(pool.administrator, org.root.id, [in_department])
    await v2.run(ASSIGN, groupCodes=["staff"], nodeCodes=["org"])
    assert await held(v2, in_group) == await held(v2, in_department) == ["admin"]
    for wrong in ({"groupCodes": ["nothing"]}, {"nodeCodes": ["nothing"]}, {}):
        with pytest.raises(Refusal):
            await v2.run(ASSIGN, **wrong)


ASSIGN = """
mutation assignRole($userIds: [String!], $groupCodes: [String!], $nodeCodes: [String!]) {
  assignRole(roleCode: "admin", userIds: $userIds, groupCodes: $groupCodes, nodeCodes: $nodeCodes) { code }
}
"""


async def test_holders_are_searched(v2: V2Client) -> None:
    bob, ann = await new_user(v2, nickname="Bob"), await new_user(v2, nickname="Ann")
    outside = await new_user(v2, nickname="Bob")
    await v2.run("CreateRole", code="teacher")
    await v2.run("AssignRole", roleCode="teacher", userIds=[bob, ann])
    path = "/api/v2/roles/roleUsers"
    everybody = await v2.rest("POST", path, json={"code": "teacher", "search": "", "page": 1, "limit": 10})
    assert (everybody["totalCount"], {user["id"] for user in everybody["list"]}) == (2, {bob, ann})
    found = await v2.rest("POST", path, json={"code": "teacher", "namespace": "default", "search": "bo"})
    assert [user["id"] for user in found["list"]] == [bob] != [outside]
    assert found["list"][0]["arn"].endswith(bob)
    nobody = await v2.rest("POST", path, json={"code": "teacher", "namespace": "611c7ca421dbe5e3505aa609"})
    assert nobody == {"totalCount": 0, "list": []}


async def test_roles_have_custom_data(v2: V2Client) -> None:
    role = await v2.one("CreateRole", code="admin")
    await v2.run("SetUdf", targetType="ROLE", key="level", dataType="NUMBER", label="Level")
    await v2.run(
        "SetUdvBatch", targetType="ROLE", targetId=role["id"], udvList=[{"key": "level", "value": "3"}]
    )
    (value,) = await v2.one("Udv", targetType="ROLE", targetId=role["id"])
    assert (value["key"], value["value"]) == ("level", "3")


async def test_another_pools_roles_are_invisible(
    v2: V2Client, v2_of: ClientOf, other_pool: PoolForTests
) -> None:
    neighbour = await v2_of(other_pool)
    user_id = await new_user(neighbour)
    await v2.run("CreateRole", code="admin")
    assert await neighbour.one("Role", code="admin") is None
    assert (await neighbour.one("Roles"))["totalCount"] == 0
    for query, variables in (
        ("UpdateRole", {"code": "admin", "description": "x"}),
        ("DeleteRole", {"code": "admin"}),
        ("AssignRole", {"roleCode": "admin", "userIds": [user_id]}),
    ):
        with pytest.raises(Refusal) as caught:
            await neighbour.run(query, **variables)
        assert caught.value.code == 404
    with pytest.raises(Refusal) as caught:
        await v2.run("AssignRole", roleCode="admin", userIds=[user_id])
    assert caught.value.code == 2004


async def test_a_built_in_role_says_so_and_is_never_deleted(v2: V2Client) -> None:
    await v2.run("CreateRole", code="mine", namespace="system")
    query = 'query { roles(namespace: "system") { list { code isSystem } } }'
    listed = (await v2.send(query, {})).json()["data"]["roles"]["list"]
    found = {role["code"]: role["isSystem"] for role in listed}
    assert found == {"mine": False, "super-admin": True, "app-admin": True, "org-admin": True}
    for query, named in (
        ("DeleteRole", {"code": "app-admin"}),
        ("DeleteRoles", {"codeList": ["mine", "app-admin"]}),
    ):
        with pytest.raises(Refusal) as caught:
            await v2.run(query, namespace="system", **named)
        assert caught.value.code == 422
        assert "app-admin" in caught.value.message
    assert (await v2.one("Roles", namespace="system"))["totalCount"] == 4
    await v2.run("DeleteRole", code="mine", namespace="system")
