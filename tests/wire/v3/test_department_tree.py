"""A tree a branch at a time, what a move would change, what somebody is in a department, and people by any name."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_orgs import data, department, organisation, refused, user

from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Grant, ResourceType, TargetType
from poolhouse.wire.v3 import department_tree, users_find

Acme = dict[str, Any]


@pytest.fixture
async def acme(v3: V3Client) -> Acme:
    """Acme with Sales, in which is North with Li, and Lab."""
    root = (await organisation(v3))["departmentId"]
    sales = (await department(v3, "Sales"))["departmentId"]
    lab = (await department(v3, "Lab"))["departmentId"]
    north = (await department(v3, "North", sales))["departmentId"]
    li = await user(v3, "li")
    body = {"organizationCode": "acme", "departmentId": north, "userIds": [li]}
    await data(v3.post("add-department-members", body))
    return {"root": root, "sales": sales, "lab": lab, "north": north, "li": li}


def within(department_id: str, **more: Any) -> dict[str, Any]:
    return {"organizationCode": "acme", "departmentId": department_id, **more}


@pytest.mark.parametrize("row", department_tree.ENDPOINTS, ids=lambda row: row.path)
async def test_strangers_are_refused_and_the_neighbour_finds_nothing(
    v3: V3Client, neighbour: V3Client, acme: Acme, row: Any
) -> None:
    given = within(
        acme["north"], parentDepartmentId=acme["lab"], userId=acme["li"], isLeader=True, keywords="n"
    )
    if row.takes_body:
        assert (await v3.post(row.path, given, headers={"authorization": ""}))["statusCode"] == 401
        assert (await neighbour.post(row.path, given))["statusCode"] == 404
    else:
        assert (await v3.get(row.path, headers={"authorization": ""}, **given))["statusCode"] == 401
        there = await neighbour.get(row.path, **given)
        assert there["statusCode"] == 404 or there["data"] == {"list": []}
    assert (await data(v3.get("get-department", **within(acme["north"]))))["leaderUserIds"] == []


async def test_a_branch_is_a_page_of_what_is_directly_below(v3: V3Client, acme: Acme) -> None:
    found = await data(v3.get("list-department-branch", organizationCode="acme"))
    assert [(one["name"], one["hasChildren"], one["membersCount"]) for one in found["list"]] == [
        ("Sales", True, 0),
        ("Lab", False, 0),
    ]
    second = await data(v3.get("list-department-branch", organizationCode="acme", page=2, limit=1))
    assert (second["totalCount"], [one["name"] for one in second["list"]]) == (2, ["Lab"])
    below = await data(v3.get("list-department-branch", **within(acme["sales"])))
    assert [(one["name"], one["membersCount"]) for one in below["list"]] == [("North", 1)]
    assert [one["name"] for one in below["path"]] == ["Acme", "Sales"]


async def test_a_department_is_found_by_a_piece_of_its_name_with_its_way_from_the_root(
    v3: V3Client, acme: Acme
) -> None:
    found = await data(v3.get("list-department-branch", organizationCode="acme", keywords="nOr"))
    assert [one["namePath"] for one in found["list"]] == [["Acme", "Sales", "North"]]
    assert (await data(v3.get("list-department-branch", organizationCode="acme", keywords="%")))["list"] == []


async def test_a_department_is_found_in_whichever_organization_it_is(v3: V3Client, acme: Acme) -> None:
    other = (await organisation(v3, "other"))["departmentId"]
    north = await data(
        v3.post(
            "create-department",
            {"organizationCode": "other", "parentDepartmentId": other, "name": "Northern"},
        )
    )
    found = (await data(v3.get("find-departments", keywords=" NORTH ")))["list"]
    assert {(one["organizationCode"], one["departmentId"], *one["namePath"][1:]) for one in found} == {
        ("acme", acme["north"], "Sales", "North"),
        ("other", north["departmentId"], "Northern"),
    }
    assert len((await data(v3.get("find-departments", keywords="north", limit=1)))["list"]) == 1
    assert (await data(v3.get("find-departments", keywords="Acme")))["list"] == []
    assert await refused(v3.get("find-departments", keywords=" ")) == 400
    assert await refused(v3.get("find-departments", keywords="x", limit=51)) == 400


async def test_a_move_is_told_before_it_is_done(v3: V3Client, acme: Acme) -> None:
    """What only the departments above the old place give is lost; what both give is not; what is given to the
    department itself stays."""
    for code in ("seller", "everybody", "boss"):
        await data(v3.post("create-role", {"code": code}))
    for code, departments in (("seller", ["sales"]), ("everybody", ["sales", "lab"]), ("boss", ["north"])):
        targets = [{"targetType": "DEPARTMENT", "targetIdentifier": acme[name]} for name in departments]
        await data(v3.post("assign-role", {"code": code, "targets": targets}))
    await data(
        v3.post(
            "create-data-resource",
            {
                "resourceCode": "ore",
                "resourceName": "Ore",
                "type": "STRING",
                "struct": "ore",
                "namespaceCode": "default",
                "actions": ["read"],
            },
        )
    )
    policy = {
        "policyName": "miners",
        "statementList": [{"effect": "ALLOW", "permissions": ["default/ore/read"]}],
    }
    made = await data(v3.post("create-data-policy", policy))
    given = {
        "policyIds": [made["policyId"]],
        "targetList": [{"id": acme["lab"], "type": "ORG", "name": "Lab"}],
    }
    await data(v3.post("authorize-data-policies", given))
    asked = within(acme["north"], parentDepartmentId=acme["lab"])
    told = await data(v3.get("preview-department-move", **asked))
    assert (told["departmentsCount"], told["membersCount"], told["isWhole"]) == (1, 1, True)
    assert [(one["kind"], one["name"], one["departmentId"]) for one in told["lost"]] == [
        ("ROLE", "seller", acme["sales"])
    ]
    assert [(one["kind"], one["name"], one["departmentId"]) for one in told["gained"]] == [
        ("DATA_POLICY", "miners", acme["lab"])
    ]
    roles = await data(v3.get("get-user-roles", userId=acme["li"]))
    assert {one["code"] for one in roles["list"]} == {"seller", "everybody", "boss"}
    await data(v3.post("update-department", asked))
    roles = await data(v3.get("get-user-roles", userId=acme["li"]))
    assert {one["code"] for one in roles["list"]} == {"everybody", "boss"}


async def test_what_a_department_gives_is_told_with_which_department_gives_it(
    v3: V3Client, acme: Acme
) -> None:
    """What is not for those below is told of the department itself, and of none below."""
    for code, name in (("seller", "sales"), ("boss", "north")):
        await data(v3.post("create-role", {"code": code}))
        target = {"targetType": "DEPARTMENT", "targetIdentifier": acme[name]}
        await data(v3.post("assign-role", {"code": code, "targets": [target]}))
    await data(v3.post("create-resource", {"code": "ore", "type": "DATA", "actions": [{"name": "read"}]}))
    for name, below in (("sales", False), ("north", False), ("root", True)):
        grant = Grant("ore", (name,), ResourceType.DATA, inherit_by_children=below)
        given = Authorization(TargetType.ORG, (acme[name],), (grant,))
        await v3.services.authorization.authorize(v3.administrator, [given])
    told = await data(v3.get("list-department-rights", **within(acme["north"])))
    found = {
        (one["kind"], one["id"], one["detail"], one["departmentName"], one["isInherited"])
        for one in told["list"]
    }
    assert found == {
        ("ROLE", "seller", "", "Sales", True),
        ("ROLE", "boss", "", "North", False),
        ("RESOURCE", "ore", "north", "North", False),
        ("RESOURCE", "ore", "root", "Acme", True),
    }
    assert told["isWhole"]
    nothing = await data(v3.get("list-department-rights", **within(acme["lab"])))
    assert [one["detail"] for one in nothing["list"]] == ["root"]


async def test_a_move_that_cannot_be_is_refused_before_it_is_tried(v3: V3Client, acme: Acme) -> None:
    for department_id, parent in (("root", "lab"), ("sales", "north"), ("sales", "sales")):
        asked = within(acme[department_id], parentDepartmentId=acme[parent])
        assert await refused(v3.get("preview-department-move", **asked)) == 422
    elsewhere = (await organisation(v3, "other"))["departmentId"]
    asked = within(acme["lab"], parentDepartmentId=elsewhere)
    assert await refused(v3.get("preview-department-move", **asked)) == 404


async def test_a_member_becomes_leader_and_it_their_main_department(v3: V3Client, acme: Acme) -> None:
    body = within(acme["north"], userId=acme["li"])
    await data(v3.post("set-department-member", {**body, "isLeader": True, "isMainDepartment": True}))
    assert (await data(v3.get("get-department", **within(acme["north"]))))["leaderUserIds"] == [acme["li"]]
    assert (await data(v3.get("get-user", userId=acme["li"])))["mainDepartmentId"] == acme["north"]
    await data(v3.post("set-department-member", {**body, "isLeader": False}))
    assert (await data(v3.get("get-department", **within(acme["north"]))))["leaderUserIds"] == []
    assert (await data(v3.get("get-user", userId=acme["li"])))["mainDepartmentId"] == acme["north"]
    await data(v3.post("set-department-member", {**body, "isMainDepartment": False}))
    assert (await data(v3.get("get-user", userId=acme["li"])))["mainDepartmentId"] is None


async def test_who_is_not_in_a_department_becomes_nothing_there(v3: V3Client, acme: Acme) -> None:
    body = within(acme["lab"], userId=acme["li"])
    assert await refused(v3.post("set-department-member", {**body, "isLeader": True})) == 422
    assert await refused(v3.post("set-department-member", body)) == 400
    assert (await data(v3.get("get-department", **within(acme["lab"]))))["membersCount"] == 0


async def test_people_are_found_by_whatever_they_are_called(v3: V3Client, neighbour: V3Client) -> None:
    body = {"username": "wang", "email": "wang@shop.example", "phone": "18800001111", "name": "王"}
    wang = (await data(v3.post("create-user", body)))["userId"]
    asked = [wang, "wang", "WANG@shop.example", "18800001111", "nobody", "wang"]
    found = await data(v3.post("find-users", {"values": asked}))
    assert [one["value"] for one in found] == asked
    assert [one["userId"] for one in found] == [wang, wang, wang, wang, None, wang]
    assert [one["name"] for one in found[3:5]] == ["wang", None]
    assert {one["userId"] for one in await data(neighbour.post("find-users", {"values": asked}))} == {None}
    assert await refused(v3.post("find-users", {"values": ["x"] * 81})) == 400
    (row,) = users_find.ENDPOINTS
    assert (await v3.post(row.path, {"values": asked}, headers={"authorization": ""}))["statusCode"] == 401


async def test_names_to_choose_from_are_those_nearest_to_the_root(v3: V3Client, acme: Acme) -> None:
    async def names(**asked: Any) -> list[str]:
        found = await data(v3.get("list-department-names", organizationCode="acme", **asked))
        return [one["name"] for one in found["list"]]

    assert await names() == ["Sales", "Lab", "North"]
    assert await names(limit=2) == ["Sales", "Lab"]
    assert await names(departmentId=acme["sales"]) == ["North"]
    assert await names(departmentId=acme["lab"]) == []
    assert await refused(v3.get("list-department-names", organizationCode="acme", limit=201)) == 400
