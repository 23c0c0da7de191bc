"""Departments and permissions: one act through either wire is the same fact through the other."""

from __future__ import annotations

from typing import Any

from tests.wire.v3.test_orgs import data


async def test_a_department_of_one_wire_is_the_same_in_the_other(both: Any) -> None:
    v2, v3 = both
    org = await v2.one("CreateOrg", name="Acme", code="acme")
    names = {"name": {"en-US": {"enabled": True, "value": "Lab"}}}
    body = {
        "organizationCode": "acme",
        "name": "实验室",
        "parentDepartmentId": "root",
        "code": "lab",
        "i18n": names,
    }
    lab = await data(v3.post("create-department", body))
    node = await v2.one("NodeByCode", orgId=org["id"], code="lab")
    assert (node["id"], node["name"], node["nameI18n"]) == (lab["departmentId"], "实验室", '{"en-US":"Lab"}')
    ops = await v2.one("AddNodeV2", orgId=org["id"], name="Ops", nameI18n='{"en":"Ops"}')
    shown = await data(v3.get("get-department-by-id", departmentId=ops["id"]))
    assert shown["i18n"]["name"]["en-US"] == {"enabled": True, "value": "Ops"}
    ann = (await data(v3.post("create-user", {"username": "ann"})))["userId"]
    place = {"organizationCode": "acme", "departmentId": lab["departmentId"]}
    await data(v3.post("add-department-members", {**place, "userIds": [ann]}))
    await v2.one("SetMainDepartment", userId=ann, departmentId=lab["departmentId"])
    theirs = (await data(v3.get("get-user-departments", userId=ann)))["list"]
    ours = (await v2.one("GetUserDepartments", id=ann))["departments"]["list"]
    assert [(one["departmentId"], one["isMainDepartment"]) for one in theirs] == [
        (one["department"]["id"], one["isMainDepartment"]) for one in ours
    ]
    await v2.one("MoveNode", orgId=org["id"], nodeId=lab["departmentId"], targetParentId=ops["id"])
    moved = await data(v3.get("get-department", organizationCode="acme", departmentId=lab["departmentId"]))
    assert moved["parentDepartmentId"] == ops["id"]
    await data(v3.post("delete-organization", {"organizationCode": "acme"}))
    assert (await v2.one("Orgs"))["totalCount"] == 0


async def test_a_permission_of_one_wire_is_the_same_in_the_other(both: Any) -> None:
    v2, v3 = both
    ann = (await data(v3.post("create-user", {"username": "ann"})))["userId"]
    await data(v3.post("create-namespace", {"code": "shop"}))
    await v2.rest("POST", "/api/v2/resources", json={"code": "books", "type": "DATA", "namespace": "shop"})
    assert (await data(v3.get("get-resource", code="books", namespace="shop")))["type"] == "DATA"
    resource = {"code": "books:1", "actions": ["read"], "resourceType": "DATA"}
    grant = {"targetType": "USER", "targetIdentifiers": [ann], "resources": [resource]}
    await data(v3.post("authorize-resources", {"namespace": "shop", "list": [grant]}))
    question = {"userId": ann, "resource": "books:1", "action": "read", "namespace": "shop"}
    assert await v2.rest("POST", "/api/v2/acl/is-allowed", json=question) == {"allowed": True}
    statement = {"resource": "books:*", "actions": ["*"], "effect": "DENY"}
    await v2.one("CreatePolicy", code="no", namespace="shop", statements=[statement])
    target = {"targetType": "USER", "targetIdentifiers": [ann]}
    await v2.one("AddPolicyAssignments", policies=["no"], namespace="shop", **target)
    assert await data(v3.post("is-action-allowed", question)) == {"allowed": False}
    query = {"targetType": "USER", "targetIdentifier": ann, "namespace": "shop"}
    assert (await data(v3.get("get-authorized-resources", **query)))["totalCount"] == 0
    listed = await v2.one("ListUserAuthorizedResources", id=ann, namespace="shop")
    assert listed["authorizedResources"]["totalCount"] == 0
