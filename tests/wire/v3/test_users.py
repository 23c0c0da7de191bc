"""The users family through its wire. Source: seed 004, reference/v3.md 3."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.ids import new_id
from poolhouse.wire.v3 import users_about, users_read, users_write

ROWS = [*users_read.ENDPOINTS, *users_write.ENDPOINTS, *users_about.ENDPOINTS]


async def create(v3: V3Client, **body: Any) -> dict[str, Any]:
    answer = await v3.post("create-user", body)
    assert answer["statusCode"] == 200, answer
    return answer["data"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_a_created_user_is_listed_as_documented(v3: V3Client) -> None:
    user = await create(v3, username="bob", email="Bob@Example.com", name="张三", gender="W")
    answer = await v3.get("list-users", page=1, limit=10, status="Activated", withDepartmentIds="True")
    assert (answer["statusCode"], answer["apiCode"], answer["data"]["totalCount"]) == (200, 20001, 1)
    (listed,) = answer["data"]["list"]
    assert listed["userId"] == user["userId"]
    assert (listed["email"], listed["gender"], listed["status"]) == ("bob@example.com", "F", "Activated")
    assert listed["departmentIds"] == []
    assert listed["lastLogin"] is None
    assert listed["lastIp"] is None
    assert listed["loginsCount"] == 0
    assert listed["photo"].startswith("https://")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", listed["createdAt"])
    assert not {"customData", "identities", "postIdList"} & listed.keys()


async def test_the_neighbour_sees_nobody(v3: V3Client, neighbour: V3Client) -> None:
    user = await create(v3, username="bob")
    assert (await neighbour.get("list-users"))["data"]["totalCount"] == 0
    assert (await neighbour.get("get-user", userId=user["userId"]))["statusCode"] == 404
    answer = await neighbour.post("delete-users-batch", {"userIds": [user["userId"]]})
    assert answer["statusCode"] == 404
    assert (await v3.get("get-user", userId=user["userId"]))["statusCode"] == 200


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"limit": "51"}, "参数 limit 格式错误"),
        ({"limit": "0"}, "参数 limit 格式错误"),
        ({"page": "0"}, "参数 page 格式错误"),
        ({"page": "x"}, "参数 page 格式错误"),
        ({"status": "Gone"}, "参数 status 格式错误"),
    ],
)
async def test_a_wrong_query_is_refused_by_name(v3: V3Client, query: dict[str, str], message: str) -> None:
    answer = await v3.get("list-users", **query)
    assert answer["statusCode"] == 400
    assert answer["message"].startswith(message)


@pytest.mark.parametrize("unit", [1, 1000])
async def test_the_time_of_change_is_in_seconds_or_milliseconds(v3: V3Client, unit: int) -> None:
    await create(v3, username="bob")
    since = {"updatedAtStart": 1_655_714_763 * unit}
    until = {"updatedAtEnd": 1_655_714_763 * unit}
    assert (await v3.get("list-users", **since))["data"]["totalCount"] == 1
    assert (await v3.get("list-users", **until))["data"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("username", "bob"),
        ("email", "BOB@example.com"),
        ("phone", "18800008888"),
        ("external_id", "10010"),
        ("identity", "wechat:oj7"),
        ("identity", "6076bac:oj7"),
        ("sync_relation", "wechat:oj7"),
    ],
)
async def test_a_user_is_found_by_every_key(v3: V3Client, kind: str, value: str) -> None:
    identity = {"extIdpId": "6076bac", "provider": "wechat", "type": "openid", "userIdInIdp": "oj7"}
    user = await create(
        v3,
        username="bob",
        email="bob@example.com",
        phone="18800008888",
        externalId="10010",
        identities=[identity],
    )
    found = await v3.get("get-user", userId=value, userIdType=kind)
    assert found["data"]["userId"] == user["userId"]
    batch = await v3.get("get-user-batch", userIds=[value], userIdType=kind)
    assert [one["userId"] for one in batch["data"]] == [user["userId"]]


@pytest.mark.parametrize(
    "path",
    [
        row.path
        for row in ROWS
        if row.method == "GET" and row.request and "user_id" in row.request.__struct_fields__
    ],
)
async def test_an_empty_user_id_is_refused_by_name(v3: V3Client, path: str) -> None:
    answer = await v3.get(path, userId="")
    assert (answer["statusCode"], answer["message"]) == (400, "参数 userId 格式错误")


async def test_a_user_needs_an_identifier(v3: V3Client) -> None:
    answer = await v3.post("create-user", {"name": "nobody"})
    assert answer["statusCode"] == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", "bob"), ("email", "BOB@example.com"), ("phone", "188"), ("externalId", "1")],
)
async def test_a_taken_identifier_is_a_conflict(v3: V3Client, field: str, value: str) -> None:
    await create(v3, username="bob", email="bob@example.com", phone="188", externalId="1")
    answer = await v3.post("create-user", {"username": "else", field: value})
    assert answer["statusCode"] == 409


async def test_a_batch_is_all_or_nothing(v3: V3Client) -> None:
    answer = await v3.post(
        "create-users-batch", {"list": [{"username": "a"}, {"username": "b"}, {"username": "a"}]}
    )
    assert answer["statusCode"] == 409
    assert (await v3.get("list-users"))["data"]["totalCount"] == 0
    answer = await v3.post("create-users-batch", {"list": [{"username": "a"}, {"username": "b"}]})
    assert [user["username"] for user in answer["data"]] == ["a", "b"]


async def test_null_clears_a_field_and_absent_leaves_it(v3: V3Client) -> None:
    user = await create(v3, username="bob", nickname="b", company="acme")
    answer = await v3.post("update-user", {"userId": user["userId"], "nickname": None, "name": "n"})
    assert answer["statusCode"] == 200
    assert (answer["data"]["nickname"], answer["data"]["company"], answer["data"]["name"]) == (
        None,
        "acme",
        "n",
    )


async def test_a_user_is_updated_by_another_key(v3: V3Client) -> None:
    await create(v3, username="bob")
    body = {"userId": "bob", "name": "n", "options": {"userIdType": "username"}}
    assert (await v3.post("update-user", body))["data"]["name"] == "n"


async def test_a_batch_of_updates_is_all_or_nothing(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    changes = [{"userId": user["userId"], "name": "n"}, {"userId": new_id(), "name": "m"}]
    assert (await v3.post("update-user-batch", {"list": changes}))["statusCode"] == 404
    assert (await v3.get("get-user", userId=user["userId"]))["data"]["name"] is None
    assert (await v3.post("update-user-batch", {"list": changes[:1]}))["data"][0]["name"] == "n"


async def test_users_are_deleted_all_or_none(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    unknown = await v3.post("delete-users-batch", {"userIds": [user["userId"], new_id()]})
    assert unknown["statusCode"] == 404
    assert (await v3.get("list-users"))["data"]["totalCount"] == 1
    done = await v3.post("delete-users-batch", {"userIds": [user["userId"]]})
    assert done["data"] == {"success": True}
    assert (await v3.get("list-users"))["data"]["totalCount"] == 0


@pytest.mark.parametrize("body", [{"userIds": []}, {}, {"userIds": "x"}])
async def test_no_user_ids_are_refused_by_name(v3: V3Client, body: dict[str, Any]) -> None:
    answer = await v3.post("delete-users-batch", body)
    assert (answer["statusCode"], answer["message"]) == (400, "参数 userIds 格式错误")


async def test_is_user_exists_needs_a_key(v3: V3Client) -> None:
    await create(v3, username="bob")
    assert (await v3.post("is-user-exists", {"username": "bob"}))["data"] == {"exists": True}
    assert (await v3.post("is-user-exists", {"email": "bob@x.com"}))["data"] == {"exists": False}
    answer = await v3.post("is-user-exists", {})
    assert (answer["statusCode"], answer["message"]) == (
        400,
        "参数 username, email, phone, externalId 格式错误",
    )


async def test_a_suspended_user_and_a_blocked_one_look_alike(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    await v3.post("update-user", {"userId": user["userId"], "status": "Suspended"})
    assert (await v3.get("list-users", status="Suspended"))["data"]["totalCount"] == 1
    assert (await v3.get("list-users", status="Activated"))["data"]["totalCount"] == 0


async def test_who_resigns_is_out_of_departments(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    assert (await v3.post("resign-user", {"userId": "bob", "userIdType": "username"}))["data"]["success"]
    shown = (await v3.get("get-user", userId=user["userId"]))["data"]
    assert (shown["status"], shown["workStatus"]) == ("Resigned", "Closed")


async def test_archived_users_are_listed_with_their_time(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    await v3.post("update-user", {"userId": user["userId"], "status": "Archived"})
    (archived,) = (await v3.get("list-archived-users", startAt=1_655_714_763))["data"]["list"]
    assert archived["userId"] == user["userId"]
    assert archived["archivedAt"].endswith("Z")
    assert (await v3.get("list-archived-users", startAt=9_999_999_999))["data"]["totalCount"] == 0


async def test_raw_elasticsearch_is_refused_clearly(v3: V3Client) -> None:
    answer = await v3.post("list-users", {"searchQuery": {"query": {"bool": {}}}})
    assert answer["statusCode"] == 501
    assert "searchQuery" in answer["message"]
