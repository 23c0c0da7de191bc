"""Posts and who holds them. Source: docs/contract/v3/posts.md."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_users import create

from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.wire.v3 import posts


async def post(v3: V3Client, code: str, **body: Any) -> dict[str, Any]:
    answer = await v3.post("create-post", {"code": code, "name": code.title(), **body})
    assert answer["statusCode"] == 200, answer
    return answer["data"]


@pytest.mark.parametrize("row", posts.ENDPOINTS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_a_post_is_made_changed_found_and_removed(v3: V3Client, neighbour: V3Client) -> None:
    org = await v3.services.orgs.create_org(v3.administrator, NodeDraft({"name": "Acme", "code": "acme"}))
    made = await post(v3, "boss", description="d", departmentIdList=[org.root.id])
    assert made["departmentIdList"] == [org.root.id]
    assert (await v3.post("create-post", {"code": "boss", "name": "n"}))["statusCode"] == 409
    changed = await v3.post("update-post", {"id": made["id"], "code": "chief", "name": "Chief"})
    assert (changed["data"]["code"], changed["data"]["departmentIdList"]) == ("chief", [org.root.id])
    assert (await v3.get("get-post", code="chief"))["data"]["id"] == made["id"]
    assert (await v3.get("get-post", code="boss"))["statusCode"] == 404
    assert (await v3.post("get-post-by-id", {"idList": [made["id"]]}))["data"][0]["code"] == "chief"
    assert (await neighbour.get("get-post", code="chief"))["statusCode"] == 404
    assert (await neighbour.post("get-post-by-id", {"idList": made["id"]}))["data"] == []
    assert (await v3.post("remove-post", {"code": "chief"}))["statusCode"] == 200
    assert (await v3.post("remove-post", {"code": "chief"}))["statusCode"] == 404


async def test_posts_are_listed_and_filtered(v3: V3Client) -> None:
    for code in ("boss", "clerk", "porter"):
        await post(v3, code)
    assert (await v3.get("list-post"))["data"]["totalCount"] == 3
    assert [one["code"] for one in (await v3.get("list-post", keywords="LER"))["data"]["list"]] == ["clerk"]
    found = await v3.post("list-post", {"postCodes": ["boss", "porter"], "createdAfter": 1_655_714_763})
    assert {one["code"] for one in found["data"]["list"]} == {"boss", "porter"}
    assert (await v3.post("list-post", {"createdBefore": 1_655_714_763}))["data"]["totalCount"] == 0


async def test_a_user_holds_exactly_the_posts_set(v3: V3Client) -> None:
    user = (await create(v3, username="bob"))["userId"]
    boss, clerk = (await post(v3, "boss"))["id"], (await post(v3, "clerk"))["id"]
    assert (await v3.get("get-user-post", userId=user))["statusCode"] == 404
    await v3.post("user-connection-post", {"userId": user, "postId": boss})
    await v3.post("set-user-posts", {"userId": user, "postIds": [clerk, boss]})
    assert [one["code"] for one in (await v3.get("get-user-posts", userId=user))["data"]] == ["boss", "clerk"]
    assert (await v3.get("get-user-post", userId=user))["data"]["code"] == "boss"
    shown = (await v3.get("list-users", withPost="true"))["data"]["list"][0]
    assert set(shown["postIdList"]) == {boss, clerk}
    assert {one["userCount"] for one in (await v3.get("list-post"))["data"]["list"]} == {1}
    refused = await v3.post("set-user-posts", {"userId": user, "postIds": [boss, new_id()]})
    assert refused["statusCode"] == 404
    assert len((await v3.get("get-user-posts", userId=user))["data"]) == 2
    await v3.post("set-user-posts", {"userId": user, "postIds": []})
    assert (await v3.get("get-user-posts", userId=user))["data"] == []


async def test_who_is_deleted_holds_nothing(v3: V3Client) -> None:
    user = (await create(v3, username="bob"))["userId"]
    boss = (await post(v3, "boss"))["id"]
    await v3.post("set-user-posts", {"userId": user, "postIds": [boss]})
    await v3.post("delete-users-batch", {"userIds": [user]})
    assert (await v3.get("list-post"))["data"]["list"][0]["userCount"] == 0
