"""One act through either wire is the same fact through the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import V3Client

from poolhouse.fields.model import DataType, FieldDraft, TargetType

SAME_NAME = (
    "username",
    "email",
    "phone",
    "externalId",
    "name",
    "nickname",
    "company",
    "givenName",
    "familyName",
    "middleName",
    "profile",
    "preferredUsername",
    "website",
    "birthdate",
    "zoneinfo",
    "locale",
    "address",
    "formatted",
    "streetAddress",
    "region",
    "postalCode",
    "city",
    "province",
    "country",
    "gender",
    "emailVerified",
    "phoneVerified",
    "loginsCount",
    "browser",
    "device",
)
PROFILE = {
    name: f"{name} 张三" for name in SAME_NAME[4:24] if name not in ("birthdate", "locale", "zoneinfo")
} | {
    "username": "bob",
    "email": "bob@example.com",
    "phone": "18800008888",
    "externalId": "10010",
    "birthdate": "1990-01-01",
    "gender": "F",
    "emailVerified": True,
}

OLD_PROFILE = {name: value for name, value in PROFILE.items() if name not in ("city", "province")}
"""What v2's CreateUserInput takes."""


def facts(user: dict[str, Any]) -> dict[str, Any]:
    """Of either wire's user, what both know."""
    return {
        "id": user.get("id") or user["userId"],
        "created": datetime.fromisoformat(user["createdAt"]).replace(microsecond=0).timestamp(),
        "suspended": user.get("blocked") or user["status"] == "Suspended",
        "last ip": user.get("lastIP", user.get("lastIp")),
        **{name: user[name] for name in SAME_NAME},
    }


async def v3_user(v3: V3Client, user_id: str) -> dict[str, Any]:
    answer = await v3.get("get-user", userId=user_id, withCustomData="true")
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def v3_done(v3: V3Client, path: str, body: dict[str, Any]) -> Any:
    answer = await v3.post(path, body)
    assert answer["statusCode"] == 200, answer
    return answer.get("data")


async def test_a_user_of_v2_is_the_same_in_v3(both: tuple[V2Client, V3Client]) -> None:
    v2, v3 = both
    created = await v2.one("CreateUser", userInfo=OLD_PROFILE)
    shown = await v3_user(v3, created["id"])
    assert facts(shown) == facts(created)
    assert {name: shown[name] for name in OLD_PROFILE} == OLD_PROFILE


async def test_a_user_of_v3_is_the_same_in_v2(both: tuple[V2Client, V3Client]) -> None:
    v2, v3 = both
    created = await v3_done(v3, "create-user", PROFILE)
    shown = await v2.one("User", id=created["userId"])
    assert facts(shown) == facts(created)
    assert {name: shown[name] for name in PROFILE} == PROFILE


async def test_a_change_of_either_is_seen_by_the_other(both: tuple[V2Client, V3Client]) -> None:
    v2, v3 = both
    user_id = (await v3_done(v3, "create-user", PROFILE))["userId"]
    await v2.one("UpdateUser", id=user_id, input={"nickname": "v2", "company": "c"})
    assert (await v3_user(v3, user_id))["nickname"] == "v2"
    await v3_done(v3, "update-user", {"userId": user_id, "nickname": "v3", "company": None})
    shown = await v2.one("User", id=user_id)
    assert (shown["nickname"], shown["company"]) == ("v3", None)
    assert facts(shown) == facts(await v3_user(v3, user_id))


async def test_blocking_in_v2_suspends_in_v3_and_activating_there_unblocks(
    both: tuple[V2Client, V3Client],
) -> None:
    v2, v3 = both
    user_id = (await v2.one("CreateUser", userInfo=OLD_PROFILE))["id"]
    await v2.one("UpdateUser", id=user_id, input={"blocked": True})
    assert (await v3_user(v3, user_id))["status"] == "Suspended"
    await v3_done(v3, "update-user", {"userId": user_id, "status": "Activated"})
    assert (await v2.one("User", id=user_id))["blocked"] is False


async def test_both_list_and_search_the_same_people(both: tuple[V2Client, V3Client]) -> None:
    v2, v3 = both
    for n in range(12):
        name = f"user{n}"
        await (
            v2.one("CreateUser", userInfo={"username": name})
            if n % 2
            else v3_done(v3, "create-user", {"username": name})
        )
    for number in (1, 2):
        old = await v2.one("Users", page=number, limit=10)
        new = (await v3.get("list-users", page=number, limit=10))["data"]
        assert old["totalCount"] == new["totalCount"] == 12
        assert [user["id"] for user in old["list"]] == [user["userId"] for user in new["list"]]
    old = await v2.one("SearchUser", query="user1")
    new = await v3_done(v3, "list-users", {"keywords": "user1"})
    assert [user["id"] for user in old["list"]] == [user["userId"] for user in new["list"]]
    assert old["totalCount"] == new["totalCount"] == 3


async def test_what_one_deletes_the_other_misses(both: tuple[V2Client, V3Client]) -> None:
    v2, v3 = both
    first = (await v2.one("CreateUser", userInfo={"username": "a"}))["id"]
    second = (await v3_done(v3, "create-user", {"username": "b"}))["userId"]
    await v3_done(v3, "delete-users-batch", {"userIds": [first]})
    await v2.one("DeleteUser", id=second)
    assert (await v3.get("get-user", userId=second))["statusCode"] == 404
    assert (await v2.one("UserBatch", ids=[first, second])) == []


async def test_a_conflict_is_one_in_both(both: tuple[V2Client, V3Client]) -> None:
    v2, v3 = both
    await v2.one("CreateUser", userInfo={"email": "Bob@example.com"})
    assert (await v3.post("create-user", {"email": "bOB@example.com"}))["statusCode"] == 409


async def test_custom_data_is_one(both: tuple[V2Client, V3Client]) -> None:
    v2, v3 = both
    draft = FieldDraft(TargetType.USER, "school", DataType.STRING)
    await v3.services.fields.define(v3.administrator, [draft])
    created = await v3_done(v3, "create-user", {"username": "bob", "customData": {"school": "北京大学"}})
    found = await v2.rest("GET", f"/api/v2/users/{created['userId']}")
    assert found["username"] == "bob"
    values = await v3.services.fields.values_of(v3.administrator, TargetType.USER, created["userId"])
    assert [(one.key, one.value) for one in values] == [("school", "北京大学")]
