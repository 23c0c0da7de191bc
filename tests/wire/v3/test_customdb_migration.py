"""The end of a migration over v3: page by page, by one who may change scripts and people, in their own pool."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.test_migration import migrating
from tests.wire.v3.conftest import V3Client

from poolhouse.users.model import UserDraft


def ok(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def old_database(v3: V3Client) -> None:
    """Of 205 people, one of whom somebody here contradicts."""
    pool: Any = type("Pool", (), {"id": v3.pool_id, "administrator": v3.administrator})
    await migrating(v3.services, pool)
    await v3.services.users.create(v3.administrator, UserDraft({"username": "m7", "email": "other@x.cn"}))


async def test_everybody_is_moved_in_page_by_page_and_the_state_says_how_far(
    v3: V3Client, neighbour: V3Client
) -> None:
    await old_database(v3)
    assert ok(await v3.get("get-custom-database-migration"))["finish"] is None
    assert ok(await v3.post("begin-migration-finish"))["position"] == 0
    first = ok(await v3.post("move-migration-page", {"position": 0}))
    assert (first["imported"], first["failed"], first["seen"], first["total"]) == (99, 1, 100, 205)
    assert [error["id"] for error in first["errors"]] == ["old-7"]
    finish = {"position": 1, "imported": 99, "skipped": 0, "failed": 1, "finished": False}
    assert ok(await v3.get("get-custom-database-migration"))["finish"] == finish
    again = await v3.post("move-migration-page", {"position": 0})
    assert again["statusCode"] == 422, "that page is done, and moves nobody twice"
    assert ok(await v3.post("begin-migration-finish", {"resume": True}))["position"] == 1
    for position in (1, 2):
        moved = ok(await v3.post("move-migration-page", {"position": position}))
    assert moved["finished"]
    state = ok(await v3.get("get-custom-database-migration"))
    assert state["finish"] == {"position": 3, "imported": 204, "skipped": 0, "failed": 1, "finished": True}
    refused = ok(await v3.get("list-migration-errors", page=1, limit=10))
    assert (refused["totalCount"], refused["list"][0]["id"]) == (1, "old-7")
    assert ok(await v3.get("list-users", page=1, limit=1))["totalCount"] == 205
    assert ok(await neighbour.get("list-migration-errors"))["totalCount"] == 0
    assert ok(await neighbour.get("get-custom-database-migration"))["finish"] is None


@pytest.mark.parametrize("scopes", [["custom-database:write"], ["users:write", "users:read"]])
async def test_it_takes_the_right_to_change_scripts_and_people(v3: V3Client, scopes: list[str]) -> None:
    await old_database(v3)
    (key,) = ok(await v3.post("create-access-key", {"scopes": scopes}))
    credentials = {"accessKeyId": key["accessKeyId"], "accessKeySecret": key["accessKeySecret"]}
    token = ok(await v3.post("get-management-token", credentials))["access_token"]
    theirs = {"authorization": f"Bearer {token}"}
    for path, body in (("begin-migration-finish", {}), ("move-migration-page", {"position": 0})):
        assert (await v3.post(path, body, theirs))["statusCode"] == 403
    assert (await v3.get("list-migration-errors", theirs))["statusCode"] == 403
    assert ok(await v3.get("get-custom-database-migration"))["finish"] is None


async def test_without_lazy_migration_there_is_no_end_of_one(v3: V3Client) -> None:
    for path, body in (("begin-migration-finish", {}), ("move-migration-page", {"position": 0})):
        assert (await v3.post(path, body))["statusCode"] == 422
    assert (await v3.post("move-migration-page", {"position": -1}))["statusCode"] == 400


async def test_whoever_was_not_deleted_here_is_not_let_in_again(v3: V3Client) -> None:
    """It said that it was done."""
    answer = await v3.post("readmit-custom-database-user", {"scriptUserId": "old-7"})
    assert answer["statusCode"] == 404, answer
