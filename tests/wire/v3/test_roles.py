"""The roles family through its wire. Source: docs/contract/v3/roles.md and the official node tests' expectations."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.roles import model
from poolhouse.wire.v3 import roles

BUILT_IN = {code for code, _, _ in model.BUILT_IN}


async def done(v3: V3Client, path: str, body: Any) -> Any:
    answer = await v3.post(path, body)
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def new_user(v3: V3Client) -> str:
    user_id: str = (await done(v3, "create-user", {"username": f"u{new_id()}"}))["userId"]
    return user_id


def user(user_id: str) -> dict[str, str]:
    return {"targetType": "USER", "targetIdentifier": user_id}


async def held(v3: V3Client, user_id: str) -> list[str]:
    answer = await v3.get("get-user-roles", userId=user_id)
    return sorted(role["code"] for role in answer["data"]["list"])


@pytest.mark.parametrize("row", roles.ENDPOINTS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_a_role_lives_and_dies(v3: V3Client) -> None:
    created = await done(v3, "create-role", {"code": "admin", "name": "Admin", "description": "All"})
    assert created == {
        "id": created["id"],
        "code": "admin",
        "name": "Admin",
        "description": "All",
        "namespace": "default",
        "namespaceName": created["namespaceName"],
        "status": "ENABLE",
        "disableTime": None,
        "enablePermissionApply": False,
    }
    assert (await v3.get("get-role", code="admin", namespace="default"))["data"] == created
    later = int(time.time() * 1000) + 60_000
    change = {"code": "admin", "newCode": "root", "disableTime": str(later), "enablePermissionApply": True}
    assert await done(v3, "update-role", change) == {"success": True}
    changed = (await v3.get("get-role", code="root"))["data"]
    assert (changed["name"], changed["disableTime"], changed["enablePermissionApply"]) == (
        "Admin",
        later,
        True,
    )
    await done(v3, "update-role", {"code": "root", "disableTime": None, "status": "DISABLE"})
    changed = (await v3.get("get-role", code="root"))["data"]
    assert (changed["disableTime"], changed["status"]) == (None, "DISABLE")
    assert await done(v3, "delete-roles-batch", {"codeList": ["root"]}) == {"success": True}
    assert (await v3.get("list-roles"))["data"] == {"totalCount": 0, "list": []}


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("create-role", {"code": "额! "}, 400, "invalid role code: 额! "),
        ("create-role", {"code": " "}, 400, "invalid role code:  "),
        ("create-role", {"code": ""}, 400, "参数 code 格式错误"),
        ("create-role", {"code": "1" * 100}, 400, "参数 code 格式错误"),
        ("create-role", {"code": "taken"}, 409, "code taken 已存在"),
        ("create-role", {"code": "x", "namespace": "nowhere"}, 404, "权限空间不存在"),
        ("create-role", {"code": "x", "disableTime": "soon"}, 400, "参数 disableTime 格式错误"),
        ("create-roles-batch", {"list": []}, 400, "参数 list 格式错误"),
        ("create-roles-batch", {"list": [{"code": "额! "}]}, 400, "invalid role code: 额! "),
        ("update-role", {"code": "taken", "newCode": "额! "}, 400, "invalid role code: 额! "),
        ("update-role", {"code": "taken", "newCode": "1" * 100}, 400, "参数 newCode 格式错误"),
        ("update-role", {"code": "taken", "status": "MAYBE"}, 400, "参数 status 格式错误"),
        ("update-role", {"code": "nothing", "name": "x"}, 404, "角色不存在"),
        ("delete-roles-batch", {"codeList": []}, 400, "参数 codeList 格式错误"),
        ("delete-roles-batch", {"codeList": ["taken", "nothing"]}, 404, "角色不存在"),
        ("delete-roles-batch", {"codeList": ["taken"], "namespace": "nowhere"}, 404, "权限空间不存在"),
        ("assign-role", {"code": "taken", "targets": []}, 400, "参数 targets 格式错误"),
        ("assign-role", {"code": "taken", "targets": [user("nobody")]}, 404, "用户不存在"),
        ("assign-role", {"code": "nothing", "targets": [user("nobody")]}, 404, "角色不存在"),
        (
            "assign-role",
            {"code": "taken", "targets": [{"targetType": "GROUP", "targetIdentifier": "nothing"}]},
            404,
            "分组不存在",
        ),
        (
            "assign-role",
            {"code": "taken", "targets": [{"targetType": "ROLE", "targetIdentifier": "taken"}]},
            501,
            "",
        ),
        ("revoke-role", {"code": "taken", "targets": [user("nobody")]}, 404, "用户不存在"),
        ("check-role-mutual-exclusion", {"roles": [{"code": "nothing"}]}, 404, "角色不存在"),
        ("delete-admin-roles", {"codeList": ["taken"]}, 404, "角色不存在"),
    ],
)
async def test_bad_input_is_refused_in_the_official_words(
    v3: V3Client, path: str, body: dict[str, Any], status: int, message: str
) -> None:
    await done(v3, "create-role", {"code": "taken"})
    answer = await v3.post(path, body)
    assert answer["statusCode"] == status
    assert answer["message"].startswith(message)
    assert (await v3.get("list-roles"))["data"]["totalCount"] == 1


async def test_an_empty_code_in_a_batch_has_its_own_words(v3: V3Client) -> None:
    answer = await v3.post("create-roles-batch", {"list": [{"code": ""}]})
    assert answer["statusCode"] == 400
    assert "role code must not empty" in answer["message"]


async def test_roles_are_given_and_taken(v3: V3Client) -> None:
    first, second = await new_user(v3), await new_user(v3)
    await done(v3, "create-roles-batch", {"list": [{"code": "a"}, {"code": "b"}]})
    await done(v3, "assign-role", {"code": "a", "targets": [user(first), user(second)]})
    members = (await v3.get("list-role-members", code="a"))["data"]
    assert members["totalCount"] == 2
    assert {member["userId"] for member in members["list"]} == {first, second}
    both = [{"code": "a"}, {"code": "b", "namespace": "default"}]
    await done(v3, "assign-role-batch", {"roles": both, "targets": [user(first)]})
    assert await held(v3, first) == ["a", "b"]
    has = await done(v3, "has-any-role", {"userId": second, "roles": [{"code": "b"}]})
    assert has == {"hasAnyRole": False}
    await done(v3, "revoke-role", {"code": "a", "targets": [user(first)]})
    assert await held(v3, first) == ["b"]
    await done(v3, "revoke-role-batch", {"roles": both, "targets": [user(first), user(second)]})
    assert await held(v3, first) == await held(v3, second) == []


async def test_roles_of_departments_and_groups_are_inherited(v3: V3Client) -> None:
    user_id = await new_user(v3)
    services, administrator = v3.services, v3.administrator
    org = await services.orgs.create_org(administrator, NodeDraft({"name": "Org", "code": "org"}))
    await services.department_members.add(administrator, org.root.id, [user_id])
    await done(v3, "create-group", {"code": "staff", "name": "Staff"})
    await done(v3, "add-group-members", {"code": "staff", "userIds": [user_id]})
    await done(v3, "create-roles-batch", {"list": [{"code": "a"}, {"code": "b"}]})
    department = {"targetType": "DEPARTMENT", "targetIdentifier": org.root.id}
    await done(v3, "assign-role", {"code": "a", "targets": [department]})
    group = {"targetType": "GROUP", "targetIdentifier": "staff"}
    await done(v3, "assign-role", {"code": "b", "targets": [group]})
    assert await held(v3, user_id) == ["a", "b"]
    departments = (await v3.get("list-role-departments", code="a"))["data"]
    assert departments == {
        "totalCount": 1,
        "list": [{"id": org.root.id, "code": "org", "name": "Org", "description": ""}],
    }


async def test_assignments_say_when_they_are_in_force(v3: V3Client) -> None:
    user_id = await new_user(v3)
    await done(v3, "create-role", {"code": "a", "name": "A"})
    ended = int(time.time() * 1000) - 1000
    await done(v3, "assign-role", {"code": "a", "targets": [user(user_id)], "endTime": ended})
    listed = (await v3.get("list-role-assignments", roleCode="a", targetType="USER"))["data"]
    (one,) = listed["data"]
    assert (listed["totalCount"], one["status"], one["endTime"], one["enableTime"]) == (
        1,
        "DISABLE",
        ended,
        None,
    )
    assert (one["targetType"], one["targetIdentifier"]) == ("USER", user_id)
    assert await held(v3, user_id) == []
    assert (await v3.get("list-role-assignments", roleCode="a", targetType="ORG"))["data"]["data"] == []


async def test_parameters_are_checked_before_creating(v3: V3Client) -> None:
    await done(v3, "create-role", {"code": "taken"})
    free = await done(v3, "check-role-params", {"code": "free", "namespace": "default"})
    assert free == {"isValid": True}
    for code, namespace in (("taken", "default"), ("额!", "default"), ("free", "nowhere")):
        answer = await done(v3, "check-role-params", {"code": code, "namespace": namespace})
        assert answer == {"isValid": False}


async def test_roles_of_several_namespaces_are_deleted_together(v3: V3Client) -> None:
    await done(v3, "create-role", {"code": "a"})
    await done(v3, "create-admin-role", {"code": "a", "name": "A"})
    roles = [{"code": "a", "namespace": "default"}, {"code": "a", "namespace": "system"}]
    await done(v3, "multiple-namespace-delete-roles-batch", {"roleList": roles})
    assert (await v3.get("list-roles", namespace="default"))["data"]["totalCount"] == 0
    left = (await v3.get("list-roles", namespace="system"))["data"]["list"]
    assert {role["code"] for role in left} == BUILT_IN
    await done(v3, "create-admin-role", {"code": "b", "name": "B"})
    assert await done(v3, "delete-admin-roles", {"codeList": ["b"]}) == {"success": True}


async def test_no_roles_exclude_each_other(v3: V3Client) -> None:
    await done(v3, "create-roles-batch", {"list": [{"code": "a"}, {"code": "b"}]})
    answer = await done(v3, "check-role-mutual-exclusion", {"roles": [{"code": "a"}, {"code": "b"}]})
    assert answer == {"existMutuallyExclusive": False}


async def test_the_neighbour_sees_no_role(v3: V3Client, neighbour: V3Client) -> None:
    await done(v3, "create-role", {"code": "a"})
    theirs = await new_user(neighbour)
    assert (await neighbour.get("list-roles"))["data"]["totalCount"] == 0
    for answer in (
        await neighbour.get("get-role", code="a"),
        await neighbour.get("list-role-members", code="a"),
        await neighbour.get("list-role-departments", code="a"),
        await neighbour.get("list-role-assignments", roleCode="a"),
        await neighbour.post("update-role", {"code": "a", "name": "x"}),
        await neighbour.post("delete-roles-batch", {"codeList": ["a"]}),
        await neighbour.post("assign-role", {"code": "a", "targets": [user(theirs)]}),
        await v3.post("assign-role", {"code": "a", "targets": [user(theirs)]}),
    ):
        assert answer["statusCode"] == 404
    assert (await v3.get("get-role", code="a"))["statusCode"] == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("delete-roles-batch", {"codeList": ["mine", "super-admin"], "namespace": "system"}),
        ("delete-admin-roles", {"codeList": ["mine", "app-admin"]}),
        (
            "multiple-namespace-delete-roles-batch",
            {"roleList": [{"code": code, "namespace": "system"} for code in ("mine", "org-admin")]},
        ),
        ("delete-namespace", {"code": "system"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_no_way_deletes_a_built_in_role(v3: V3Client, path: str, body: dict[str, Any]) -> None:
    await done(v3, "create-admin-role", {"code": "mine", "name": "Mine"})
    refused = await v3.post(path, body, headers={"x-authing-lang": "en-US"})
    assert refused["statusCode"] == 422
    assert "built" in refused["message"]
    found = (await v3.get("list-roles", namespace="system"))["data"]["list"]
    assert {role["code"] for role in found} == BUILT_IN | {"mine"}, "all or none"
