"""A folder of Auth0's deploy tool, pushed as it is, and what applications then see over v3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.customdb.conftest import Legacy, legacy, texts_of  # noqa: F401
from tests.wire.v3.conftest import V3Client

from poolhouse.client import folders as files
from poolhouse.customdb import folder as folders
from poolhouse.errors import InvalidInput
from poolhouse.pools.model import RateCheck

FOLDERS = Path(__file__).parents[2] / "customdb" / "auth0"
BOB = {"username": "bob", "email": "bob@old.cn", "nickname": "小包"}


class Shop:
    """An application of the pool."""

    def __init__(self, v3: V3Client, app_id: str) -> None:
        self.v3, self.app_id = v3, app_id

    async def sign_in(self, account: str, password: str) -> dict[str, Any]:
        payload = {"account": account, "password": password}
        headers = {"x-authing-app-id": self.app_id}
        given = {"connection": "PASSWORD", "passwordPayload": payload}
        answer = await self.v3.http.post("/api/v3/signin", json=given, headers=headers)
        return dict(answer.json())

    async def as_user(self, token: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"x-authing-app-id": self.app_id, "authorization": f"Bearer {token}"}
        answer = await self.v3.http.request(method, f"/api/v3/{path}", json=body, headers=headers)
        return dict(answer.json())


async def pushed(v3: V3Client, uri: str, kind: str, mode: str, database_type: str = "postgresql") -> Shop:
    """The folder pushed as the command does, after it was switched on over v3."""
    settings = {
        "enabled": True,
        "mode": mode,
        "databaseType": database_type,
        "connection": {"uri": uri},
        "dialect": "auth0",
    }
    answer = await v3.post("update-custom-database", settings)
    assert answer["statusCode"] == 200, answer
    folder = folders.read(texts_of(FOLDERS / kind), {})
    assert (await v3.services.script_folders.push(v3.administrator, folder, apply=True)).applied
    app = await v3.services.apps.create(v3.administrator, "shop")
    return Shop(v3, app.id)


def ok(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return answer.get("data")


async def test_the_dialect_is_shown_set_and_refused_by_name(v3: V3Client) -> None:
    assert (ok(await v3.get("get-custom-database")))["dialect"] == "poolhouse"
    assert (ok(await v3.post("update-custom-database", {"dialect": "auth0"})))["dialect"] == "auth0"
    refused = await v3.post("update-custom-database", {"dialect": "okta"})
    assert refused["statusCode"] == 400
    assert "dialect" in refused["message"]
    assert (ok(await v3.get("get-custom-database")))["dialect"] == "auth0"


@pytest.mark.parametrize(("lang", "word"), [("zh-CN", "写法"), ("en-US", "written for Auth0")])
async def test_a_script_for_auth0_is_offered_the_dialect_in_the_callers_language(
    v3: V3Client, lang: str, word: str
) -> None:
    body = {"name": "login", "source": "function login(email, password, callback) { callback(null) }"}
    saved = ok(await v3.post("save-custom-database-script", body, headers={"x-authing-lang": lang}))
    assert [(each["code"], word in each["message"]) for each in saved["warnings"]] == [
        ("SCRIPT_LOOKS_LIKE_AUTH0", True)
    ]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("create", "createUser"),
        ("get_user", "getUser"),
        ("delete", "deleteUser"),
        ("change_password", "changePassword"),
    ],
)
async def test_auth0s_names_of_scripts_are_taken(v3: V3Client, theirs: str, ours: str) -> None:
    ok(await v3.post("update-custom-database", {"dialect": "auth0"}))
    body = {"name": theirs, "source": "function (a, callback) { callback(null) }"}
    assert (ok(await v3.post("save-custom-database-script", body)))["name"] == ours
    states = ok(await v3.get("list-custom-database-scripts"))
    assert {state["name"]: state["draftVersion"] for state in states}[ours] == 1
    assert [state["name"] for state in states][8:] == [
        "verifyPassword",
        "changePassword",
        "verify",
        "changeEmail",
        "changeUsername",
    ]


async def test_somebody_signs_in_once_by_the_scripts_and_lives_here(
    v3: V3Client,
    legacy: Legacy,  # noqa: F811
) -> None:
    await legacy.put(BOB, "old secret")
    shop = await pushed(v3, legacy.url, "postgresql", "LAZY_MIGRATION")
    assert (ok(await v3.get("get-custom-database")))["missingScripts"] == []
    wrong = await shop.sign_in("bob@old.cn", "wrong")
    assert (wrong["statusCode"], wrong["apiCode"]) == (403, 2333)
    assert (await shop.sign_in("nobody@old.cn", "old secret"))["apiCode"] == 2333
    ok(await shop.sign_in("bob@old.cn", "old secret"))
    await legacy.execute("drop table users")
    ok(await shop.sign_in("bob@old.cn", "old secret"))
    user = ok(await v3.get("get-user", userId="bob", userIdType="username"))
    assert (user["email"], user["nickname"]) == (BOB["email"], BOB["nickname"])
    progress = ok(await v3.get("get-custom-database-migration"))
    assert progress["migrated"] == 1


async def test_wrong_passwords_of_the_script_lock_the_account(
    v3: V3Client,
    legacy: Legacy,  # noqa: F811
) -> None:
    await legacy.put(BOB, "old secret")
    shop = await pushed(v3, legacy.url, "postgresql", "CUSTOM_USER_STORE")
    check = RateCheck(enabled=True, limit=2, time_interval=600)
    await v3.services.pools.update(v3.administrator, {}, {"login_password_fail_check": check})
    for _ in range(2):
        assert (await shop.sign_in("bob@old.cn", "wrong"))["apiCode"] == 2333
    assert (await shop.sign_in("bob@old.cn", "old secret"))["statusCode"] != 200


async def test_somebody_signs_up_twice_and_is_refused_once(
    v3: V3Client,
    legacy: Legacy,  # noqa: F811
) -> None:
    await pushed(v3, legacy.url, "postgresql", "CUSTOM_USER_STORE")
    made = ok(await v3.post("create-user", {**BOB, "password": "new secret 1"}))
    assert made["userId"] == str(await legacy.execute("select id from users where email = 'bob@old.cn'"))
    again = await v3.post("create-user", {**BOB, "password": "new secret 1"})
    assert (again["statusCode"], "存在" in again["message"]) == (409, True), again
    assert await legacy.execute("select count(*) from users") == 1


async def test_a_user_stays_there_and_everything_auth0_has_a_function_for_changes(
    v3: V3Client,
    legacy: Legacy,  # noqa: F811
) -> None:
    user_id = await legacy.put(BOB, "old secret")
    shop = await pushed(v3, legacy.url, "postgresql", "CUSTOM_USER_STORE")
    assert (ok(await v3.get("get-custom-database")))["missingScripts"] == []

    token = (ok(await shop.sign_in("bob@old.cn", "old secret")))["access_token"]
    profile = ok(await shop.as_user(token, "GET", "get-profile"))
    assert (profile["userId"], profile["nickname"]) == (user_id, "小包")

    ok(await v3.post("update-user", {"userId": user_id, "emailVerified": True}))
    assert await legacy.execute("select email_verified from users") is True
    ok(await v3.post("update-user", {"userId": user_id, "email": "bob@new.cn"}))
    assert await legacy.execute("select email from users") == "bob@new.cn"
    ok(await v3.post("update-user", {"userId": user_id, "username": "robert"}))
    assert await legacy.execute("select username from users") == "robert"
    changed = {"oldPassword": "old secret", "newPassword": "new secret 2"}
    wrong = {"oldPassword": "not this", "newPassword": "new secret 2"}
    assert (await shop.as_user(token, "POST", "update-password", wrong))["statusCode"] != 200
    ok(await shop.as_user(token, "POST", "update-password", changed))
    ok(await shop.sign_in("bob@new.cn", "new secret 2"))
    assert (await shop.sign_in("bob@new.cn", "old secret"))["apiCode"] == 2333

    refused = await v3.post("update-user", {"userId": user_id, "nickname": "else"})
    assert (refused["statusCode"], "nickname" in refused["message"]) == (501, True)
    ok(await v3.post("delete-users-batch", {"userIds": [user_id]}))
    assert await legacy.execute("select count(*) from users") == 0
    assert (await v3.get("get-user", userId=user_id))["statusCode"] == 404


async def test_another_pool_sees_nobody(
    v3: V3Client,
    neighbour: V3Client,
    legacy: Legacy,  # noqa: F811
) -> None:
    user_id = await legacy.put(BOB, "old secret")
    shop = await pushed(v3, legacy.url, "postgresql", "CUSTOM_USER_STORE")
    ok(await shop.sign_in("bob@old.cn", "old secret"))
    assert (ok(await v3.get("get-user", userId=user_id)))["email"] == "bob@old.cn"
    assert (await neighbour.get("get-user", userId=user_id))["statusCode"] == 404


async def test_lists_are_refused_by_name(v3: V3Client, legacy: Legacy) -> None:  # noqa: F811
    await pushed(v3, legacy.url, "postgresql", "CUSTOM_USER_STORE")
    refused = await v3.post("list-users", {})
    assert (refused["statusCode"], "listUsers" in refused["message"]) == (501, True)


def test_two_files_of_one_function_are_refused() -> None:
    source = "function (email, callback) { callback(null) }"
    with pytest.raises(InvalidInput, match="get_user") as refused:
        folders.read({"get_user.js": source, "getUser.js": source}, {})
    assert refused.value.facts["field"] == "get_user.js"


async def test_a_pull_keeps_the_names_of_files(
    v3: V3Client,
    legacy: Legacy,  # noqa: F811
    tmp_path: Path,
) -> None:
    await pushed(v3, legacy.url, "postgresql", "LAZY_MIGRATION")
    (tmp_path / "get_user.js").write_text("")
    sources = await v3.services.script_folders.sources(v3.administrator)
    database = await v3.services.customdb.get(v3.administrator)
    files.write(str(tmp_path), folders.written(database, sources))
    assert not (tmp_path / "getUser.js").exists()
    assert (tmp_path / "get_user.js").read_text() == (FOLDERS / "postgresql" / "get_user.js").read_text()
    assert (tmp_path / "changeEmail.js").exists()
    assert 'dialect = "auth0"' in (tmp_path / "connection.toml").read_text()


async def test_a_push_under_the_other_dialect_offers_this_one(v3: V3Client) -> None:
    folder = folders.read(texts_of(FOLDERS / "axios"), {})
    planned = await v3.services.script_folders.push(v3.administrator, folder)
    assert {offer.code: names for offer, names in planned.offers.items()} == {
        "SCRIPT_LOOKS_LIKE_AUTH0": ["login", "getUser"]
    }
    assert all(state["draftVersion"] is None for state in ok(await v3.get("list-custom-database-scripts")))


async def test_a_push_that_sets_the_dialect_offers_nothing(v3: V3Client) -> None:
    source = "function (email, callback) { callback(null) }"
    folder = folders.read({"get_user.js": source, "connection.toml": 'dialect = "auth0"'}, {})
    for apply in (False, True):
        done = await v3.services.script_folders.push(v3.administrator, folder, apply=apply)
        assert (dict(done.offers), done.applied) == ({}, apply)
    assert (ok(await v3.get("get-custom-database")))["dialect"] == "auth0"
