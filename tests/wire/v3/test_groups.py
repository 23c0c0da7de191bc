"""The groups family through its wire. Source: docs/contract/v3/groups.md and the official node tests' expectations."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.ids import new_id
from poolhouse.wire.v3 import groups


async def done(v3: V3Client, path: str, body: Any) -> Any:
    answer = await v3.post(path, body)
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def new_user(v3: V3Client) -> str:
    user_id: str = (await done(v3, "create-user", {"username": f"u{new_id()}"}))["userId"]
    return user_id


@pytest.mark.parametrize("row", groups.ENDPOINTS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_a_group_lives_and_dies(v3: V3Client) -> None:
    created = await done(v3, "create-group", {"code": "staff", "name": "Staff", "description": "All"})
    assert created == {
        "id": created["id"],
        "code": "staff",
        "name": "Staff",
        "description": "All",
        "type": "BASIC",
        "metadataSource": [],
        "members": [],
    }
    assert (await v3.get("get-group", code="staff"))["data"] == created
    updated = await done(v3, "update-group", {"code": "staff", "newCode": "crew", "description": None})
    assert (updated["code"], updated["name"], updated["description"]) == ("crew", "Staff", "")
    gone = await v3.get("get-group", code="staff")
    assert (gone["statusCode"], gone["message"]) == (404, "分组不存在")
    again = await done(v3, "create-or-update-group", {"code": "crew", "name": "Crew"})
    assert (again["created"], again["data"]["name"]) == (False, "Crew")
    fresh = await done(v3, "create-or-update-group", {"code": "fresh", "name": "Fresh"})
    assert fresh["created"] is True
    assert (await done(v3, "delete-groups-batch", {"codeList": ["crew", "fresh"]})) == {"success": True}
    assert (await v3.get("list-groups"))["data"] == {"totalCount": 0, "list": []}


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("create-group", {"code": "taken", "name": "x"}, 409, "分组标识符已存在"),
        ("create-group", {"code": "x" * 100, "name": "x"}, 400, "参数 code 格式错误"),
        ("create-groups-batch", {"list": [{"code": "taken", "name": "x"}]}, 409, "分组标识符已存在"),
        ("create-groups-batch", {"list": [{"code": "x" * 100, "name": "x"}]}, 400, "参数 list 格式错误"),
        ("create-groups-batch", {"list": []}, 400, "参数 list 格式错误"),
        ("delete-groups-batch", {"codeList": []}, 400, "参数 codeList 格式错误"),
        ("delete-groups-batch", {"codeList": ["taken", "nothing"]}, 404, "分组不存在"),
        ("update-group", {"code": "nothing", "name": "x"}, 404, "分组不存在"),
        ("add-group-members", {"code": "taken", "userIds": []}, 400, "参数 userIds 格式错误"),
        ("add-group-members", {"code": "", "userIds": ["x"]}, 400, "参数 code 格式错误"),
        ("add-group-members", {"code": "nothing", "userIds": ["x"]}, 404, "分组不存在"),
        ("add-group-members", {"code": "taken", "userIds": ["x"]}, 404, "用户不存在"),
        ("remove-group-members", {"code": "nothing", "userIds": ["x"]}, 404, "分组不存在"),
    ],
)
async def test_bad_input_is_refused_in_the_official_words(
    v3: V3Client, path: str, body: dict[str, Any], status: int, message: str
) -> None:
    await done(v3, "create-group", {"code": "taken", "name": "Taken"})
    answer = await v3.post(path, body)
    assert answer["statusCode"] == status
    assert answer["message"].startswith(message)
    assert (await v3.get("get-group", code="taken"))["statusCode"] == 200


async def test_groups_are_paged_and_searched(v3: V3Client) -> None:
    drafts = [{"code": f"g{number}", "name": f"Group {number}"} for number in range(3)]
    created = await done(v3, "create-groups-batch", {"list": drafts})
    assert [group["code"] for group in created] == ["g0", "g1", "g2"]
    page = (await v3.get("list-groups", page=2, limit=2))["data"]
    assert (page["totalCount"], [group["code"] for group in page["list"]]) == (3, ["g0"])
    found = (await v3.get("list-groups", keywords="group 1"))["data"]
    assert [group["code"] for group in found["list"]] == ["g1"]
    for wrong in ({"page": 0}, {"limit": 0}, {"limit": 51}):
        assert (await v3.get("list-groups", **wrong))["statusCode"] == 400
    assert (await v3.get("list-groups", withMetadata="true"))["statusCode"] == 501


async def test_members_are_added_listed_and_removed(v3: V3Client) -> None:
    first, second = await new_user(v3), await new_user(v3)
    await done(v3, "create-group", {"code": "staff", "name": "Staff"})
    await done(v3, "add-group-members", {"code": "staff", "userIds": [first]})
    await done(v3, "add-group-members", {"code": "staff", "userIds": [second, first]})
    listed = (await v3.get("list-group-members", code="staff", withCustomData="True"))["data"]
    assert [user["userId"] for user in listed["list"]] == [second, first]
    assert (listed["totalCount"], listed["list"][0]["customData"]) == (2, {})
    (whole,) = (await v3.get("get-all-groups", fetchMembers="True"))["data"]
    assert [user["userId"] for user in whole["members"]] == [second, first]
    groups_of = (await v3.get("get-user-groups", userId=first))["data"]
    assert (groups_of["totalCount"], groups_of["list"][0]["code"]) == (1, "staff")
    await done(v3, "remove-group-members", {"code": "staff", "userIds": [first]})
    assert (await v3.get("list-group-members", code="staff"))["data"]["totalCount"] == 1


async def test_custom_data_comes_when_asked_for(v3: V3Client) -> None:
    field = {"targetType": "GROUP", "key": "budget", "dataType": "NUMBER", "label": "Budget"}
    await done(v3, "set-custom-fields", {"list": [field]})
    await done(v3, "create-group", {"code": "staff", "name": "Staff", "customData": {"budget": 5}})
    await done(v3, "update-group", {"code": "staff", "customData": {"budget": 6}})
    assert "customData" not in (await v3.get("get-group", code="staff"))["data"]
    shown = await v3.get("get-group", code="staff", withCustomData="true")
    assert shown["data"]["customData"] == {"budget": 6}
    listed = (await v3.get("list-groups", withCustomData="true"))["data"]["list"]
    assert listed[0]["customData"] == {"budget": 6}


async def test_the_neighbour_sees_no_group(v3: V3Client, neighbour: V3Client) -> None:
    await done(v3, "create-group", {"code": "staff", "name": "Staff"})
    theirs = await new_user(neighbour)
    assert (await neighbour.get("list-groups"))["data"]["totalCount"] == 0
    assert (await neighbour.get("get-all-groups"))["data"] == []
    for answer in (
        await neighbour.get("get-group", code="staff"),
        await neighbour.get("list-group-members", code="staff"),
        await neighbour.post("update-group", {"code": "staff", "name": "x"}),
        await neighbour.post("delete-groups-batch", {"codeList": ["staff"]}),
        await neighbour.post("add-group-members", {"code": "staff", "userIds": [theirs]}),
        await v3.post("add-group-members", {"code": "staff", "userIds": [theirs]}),
    ):
        assert answer["statusCode"] == 404
    assert (await v3.get("get-group", code="staff"))["data"]["name"] == "Staff"
