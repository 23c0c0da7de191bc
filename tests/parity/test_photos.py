"""Users without a photo are shown with ours, on both wires alike; it is never kept as theirs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import V3Client

OWN = "https://example.com/p.png"


def photos(value: Any) -> list[Any]:
    """What every `photo` in an answer says."""
    if isinstance(value, dict):
        here = [value["photo"]] if "photo" in value else []
        return here + [one for item in value.values() for one in photos(item)]
    return [one for item in value for one in photos(item)] if isinstance(value, list) else []


async def test_the_picture_is_served_here(v3: V3Client) -> None:
    avatar = v3.services.avatar
    assert avatar.startswith(v3.services.links.base_url)
    answer = await v3.http.get(urlsplit(avatar).path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")


async def test_every_answer_shows_it_of_somebody_without_one(
    v2: V2Client, v3: V3Client, stranger: V2Client
) -> None:
    given = {"username": "ann", "password": "secret 1"}
    answers = [await stranger.one("RegisterByUsername", input=given)]
    user_id = answers[0]["id"]
    await v2.one("CreateGroup", code="g", name="g")
    await v2.one("AddUserToGroup", code="g", userIds=[user_id])
    answers += [
        await v2.one("CreateUser", userInfo={"username": "bob"}),
        await v2.one("UpdateUser", id=user_id, input={"nickname": "Ann"}),
        await v2.one("User", id=user_id),
        await v2.one("Users"),
        await v2.one("SearchUser", query="ann"),
        await v2.one("FindUser", username="ann"),
        await v2.one("UserBatch", ids=[user_id]),
        await v2.one("GroupWithUsers", code="g"),
        await v2.rest("GET", f"/api/v2/users/{user_id}"),
        await v2.rest("POST", "/api/v2/users/batch", json={"ids": [user_id]}),
        await stranger.one("LoginByUsername", input=given),
        await v3.post("create-user", {"username": "cid"}),
        await v3.get("get-user", userId=user_id),
        await v3.get("list-users"),
        await v3.post("list-users", {"keywords": "ann"}),
        await v3.get("list-group-members", code="g"),
    ]
    for answer in answers:
        assert photos(answer), answer
        assert set(photos(answer)) == {v3.services.avatar}, answer


async def test_what_was_shown_may_be_sent_back_and_is_nobodys_own(v2: V2Client, v3: V3Client) -> None:
    user_id = (await v2.one("CreateUser", userInfo={"username": "u", "photo": v3.services.avatar}))["id"]
    person = v3.administrator
    for back in ("https://old-name.example" + urlsplit(v3.services.avatar).path, v3.services.avatar):
        await v2.one("UpdateUser", id=user_id, input={"photo": back})
        await v3.post("update-user", {"userId": user_id, "photo": back})
        assert (await v3.services.users.get(person, user_id)).photo is None


async def test_an_own_photo_is_shown_and_null_takes_it_away(v2: V2Client, v3: V3Client) -> None:
    user_id = (await v2.one("CreateUser", userInfo={"username": "u", "photo": OWN}))["id"]
    assert (await v3.get("get-user", userId=user_id))["data"]["photo"] == OWN
    assert (await v2.one("UpdateUser", id=user_id, input={"photo": None}))["photo"] == v3.services.avatar
    await v3.post("update-user", {"userId": user_id, "photo": OWN})
    assert (await v2.one("User", id=user_id))["photo"] == OWN
