"""`inGroup` and `hasRole`, which are ours, in the advanced filter of POST list-users."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.groups.model import GroupDraft
from poolhouse.roles.model import RoleDraft, RoleKey, Target, TargetType
from poolhouse.users.model import UserDraft


async def found(v3: V3Client, field: str, value: Any) -> list[str]:
    asked = {"advancedFilter": [{"field": field, "operator": "IN", "value": value}]}
    answer = await v3.post("list-users", asked)
    assert answer["statusCode"] == 200, answer
    return [one["username"] for one in answer["data"]["list"]]


async def test_users_are_found_by_their_groups_and_roles(v3: V3Client) -> None:
    admin, services = v3.administrator, v3.services
    li, wang = [
        (await services.users.create(admin, UserDraft({"username": name}))).id for name in ("li", "wang")
    ]
    for code in ("staff", "guests"):
        await services.groups.create(admin, GroupDraft(code=code, name=code))
    await services.groups.add_members(admin, "staff", [li])
    await services.roles.create(admin, RoleDraft(code="editor"))
    await services.roles.assign(admin, [RoleKey("editor")], [Target(TargetType.USER, wang)])
    assert await found(v3, "inGroup", ["staff"]) == ["li"]
    assert await found(v3, "inGroup", ["guests"]) == []
    assert await found(v3, "inGroup", ["staff", "guests"]) == ["li"]
    assert await found(v3, "hasRole", [{"code": "editor"}]) == ["wang"]
    assert await found(v3, "hasRole", [{"code": "editor", "namespace": "other"}]) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "inGroup", "operator": "CONTAINS", "value": "x"},
        {"field": "inGroup", "operator": "IN", "value": []},
        {"field": "inGroup", "operator": "IN", "value": [1]},
        {"field": "hasRole", "operator": "IN", "value": ["editor"]},
    ],
)
async def test_what_names_no_group_or_role_is_refused(v3: V3Client, condition: dict[str, Any]) -> None:
    answer = await v3.post("list-users", {"advancedFilter": [condition]})
    assert answer["statusCode"] == 400
    assert "advancedFilter" in answer["message"]
