"""Every management call of the v2 wire, on a pool whose users are in somebody else's database."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, legacy  # noqa: F401
from tests.wire.v2.conftest import Refusal, V2Client

from poolhouse.services import Services

USERS = "query users($page: Int, $limit: Int) { users(page: $page, limit: $limit) { totalCount list { id username } } }"


async def test_users_are_managed_where_they_are(
    services: Services,
    pool: PoolForTests,
    v2: V2Client,
    legacy: Legacy,  # noqa: F811
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE")
    create = (
        "mutation ($userInfo: CreateUserInput!) { createUser(userInfo: $userInfo) { id username email arn } }"
    )
    user = await v2.one(
        create, userInfo={"username": "wei", "email": "Wei@X.cn", "nickname": "伟", "password": "secret-1"}
    )
    assert (user["username"], user["email"]) == ("wei", "wei@x.cn")
    assert user["arn"] == f"arn:cn:authing:{pool.id}:user:{user['id']}"
    with pytest.raises(Refusal):
        await v2.one(create, userInfo={"username": "wei", "password": "secret-2"})

    listed = await v2.one(USERS, page=1, limit=10)
    assert listed == {"totalCount": 1, "list": [{"id": user["id"], "username": "wei"}]}
    detail = await v2.one("query ($id: String) { user(id: $id) { nickname } }", id=user["id"])
    assert detail == {"nickname": "伟"}
    found = await v2.one("query ($email: String) { findUser(email: $email) { id } }", email="WEI@x.cn")
    assert found == {"id": user["id"]}
    assert await v2.one("query ($username: String) { isUserExists(username: $username) }", username="wei")
    assert not await v2.one("query ($username: String) { isUserExists(username: $username) }", username="no")
    search = "query ($query: String!) { searchUser(query: $query) { totalCount list { id } } }"
    assert (await v2.one(search, query="伟"))["totalCount"] == 1

    update = (
        "mutation ($id: String, $input: UpdateUserInput!)"
        " { updateUser(id: $id, input: $input) { nickname blocked } }"
    )
    changed = await v2.one(update, id=user["id"], input={"nickname": "小伟", "blocked": True})
    assert changed == {"nickname": "小伟", "blocked": True}
    assert await legacy.execute("select nickname from users") == "小伟"
    await v2.one("mutation ($id: String!) { deleteUser(id: $id) { code } }", id=user["id"])
    assert await legacy.execute("select count(*) from users") == 0
    assert await services.db.fetchval("select count(*) from users where pool_id = $1", pool.id) == 0


async def test_what_a_script_throws_reaches_the_caller_with_its_code(
    services: Services,
    pool: PoolForTests,
    v2: V2Client,
    legacy: Legacy,  # noqa: F811
) -> None:
    throws = "async function listUsers() { throw new Error('数据库维护中'); }"
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", {"listUsers": throws})
    with pytest.raises(Refusal) as refused:
        await v2.one(USERS, page=1, limit=10)
    assert (refused.value.code, refused.value.message) == (603, "数据库维护中")
