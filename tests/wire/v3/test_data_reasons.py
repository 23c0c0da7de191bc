"""Through what somebody has each permission on data."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.permissions.test_questions import ACTIONS, STATEMENTS
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_data_permissions import give, policy, shop
from tests.wire.v3.test_orgs import data, department, organisation, refused, user

from poolhouse.permissions import decision, reasons
from poolhouse.permissions.model import WHOLE, Statement
from poolhouse.resources.model import Effect

ACME = {"organizationCode": "acme"}
WHY = "explain-user-data-permissions"


async def told(v3: V3Client, user_id: str, **more: Any) -> list[dict[str, Any]]:
    return (await data(v3.get(WHY, userId=user_id, **more)))["list"]  # type: ignore[no-any-return]


async def test_strangers_are_refused_and_another_pool_is_not_there(v3: V3Client, neighbour: V3Client) -> None:
    ann = await user(v3, "ann")
    assert await refused(v3.get(WHY, headers={"authorization": ""}, userId=ann)) == 401
    assert await refused(neighbour.get(WHY, userId=ann)) == 404
    assert await told(v3, ann) == []


async def test_each_permission_tells_by_which_policy_and_through_what(v3: V3Client) -> None:
    await shop(v3)
    ann = await user(v3, "ann")
    await organisation(v3)
    head = (await department(v3, "Head"))["departmentId"]
    lab = (await department(v3, "Lab", head))["departmentId"]
    await data(v3.post("add-department-members", {**ACME, "departmentId": lab, "userIds": [ann]}))
    await data(v3.post("create-group", {"code": "staff", "name": "员工", "description": ""}))
    await data(v3.post("add-group-members", {"code": "staff", "userIds": [ann]}))
    await data(v3.post("create-role", {"code": "editor", "name": "Editors"}))
    held = {"targetType": "GROUP", "targetIdentifier": "staff"}
    await data(v3.post("assign-role", {"code": "editor", "targets": [held]}))
    reader = await policy(v3, "shop/server/read", name="reader")
    operator = await policy(
        v3, "shop/platform/deploy/access", denied=("shop/platform/deploy/*",), name="operator"
    )
    await give(v3, reader, "USER", ann)
    await give(v3, reader, "ORG", head)
    await give(v3, operator, "ROLE", "editor")
    denied, allowed, read = await told(v3, ann)
    assert (denied["permission"], denied["effect"], denied["overruled"]) == (
        "shop/platform/deploy/*",
        "DENY",
        False,
    )
    assert (allowed["permission"], allowed["effect"], allowed["overruled"]) == (
        "shop/platform/deploy/access",
        "ALLOW",
        True,
    )
    (why,) = allowed["reasons"]
    assert (why["policyId"], why["policyName"]) == (operator, "operator")
    assert why["source"] == {"sourceType": "ROLE", "code": "editor", "name": "Editors", "direct": True}
    assert [one["code"] for one in why["roleThrough"]] == ["staff"]
    ways = {one["source"]["sourceType"]: one["source"] for one in read["reasons"]}
    assert set(ways) == {"USER", "DEPARTMENT"}
    assert (ways["DEPARTMENT"]["code"], ways["DEPARTMENT"]["direct"]) == (head, False)
    assert await told(v3, ann, namespace="default") == []
    assert [one["permission"] for one in await told(v3, ann, page=2, limit=2)] == ["shop/server/read"]


@given(st.lists(STATEMENTS, max_size=6))
def test_what_is_overruled_is_what_the_decision_does_not_allow(statements: list[Statement]) -> None:
    denied = reasons._denied(statements)
    for one in statements:
        if one.effect is Effect.ALLOW and one.path != WHOLE and one.action != "*":
            allowed = decision.allows(statements, one.path, one.action, ACTIONS)
            assert reasons._is_overruled(one, denied) is not allowed
