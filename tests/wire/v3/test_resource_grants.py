"""What is granted, why somebody may do something, and taking it back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_orgs import data, department, organisation, refused, user

from poolhouse.resources.model import Effect, Statement, TargetType
from poolhouse.wire.v3 import resource_grants

NOBODY = {"authorization": ""}


async def _granted(v3: V3Client, kind: str, who: str, *actions: str, resource: str = "books") -> None:
    grant = {"code": resource, "actions": list(actions), "resourceType": "DATA"}
    to = {"targetType": kind, "targetIdentifiers": [who], "resources": [grant]}
    await data(v3.post("authorize-resources", {"list": [to]}))


def _back(kind: str, who: str, *actions: str) -> dict[str, Any]:
    resources = [{"code": "books", "actions": list(actions)}]
    return {"list": [{"targetType": kind, "targetIdentifiers": [who], "resources": resources}]}


@pytest.mark.parametrize("row", resource_grants.ENDPOINTS, ids=lambda row: row.path)
async def test_strangers_are_refused_and_the_neighbour_touches_nothing(
    v3: V3Client, neighbour: V3Client, row: Any
) -> None:
    ann = await user(v3, "ann")
    await _granted(v3, "USER", ann, "read")
    if row.takes_body:
        assert await refused(v3.post(row.path, _back("USER", ann), headers=NOBODY)) == 401
        assert await refused(neighbour.post(row.path, _back("USER", ann))) == 404
    else:
        assert await refused(v3.get(row.path, headers=NOBODY)) == 401
        assert (await data(neighbour.get(row.path)))["totalCount"] == 0
    (left,) = (await data(v3.get("list-resource-grants")))["list"]
    assert left["actions"] == ["read"]


async def test_grants_are_listed_by_resource_and_by_whom_and_taken_back(v3: V3Client) -> None:
    ann = await user(v3, "ann")
    await data(v3.post("create-role", {"code": "editor", "name": "Editors"}))
    await _granted(v3, "USER", ann, "read", "write")
    await _granted(v3, "ROLE", "editor", "read", resource="films")
    (one,) = (await data(v3.get("list-resource-grants", resource="books")))["list"]
    assert (one["targetType"], one["targetIdentifier"], one["actions"]) == ("USER", ann, ["read", "write"])
    to_role = await data(v3.get("list-resource-grants", targetType="ROLE", targetIdentifier="editor"))
    (one,) = to_role["list"]
    assert (one["resource"], one["targetName"], one["roleNamespace"]) == ("films", "Editors", "default")
    await data(v3.post("revoke-resources", _back("USER", ann, "write")))
    (one,) = (await data(v3.get("list-resource-grants", resource="books")))["list"]
    assert one["actions"] == ["read"]
    await data(v3.post("revoke-resources", _back("USER", ann)))
    assert (await data(v3.get("list-resource-grants", resource="books")))["totalCount"] == 0


async def test_a_role_is_taken_from_where_it_is(v3: V3Client) -> None:
    """A role of the same code in the resource's namespace is another one."""
    await data(v3.post("create-namespace", {"code": "shop"}))
    await data(v3.post("create-role", {"code": "editor"}))
    grant = {"code": "books", "actions": ["read"], "resourceType": "DATA"}
    to = {"targetType": "ROLE", "targetIdentifiers": ["editor"], "resources": [grant]}
    await data(v3.post("authorize-resources", {"list": [to], "namespace": "shop"}))
    await data(v3.post("create-role", {"code": "editor", "namespace": "shop"}))
    back = {**_back("ROLE", "editor"), "namespace": "shop"}
    await data(v3.post("revoke-resources", back))
    assert (await data(v3.get("list-resource-grants", namespace="shop")))["totalCount"] == 1
    await data(v3.post("revoke-resources", {**back, "roleNamespace": "default"}))
    assert (await data(v3.get("list-resource-grants", namespace="shop")))["totalCount"] == 0


async def test_why_names_the_way_by_which_something_is_allowed_and_the_denial_that_beats_it(
    v3: V3Client,
) -> None:
    ann = await user(v3, "ann")
    await organisation(v3)
    lab = (await department(v3, "lab"))["departmentId"]
    await data(
        v3.post("add-department-members", {"organizationCode": "acme", "departmentId": lab, "userIds": [ann]})
    )
    await data(v3.post("create-role", {"code": "editor", "name": "Editors"}))
    target = {"targetType": "DEPARTMENT", "targetIdentifier": lab}
    await data(v3.post("assign-role", {"code": "editor", "targets": [target]}))
    asked = {"userId": ann, "resource": "books:1", "action": "read"}
    assert await data(v3.post("explain-action", asked)) == {"allowed": False, "reasons": []}
    await _granted(v3, "ROLE", "editor", "read")
    told = await data(v3.post("explain-action", asked))
    assert told["allowed"] is True
    (reason,) = told["reasons"]
    assert (reason["source"]["code"], reason["policyCode"]) == ("editor", None)
    assert [one["sourceType"] for one in reason["roleThrough"]] == ["DEPARTMENT"]
    assert (await data(v3.post("explain-action", {**asked, "action": "burn"})))["reasons"] == []
    policies, admin = v3.services.policies, v3.administrator
    await policies.create(admin, "no-books", [Statement(Effect.DENY, "books", ("*",))])
    await policies.assign(admin, ["no-books"], TargetType.USER, [ann])
    told = await data(v3.post("explain-action", asked))
    assert told["allowed"] is False
    assert [(one["effect"], one["policyCode"]) for one in told["reasons"]] == [
        ("DENY", "no-books"),
        ("ALLOW", None),
    ]
    same = {"userId": ann, "resource": "books:1", "action": "read"}
    assert (await data(v3.post("is-action-allowed", same)))["allowed"] is False


async def test_why_is_asked_of_a_user_who_is_there_and_by_who_may_see_people(
    v3: V3Client, neighbour: V3Client
) -> None:
    ann = await user(v3, "ann")
    asked = {"userId": ann, "resource": "books", "action": "read"}
    assert await refused(v3.post("explain-action", asked, headers=NOBODY)) == 401
    assert await refused(neighbour.post("explain-action", asked)) == 404
    assert await refused(v3.post("explain-action", {**asked, "resource": "x" * 513})) == 400
