"""managementClient.users over the v2 wire. Source: docs/contract/v2.md#users."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client

from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.services import Services

UNKNOWN = "0" * 24


async def create(v2: V2Client, **info: Any) -> dict[str, Any]:
    created: dict[str, Any] = await v2.one("CreateUser", userInfo=info)
    return created


async def refused(code: int, v2: V2Client, query: str, /, **variables: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await v2.run(query, **variables)
    assert caught.value.code == code, caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("Users", {}),
        ("ArchivedUsers", {}),
        ("SearchUser", {"query": "x"}),
        ("FindUser", {"username": "x"}),
        ("User", {"id": UNKNOWN}),
        ("User", {}),
        ("UserBatch", {"ids": [UNKNOWN]}),
        ("CreateUser", {"userInfo": {"username": "x"}}),
        ("UpdateUser", {"id": UNKNOWN, "input": {"nickname": "x"}}),
        ("DeleteUser", {"id": UNKNOWN}),
        ("DeleteUsers", {"ids": [UNKNOWN]}),
    ],
)
async def test_a_stranger_is_refused(stranger: V2Client, query: str, variables: dict[str, Any]) -> None:
    await refused(2020, stranger, query, **variables)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/api/v2/users/{UNKNOWN}", None),
        ("POST", "/api/v2/users/batch", {"ids": [UNKNOWN]}),
        ("POST", "/api/v2/users/filter", {}),
        ("POST", "/api/v2/users/kick", {"userIds": [UNKNOWN]}),
        ("GET", f"/api/v2/users/login-status?userId={UNKNOWN}", None),
        ("GET", f"/logout?userId={UNKNOWN}", None),
    ],
)
async def test_a_stranger_is_refused_over_rest(stranger: V2Client, method: str, path: str, body: Any) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.rest(method, path, json=body)
    assert caught.value.code == 2020


async def test_a_user_is_created_with_every_field_of_the_input(v2: V2Client, pool: PoolForTests) -> None:
    info = {
        "username": "Bob",
        "email": "Bob@Example.COM",
        "emailVerified": True,
        "phone": "13800000000",
        "phoneVerified": True,
        "unionid": "u",
        "openid": "o",
        "nickname": "鲍勃",
        "photo": "https://example.com/p.png",
        "registerSource": ["import:manual"],
        "browser": "Chrome",
        "oauth": "{}",
        "loginsCount": 3,
        "lastLogin": "2020-10-15T17:55:37+08:00",
        "company": "c",
        "lastIP": "127.0.0.1",
        "signedUp": "2020-10-15T17:55:37+08:00",
        "blocked": False,
        "device": "d",
        "name": "n",
        "givenName": "g",
        "familyName": "f",
        "middleName": "m",
        "profile": "p",
        "preferredUsername": "pu",
        "website": "w",
        "gender": "M",
        "birthdate": "2000-01-01",
        "zoneinfo": "Asia/Shanghai",
        "locale": "zh-CN",
        "address": "a",
        "formatted": "fo",
        "streetAddress": "s",
        "locality": "l",
        "region": "r",
        "postalCode": "100000",
        "country": "CN",
        "externalId": "e",
        "phoneCountryCode": "+86",
    }
    created = await create(v2, **info)
    assert created | info | {"email": "bob@example.com"} == created
    assert created["arn"] == f"arn:cn:authing:{pool.id}:user:{created['id']}"
    assert created["userPoolId"] == pool.id
    assert created["status"] == "Activated"
    assert created["password"] is None
    assert created["createdAt"].endswith("+08:00")
    assert len(created["createdAt"]) == len("2021-03-11T20:52:50+08:00")


async def test_creation_is_refused_by_name(v2: V2Client) -> None:
    await create(v2, username="taken", email="taken@x.com", phone="13800138000", externalId="e1")
    await refused(2231, v2, "CreateUser", userInfo={"nickname": "nobody"})
    await refused(2034, v2, "CreateUser", userInfo={"username": "taken"})
    await refused(2200, v2, "CreateUser", userInfo={"email": "TAKEN@x.com"})
    await refused(2035, v2, "CreateUser", userInfo={"phone": "13800138000"})
    await refused(2026, v2, "CreateUser", userInfo={"username": "a", "externalId": "e1"})
    found = await refused(400, v2, "CreateUser", userInfo={"username": "b", "lastLogin": "1602756997950"})
    assert "lastLogin" in found.message
    await refused(400, v2, "CreateUser", userInfo={"username": "b", "city": 1})
    await create(v2, email="qwertyuiop")


async def test_a_user_is_found_by_each_key(v2: V2Client) -> None:
    user = await create(v2, username="Ann", email="a@x.com", phone="13800138000", externalId="ext")
    for key in ({"username": "Ann"}, {"email": "A@X.com"}, {"phone": "13800138000"}, {"externalId": "ext"}):
        assert (await v2.one("FindUser", **key))["id"] == user["id"]
        assert await v2.one("IsUserExists", **key) is True
    assert await v2.one("FindUser", username="ann") is None
    assert await v2.one("IsUserExists", username="ann") is False
    assert await v2.one("FindUser", username="Ann", email="b@x.com") is None
    await refused(2004, v2, "FindUserWithCustomData", username="nobody")
    await refused(400, v2, "FindUser")
    await refused(400, v2, "IsUserExists")


async def test_a_user_is_found_by_identity(v2: V2Client) -> None:
    identity = {"provider": "wechat", "userIdInIdp": "w1", "isSocial": True, "openid": "o1"}
    user = await v2.one("CreateUser", userInfo={"username": "w"}, identity=identity)
    key = {"provider": "wechat", "userIdInIdp": "w1"}
    assert (await v2.one("FindUser", identity=key))["id"] == user["id"]
    assert await v2.one("FindUser", identity={"provider": "wechat", "userIdInIdp": "w2"}) is None
    await refused(400, v2, "FindUser", identity={"provider": "wechat"})


async def test_lists_are_pages_newest_first(v2: V2Client) -> None:
    ids = [(await create(v2, username=f"u{index}"))["id"] for index in range(5)]
    first = await v2.one("Users", page=1, limit=3)
    second = await v2.one("Users", page=2, limit=3)
    assert first["totalCount"] == second["totalCount"] == 5
    assert [user["id"] for user in first["list"] + second["list"]] == ids[::-1]
    oldest = await v2.one("Users", sortBy="CREATEDAT_ASC")
    assert [user["id"] for user in oldest["list"]] == ids
    for bad in ({"page": 0}, {"limit": 0}, {"page": -1}, {"limit": 100_000}, {"page": 2**31 - 1}):
        with pytest.raises(Refusal) as caught:
            await v2.run("Users", **bad)
        assert caught.value.code in (400, 413)


async def test_search_looks_into_the_default_fields_or_the_chosen(v2: V2Client) -> None:
    user = await create(v2, username="zhang", nickname="张三丰", company="武当")
    await create(v2, username="100%_sure")
    for query in ("张", "三丰", "张三丰", "ZHANG", "ｚｈａｎｇ", "武当"):
        assert [one["id"] for one in (await v2.one("SearchUser", query=query))["list"]] == [user["id"]]
    assert (await v2.one("SearchUser", query="武当", fields=["nickname"]))["totalCount"] == 0
    assert (await v2.one("SearchUser", query="%"))["totalCount"] == 1
    assert (await v2.one("SearchUser", query="nothing")) == {"totalCount": 0, "list": []}
    await refused(400, v2, "SearchUser", query="x", fields=["passwordHash"])


async def test_a_user_is_updated(v2: V2Client) -> None:
    user = await create(v2, username="u")
    updated = await v2.one(
        "UpdateUser", id=user["id"], input={"nickname": "n", "email": "N@X.com", "city": "c"}
    )
    assert (updated["nickname"], updated["email"], updated["city"]) == ("n", "n@x.com", "c")
    await refused(2004, v2, "UpdateUser", id=UNKNOWN, input={"nickname": "n"})
    await refused(400, v2, "UpdateUser", input={"nickname": "n"})


async def test_users_are_deleted_all_or_none(v2: V2Client) -> None:
    one, two = [(await create(v2, username=name))["id"] for name in ("a", "b")]
    await refused(2004, v2, "DeleteUsers", ids=[one, UNKNOWN])
    assert (await v2.one("Users"))["totalCount"] == 2
    assert (await v2.one("DeleteUser", id=one))["code"] == 200
    assert (await v2.one("DeleteUsers", ids=[two]))["code"] == 200
    assert await v2.rest("GET", f"/api/v2/users/{one}") is None
    assert (await v2.one("Users"))["totalCount"] == 0


@pytest.mark.parametrize("user_id", [UNKNOWN, "xxx", "%25", "a" * 300])
async def test_the_detail_of_nobody_is_null(v2: V2Client, user_id: str) -> None:
    assert await v2.rest("GET", f"/api/v2/users/{user_id}") is None


async def test_the_detail_has_every_field_and_custom_data_on_request(
    v2: V2Client, pool: PoolForTests, services: Services
) -> None:
    user = await create(v2, username="u", email="u@x.com")
    drafts = [
        FieldDraft(TargetType.USER, "school", DataType.STRING, "School"),
        FieldDraft(TargetType.USER, "age", DataType.NUMBER, "Age"),
        FieldDraft(TargetType.USER, "alive", DataType.BOOLEAN, "Alive"),
        FieldDraft(TargetType.USER, "born", DataType.DATETIME, "Born"),
        FieldDraft(TargetType.USER, "things", DataType.OBJECT, "Things"),
    ]
    await services.fields.define(pool.administrator, drafts)
    values = {
        "school": "清华",
        "age": 20,
        "alive": True,
        "born": "2000-01-01T00:00:00Z",
        "things": {"a": [1]},
    }
    await services.fields.set_values(pool.administrator, TargetType.USER, {user["id"]: values})
    plain = await v2.rest("GET", f"/api/v2/users/{user['id']}?with_custom_data=false")
    assert plain["email"] == "u@x.com"
    assert set(user) <= set(plain)
    assert "customData" not in plain
    whole = await v2.rest("GET", f"/api/v2/users/{user['id']}?with_custom_data=true")
    assert {one["key"]: one["value"] for one in whole["customData"]} == {
        "school": "清华",
        "age": "20",
        "alive": "true",
        "born": "946684800000",
        "things": '{"a":[1]}',
    }
    for query, variables in (
        ("UsersWithCustomData", {}),
        ("SearchUserWithCustomData", {"query": "u"}),
    ):
        (listed,) = (await v2.one(query, **variables))["list"]
        assert len(listed["customData"]) == 5
    assert len((await v2.one("FindUserWithCustomData", username="u"))["customData"]) == 5
    batch = {"ids": [user["id"]], "withCustomData": True}
    assert len((await v2.rest("POST", "/api/v2/users/batch", json=batch))[0]["customData"]) == 5


async def test_a_batch_keeps_the_order_asked(v2: V2Client) -> None:
    users = [await create(v2, username=f"u{index}", email=f"u{index}@x.com") for index in range(3)]
    ids = [users[2]["id"], UNKNOWN, users[0]["id"], users[1]["id"]]
    found = await v2.rest("POST", "/api/v2/users/batch", json={"ids": ids})
    assert [user["id"] for user in found] == [users[2]["id"], users[0]["id"], users[1]["id"]]
    by_email = {"ids": ["U1@x.com"], "type": "email"}
    assert [user["id"] for user in await v2.rest("POST", "/api/v2/users/batch", json=by_email)] == [
        users[1]["id"]
    ]
    assert len(await v2.one("UserBatch", ids=ids)) == 3
    await refused(2030, v2, "UserBatch", ids=[UNKNOWN] * 81)
    for bad in ({"ids": 1}, {"ids": [1]}, {"ids": ["x"], "type": "shoe"}, {}, {"ids": ["x"], "type": 1}):
        with pytest.raises(Refusal) as caught:
            await v2.rest("POST", "/api/v2/users/batch", json=bad)
        assert caught.value.code == 400


async def test_filters_are_triples_that_must_all_hold(v2: V2Client) -> None:
    user = await create(v2, username="u", company="ACME")
    await create(v2, username="v", company="Other")
    body = {"filter": [[{"type": "Profile", "value": "company"}, "EQ", "ACME"]]}
    found = await v2.rest("POST", "/api/v2/users/filter", json=body)
    assert (found["totalCount"], found["list"][0]["id"]) == (1, user["id"])
    assert (await v2.rest("POST", "/api/v2/users/filter"))["totalCount"] == 2
    for bad in ("x", [1], [[1, "EQ", 2]], [[{"type": "x", "value": "company"}, "LIKE", "x"]]):
        with pytest.raises(Refusal):
            await v2.rest("POST", "/api/v2/users/filter", json={"filter": bad})


async def test_kicking_and_logging_out_end_sessions(
    v2: V2Client, pool: PoolForTests, services: Services
) -> None:
    from datetime import timedelta

    app = await services.apps.create(pool.administrator, "shop")
    user = await create(v2, username="u")
    status = f"/api/v2/users/login-status?userId={user['id']}"

    async def log_in() -> V2Client:
        session = await services.sessions.start(
            services.db, pool.administrator, user["id"], timedelta(hours=1), app_id=app.id
        )
        found = await services.users.get(pool.administrator, user["id"])
        return v2.with_token((await services.sessions.issue_user(session, found, app)).token)

    own = await log_in()
    state = await v2.rest("GET", status)
    assert (state["isLogin"], state["user"]["id"]) == (True, user["id"])
    assert state["application"][0]["appId"] == app.id
    assert (await v2.rest("GET", f"{status}&appId={UNKNOWN}"))["isLogin"] is False
    assert (await own.one("User"))["id"] == user["id"]
    await v2.rest("POST", "/api/v2/users/kick", json={"userIds": [user["id"]]})
    assert (await v2.rest("GET", status))["isLogin"] is False
    await refused(2206, own, "User")

    own = await log_in()
    await v2.rest("GET", f"/logout?userId={user['id']}&appId={app.id}")
    await refused(2206, own, "User")
    own = await log_in()
    await own.rest("GET", f"/logout?appId={app.id}&deviceId=current")
    await refused(2206, own, "User")
    with pytest.raises(Refusal):
        await v2.rest("POST", "/api/v2/users/kick", json={"userIds": [UNKNOWN]})
    with pytest.raises(Refusal):
        await v2.rest("POST", "/api/v2/users/kick", json={"userIds": []})


async def test_a_users_token_opens_no_management_door(
    v2: V2Client, pool: PoolForTests, services: Services
) -> None:
    from datetime import timedelta

    me, other = [await create(v2, username=name) for name in ("me", "other")]
    session = await services.sessions.start(services.db, pool.administrator, me["id"], timedelta(hours=1))
    user = await services.users.get(pool.administrator, me["id"])
    mine = v2.with_token((await services.sessions.issue_user(session, user, None)).token)
    assert (await mine.one("User", id=me["id"]))["username"] == "me"
    await refused(1001, mine, "User", id=other["id"])
    await refused(1001, mine, "Users")
    await refused(1001, mine, "CreateUser", userInfo={"username": "x"})
    await refused(1001, mine, "DeleteUser", id=me["id"])


async def test_another_pools_users_are_invisible(
    v2: V2Client, other_pool: PoolForTests, v2_of: ClientOf
) -> None:
    user = await create(v2, username="u", email="u@x.com")
    neighbour = await v2_of(other_pool)
    assert (await neighbour.one("Users"))["totalCount"] == 0
    assert (await neighbour.one("SearchUser", query="u"))["totalCount"] == 0
    assert await neighbour.one("FindUser", email="u@x.com") is None
    assert await neighbour.one("IsUserExists", email="u@x.com") is False
    assert await neighbour.one("User", id=user["id"]) is None
    assert await neighbour.rest("GET", f"/api/v2/users/{user['id']}") is None
    assert await neighbour.one("UserBatch", ids=[user["id"]]) == []
    await refused(2004, neighbour, "UpdateUser", id=user["id"], input={"nickname": "x"})
    await refused(2004, neighbour, "DeleteUser", id=user["id"])
    assert (await v2.one("User", id=user["id"]))["nickname"] is None
