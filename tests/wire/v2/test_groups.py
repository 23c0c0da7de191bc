"""managementClient.groups, and the groups of managementClient.users, over the v2 wire.

Source: docs/contract/v2.md#groups.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client

from poolhouse.ids import new_id

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("Group", {"code": "staff"}),
    ("Groups", {}),
    ("GroupWithUsers", {"code": "staff"}),
    ("GroupWithUsersWithCustomData", {"code": "staff"}),
    ("CreateGroup", {"code": "new", "name": "New"}),
    ("UpdateGroup", {"code": "staff", "name": "Crew"}),
    ("DeleteGroups", {"codeList": ["staff"]}),
    ("AddUserToGroup", {"code": "staff", "userIds": ["u"]}),
    ("RemoveUserFromGroup", {"code": "staff", "userIds": ["u"]}),
]


async def new_user(v2: V2Client) -> str:
    created = await v2.one("CreateUser", userInfo={"username": f"u{new_id()}"})
    user_id: str = created["id"]
    return user_id


@pytest.mark.parametrize(("query", "variables"), CALLS, ids=lambda value: str(value)[:20])
async def test_a_stranger_is_refused(stranger: V2Client, query: str, variables: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.run(query, **variables)
    assert caught.value.code == 2020


async def test_a_group_lives_and_dies(v2: V2Client) -> None:
    created = await v2.one("CreateGroup", code="staff", name="Staff", description="All")
    assert created["code"] == "staff"
    assert created["createdAt"].endswith("+08:00")
    updated = await v2.one("UpdateGroup", code="staff", newCode="crew")
    assert (updated["code"], updated["name"], updated["description"]) == ("crew", "Staff", "All")
    assert await v2.one("Group", code="staff") is None
    listed = await v2.one("Groups")
    assert (listed["totalCount"], [group["code"] for group in listed["list"]]) == (1, ["crew"])
    assert (await v2.one("DeleteGroups", codeList=["crew"]))["code"] == 200
    assert await v2.one("Group", code="crew") is None


async def test_deleting_an_unknown_group_fails(v2: V2Client) -> None:
    with pytest.raises(Refusal) as caught:
        await v2.run("DeleteGroups", codeList=["nothing"])
    assert (caught.value.code, caught.value.message) == (404, "分组不存在")


async def test_members_are_added_listed_and_removed(v2: V2Client) -> None:
    user_id = await new_user(v2)
    await v2.run("CreateGroup", code="staff", name="Staff")
    with pytest.raises(Refusal) as caught:
        await v2.run("AddUserToGroup", code="staff", userIds=[user_id, "nobody"])
    assert caught.value.code == 2004
    assert "nobody" in caught.value.message
    assert (await v2.one("AddUserToGroup", code="staff", userIds=[user_id]))["code"] == 200
    members = (await v2.one("GroupWithUsers", code="staff"))["users"]
    assert (members["totalCount"], [user["id"] for user in members["list"]]) == (1, [user_id])
    groups = (await v2.one("GetUserGroups", id=user_id))["groups"]
    assert (groups["totalCount"], groups["list"][0]["code"]) == (1, "staff")
    assert (await v2.one("Groups", userId=user_id))["totalCount"] == 1
    await v2.run("RemoveUserFromGroup", code="staff", userIds=[user_id])
    assert (await v2.one("GroupWithUsers", code="staff"))["users"] == {"totalCount": 0, "list": []}


async def test_members_come_with_their_custom_data(v2: V2Client) -> None:
    user_id = await new_user(v2)
    await v2.run("CreateGroup", code="staff", name="Staff")
    await v2.run("AddUserToGroup", code="staff", userIds=[user_id])
    await v2.run("SetUdf", targetType="USER", key="school", dataType="STRING", label="学校")
    await v2.run("SetUdv", targetType="USER", targetId=user_id, key="school", value='"清华大学"')
    members = (await v2.one("GroupWithUsersWithCustomData", code="staff"))["users"]
    assert members["list"][0]["customData"] == [
        {"key": "school", "value": "清华大学", "dataType": "STRING", "label": "学校"}
    ]


async def test_another_pools_groups_are_invisible(
    v2: V2Client, v2_of: ClientOf, other_pool: PoolForTests
) -> None:
    neighbour = await v2_of(other_pool)
    user_id = await new_user(neighbour)
    await v2.run("CreateGroup", code="staff", name="Staff")
    assert await neighbour.one("Group", code="staff") is None
    assert (await neighbour.one("Groups"))["totalCount"] == 0
    for query, variables in (
        ("UpdateGroup", {"code": "staff", "name": "x"}),
        ("DeleteGroups", {"codeList": ["staff"]}),
        ("AddUserToGroup", {"code": "staff", "userIds": [user_id]}),
    ):
        with pytest.raises(Refusal) as caught:
            await neighbour.run(query, **variables)
        assert caught.value.code == 404
    with pytest.raises(Refusal) as caught:
        await v2.run("AddUserToGroup", code="staff", userIds=[user_id])
    assert caught.value.code == 2004
