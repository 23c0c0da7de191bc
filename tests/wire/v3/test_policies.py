"""Policies of resources by v3: made, changed, assigned, and what is wrong named by its place."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_orgs import data, department, organisation, refused, user

from poolhouse.wire.v3 import policies

NOBODY = {"authorization": ""}
READ = {"effect": "ALLOW", "resource": "books:*", "actions": ["read"]}


async def made(v3: V3Client, code: str = "readers", **more: Any) -> dict[str, Any]:
    body = {"code": code, "statements": [READ], **more}
    return await data(v3.post("create-policy", body))  # type: ignore[no-any-return]


def asked(path: str, who: str) -> dict[str, Any]:
    """A request that does something where `readers` is there, and `who` a user."""
    target = {"targetType": "USER"}
    return {
        "create-policy": {"code": "readers", "statements": [READ]},
        "update-policy": {"code": "readers", "description": "x"},
        "list-policy-assignments": {"code": "readers"},
        "list-policies": {"excludeBuiltIn": "true"},
        "assign-policy": {"code": "readers", **target, "targetIdentifiers": [who]},
        "revoke-policy": {"code": "readers", **target, "targetIdentifiers": [who]},
        "switch-policy-assignment": {
            "code": "readers",
            **target,
            "targetIdentifier": who,
            "enabled": False,
        },
    }.get(path, {"code": "readers"})


@pytest.mark.parametrize("row", policies.ENDPOINTS, ids=lambda row: row.path)
async def test_strangers_are_refused_and_the_neighbour_touches_nothing(
    v3: V3Client, neighbour: V3Client, row: Any
) -> None:
    await made(v3)
    ann = await user(v3, "ann")
    await data(v3.post("assign-policy", asked("assign-policy", ann)))
    before = await data(v3.get("get-policy", code="readers"))
    values = asked(row.path, ann)
    if row.takes_body:
        assert await refused(v3.post(row.path, values, headers=NOBODY)) == 401
        if row.path != "create-policy":
            assert await refused(neighbour.post(row.path, values)) == 404
    else:
        assert await refused(v3.get(row.path, headers=NOBODY, **values)) == 401
        if row.path == "get-policy":
            assert await refused(neighbour.get(row.path, **values)) == 404
        else:
            assert (await data(neighbour.get(row.path, **values)))["totalCount"] == 0
    assert await data(v3.get("get-policy", code="readers")) == before


async def test_a_policy_is_made_changed_found_and_deleted(v3: V3Client) -> None:
    await data(v3.post("create-namespace", {"code": "shop", "name": "店"}))
    term = {"param": "SourceIp", "operator": "IpAddress", "value": ["10.0.0.0/8"]}
    deny = {"effect": "DENY", "resource": "books:1", "actions": ["read", "write"], "resourceType": "DATA"}
    statements = [READ, {**deny, "condition": [term]}]
    one = await made(v3, namespace="shop", description="of the shop", statements=statements)
    assert (one["code"], one["namespace"], one["builtIn"], one["assignmentsCount"]) == (
        "readers",
        "shop",
        False,
        0,
    )
    assert one["statements"] == [
        {**READ, "resourceType": None, "condition": []},
        {**deny, "condition": [term]},
    ]
    assert await refused(v3.post("create-policy", {**one, "statements": [READ]})) == 409
    await made(v3, "other")
    listed = (await data(v3.get("list-policies", excludeBuiltIn="true")))["list"]
    assert [each["code"] for each in listed] == ["other", "readers"]
    for query, expected in (
        ({"namespace": "shop", "excludeBuiltIn": "true"}, ["readers"]),
        ({"query": "OF THE SHOP"}, ["readers"]),
        ({"query": "nothing"}, []),
    ):
        found = await data(v3.get("list-policies", **query))
        assert [each["code"] for each in found["list"]] == expected, query
    named = {"code": "readers", "namespace": "shop"}
    changed = await data(v3.post("update-policy", {**named, "newCode": "read", "description": ""}))
    assert (changed["code"], changed["description"], len(changed["statements"])) == ("read", "", 2)
    assert await refused(v3.get("get-policy", **named)) == 404
    await data(v3.post("delete-policy", {"code": "read", "namespace": "shop"}))
    assert await refused(v3.get("get-policy", code="read", namespace="shop")) == 404


async def test_a_built_in_policy_is_assigned_and_not_changed(v3: V3Client) -> None:
    (one,) = (await data(v3.get("list-policies")))["list"]
    assert one["builtIn"]
    for path in ("update-policy", "delete-policy"):
        assert await refused(v3.post(path, {"code": one["code"], "description": "x"})) == 422


async def test_a_policy_is_assigned_switched_off_and_taken_back(v3: V3Client) -> None:
    """And decides meanwhile."""
    await made(v3)
    ann = await user(v3, "ann")
    await organisation(v3)
    lab = (await department(v3, "Lab"))["departmentId"]
    await data(v3.post("create-role", {"code": "editor", "name": "Editors"}))
    await data(v3.post("create-group", {"code": "staff", "name": "员工", "description": ""}))
    targets = {"USER": ann, "ROLE": "editor", "GROUP": "staff", "DEPARTMENT": lab}
    for kind, who in targets.items():
        to = {"code": "readers", "targetType": kind, "targetIdentifiers": [who], "inheritByChildren": True}
        await data(v3.post("assign-policy", to))
    listed = (await data(v3.get("list-policy-assignments", code="readers")))["list"]
    assert {each["targetType"]: each["targetIdentifier"] for each in listed} == targets
    names = {each["targetType"]: each["targetName"] for each in listed}
    assert (names["USER"], names["ROLE"], names["GROUP"]) == ("ann", "Editors", "员工")
    to_role = {"targetType": "ROLE", "targetIdentifier": "editor"}
    assert len((await data(v3.get("list-policy-assignments", **to_role)))["list"]) == 1

    async def allowed() -> Any:
        question = {"userId": ann, "resource": "books:7", "action": "read"}
        return (await data(v3.post("is-action-allowed", question)))["allowed"]

    assert await allowed()
    switch = {"code": "readers", "targetType": "USER", "targetIdentifier": ann}
    for enabled in (False, True):
        await data(v3.post("switch-policy-assignment", {**switch, "enabled": enabled}))
        assert await allowed() is enabled
    back = {"code": "readers", "targetType": "USER", "targetIdentifiers": [ann]}
    await data(v3.post("revoke-policy", back))
    assert not await allowed()
    assert await refused(v3.post("switch-policy-assignment", {**switch, "enabled": True})) == 404
    await data(v3.post("revoke-policy", back))
    assert await refused(v3.post("assign-policy", {**back, "targetIdentifiers": ["nobody"]})) == 404


@pytest.mark.parametrize(
    ("statements", "place"),
    [
        ([], "statements"),
        ([READ] * 501, "statements"),
        ([READ, {**READ, "resource": " "}], "statements[1].resource"),
        ([READ, READ, {**READ, "actions": []}], "statements[2].actions"),
        ([{**READ, "actions": ["read", "x" * 513]}], "statements[0].actions[1]"),
        ([{"resource": "a"}], "statements[0].actions"),
        ([{**READ, "effect": "MAYBE"}], "statements[0].effect"),
        ([{**READ, "condition": [{"param": "a"}]}], "statements[0].condition[0].operator"),
    ],
)
async def test_what_is_wrong_with_a_statement_is_named_by_its_place(
    v3: V3Client, statements: list[Any], place: str
) -> None:
    answer = await v3.post("create-policy", {"code": "p", "statements": statements})
    assert answer["statusCode"] == 400
    assert place in answer["message"], answer
    assert await refused(v3.get("get-policy", code="p")) == 404
