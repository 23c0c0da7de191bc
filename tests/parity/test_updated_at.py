"""`updatedAt` moves with whatever `list-users` shows of somebody, and of nobody else: who polls misses nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import V3Client

EVERYTHING = {
    "withCustomData": "true",
    "withIdentities": "true",
    "withDepartmentIds": "true",
    "withPost": "true",
}


@dataclass
class World:
    """Ann has one of everything; Bob too, and nothing is done to him."""

    v2: V2Client
    v3: V3Client
    own: V2Client
    ann: str
    org: str
    labs: dict[str, str]
    posts: dict[str, str]

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.v3.post(path, body)
        assert answer["statusCode"] == 200, answer
        return answer.get("data")

    async def listed(self) -> dict[str, dict[str, Any]]:
        answer = await self.v3.get("list-users", **EVERYTHING)
        return {one["username"]: one for one in answer["data"]["list"]}


@pytest.fixture
async def world(v2: V2Client, v3: V3Client) -> World:
    made = World(v2, v3, v2, "", "", {}, {})
    defined = [{"targetType": "USER", "key": key, "dataType": "STRING"} for key in ("school", "town")]
    await made.post("set-custom-fields", list=defined)
    org = await made.post("create-organization", organizationCode="acme", organizationName="Acme")
    made.org = org["departmentId"]
    for name in ("lab", "den", "shop"):
        created = await made.post(
            "create-department", organizationCode="acme", name=name, code=name, parentDepartmentId=made.org
        )
        made.labs[name] = created["departmentId"]
    for name in ("chef", "clerk"):
        made.posts[name] = (await made.post("create-post", code=name, name=name))["id"]
    for name in ("ann", "bob"):
        user = await made.post(
            "create-user",
            **{"username": name, "password": "secret 1", "email": f"{name}@example.com"},
            departmentIds=[made.labs["lab"]],
            customData={"school": "北大"},
        )
        await made.post("set-user-posts", userId=user["userId"], postIds=[made.posts["chef"]])
        linked = {"userIdInIdp": name, "identifier": "wechat", "type": "openid"}
        await v2.rest("POST", "/api/v2/users/identity/link", json=linked | {"userId": user["userId"]})
        made.ann = made.ann or user["userId"]
    signed_in = await v2.with_token(None).one(
        "LoginByUsername", input={"username": "ann", "password": "secret 1"}
    )
    made.own = v2.with_token(signed_in["token"])
    return made


Act = Callable[[World], Awaitable[Any]]
ACTS: dict[str, Act] = {
    "v3 sets custom data": lambda w: w.post(
        "set-custom-data",
        **{"targetType": "USER", "targetIdentifier": w.ann, "list": [{"key": "school", "value": "清华"}]},
    ),
    "v3 sets more custom data": lambda w: w.post(
        "set-custom-data",
        **{"targetType": "USER", "targetIdentifier": w.ann, "list": [{"key": "town", "value": "X"}]},
    ),
    "v3 updates custom data": lambda w: w.post("update-user", userId=w.ann, customData={"school": "x"}),
    "v2 sets custom data": lambda w: w.v2.one(
        "SetUdvBatch", targetType="USER", targetId=w.ann, udvList=[{"key": "school", "value": '"y"'}]
    ),
    "v2 removes custom data": lambda w: w.v2.one(
        "RemoveUdv", targetType="USER", targetId=w.ann, key="school"
    ),
    "v3 adds to a department": lambda w: w.post(
        "add-department-members", organizationCode="acme", departmentId=w.labs["den"], userIds=[w.ann]
    ),
    "v3 removes from a department": lambda w: w.post(
        "remove-department-members", organizationCode="acme", departmentId=w.labs["lab"], userIds=[w.ann]
    ),
    "v3 sets departments": lambda w: w.post(
        "set-user-departments", userId=w.ann, departments=[{"departmentId": w.labs["shop"]}]
    ),
    "v2 adds to a department": lambda w: w.v2.one("AddMember", nodeId=w.labs["den"], userIds=[w.ann]),
    "v2 removes from a department": lambda w: w.v2.one("RemoveMember", nodeId=w.labs["lab"], userIds=[w.ann]),
    "v2 moves to a department": lambda w: w.v2.one(
        "MoveMembers", userIds=[w.ann], sourceNodeId=w.labs["lab"], targetNodeId=w.labs["den"]
    ),
    "v2 sets the main department": lambda w: w.v2.one(
        "SetMainDepartment", userId=w.ann, departmentId=w.labs["lab"]
    ),
    "v3 sets posts": lambda w: w.post("set-user-posts", userId=w.ann, postIds=[w.posts["clerk"]]),
    "v2 links an identity": lambda w: w.v2.rest(
        "POST",
        "/api/v2/users/identity/link",
        json={"userId": w.ann, "userIdInIdp": "x", "identifier": "github"},
    ),
    "v2 unlinks an identity": lambda w: w.v2.rest(
        "POST", "/api/v2/users/identity/unlink", json={"userId": w.ann, "identifier": "wechat"}
    ),
    "v2 blocks": lambda w: w.v2.one("UpdateUser", id=w.ann, input={"blocked": True}),
    "v2 sets a password": lambda w: w.v2.one("UpdateUser", id=w.ann, input={"password": "secret 2"}),
    "v3 suspends": lambda w: w.post("update-user", userId=w.ann, status="Suspended"),
    "v3 archives": lambda w: w.post("update-user", userId=w.ann, status="Archived"),
    "v3 resigns": lambda w: w.post("resign-user", userId=w.ann),
    "v3 renames": lambda w: w.post("update-user", userId=w.ann, nickname="Annie"),
    "the user renames themself": lambda w: w.own.one("UpdateUser", input={"nickname": "Annie"}),
    "the user sets a password": lambda w: w.own.one(
        "UpdatePassword", newPassword="secret 2", oldPassword="secret 1"
    ),
}
ENDS: dict[str, Act] = {
    "v3 deletes a department": lambda w: w.post(
        "delete-department", organizationCode="acme", departmentId=w.labs["lab"]
    ),
    "v3 deletes an organization": lambda w: w.post("delete-organization", organizationCode="acme"),
    "v3 deletes a post": lambda w: w.post("remove-post", code="chef"),
    "v3 deletes a custom field": lambda w: w.post(
        "delete-custom-fields", list=[{"targetType": "USER", "key": "school"}]
    ),
}
"""Of things that both have."""


@pytest.mark.parametrize("name", [*ACTS, *ENDS])
async def test_it_moves_with_what_the_list_shows(world: World, name: str) -> None:
    before = await world.listed()
    await (ACTS | ENDS)[name](world)
    after = await world.listed()
    assert before["ann"] | {"updatedAt": after["ann"]["updatedAt"]} != after["ann"], "nothing happened"
    assert after["ann"]["updatedAt"] > before["ann"]["updatedAt"]
    if name in ACTS:
        assert after["bob"] == before["bob"]
    else:
        assert after["bob"]["updatedAt"] > before["bob"]["updatedAt"]


QUIET: dict[str, Act] = {
    "a login": lambda w: w.v2.with_token(None).one(
        "LoginByUsername", input={"username": "ann", "password": "secret 1"}
    ),
    "the same custom data again": lambda w: w.post(
        "set-custom-data",
        **{"targetType": "USER", "targetIdentifier": w.ann, "list": [{"key": "school", "value": "北大"}]},
    ),
    "a department they are in already": lambda w: w.post(
        "add-department-members", organizationCode="acme", departmentId=w.labs["lab"], userIds=[w.ann]
    ),
    "custom data of a department": lambda w: w.v2.one(
        "SetUdf", targetType="NODE", key="colour", dataType="STRING", label="x"
    ),
}


@pytest.mark.parametrize("name", QUIET)
async def test_it_stays_where_it_is(world: World, name: str) -> None:
    before = await world.listed()
    await QUIET[name](world)
    after = await world.listed()
    assert after["ann"]["updatedAt"] == before["ann"]["updatedAt"]


async def test_a_new_user_with_everything_is_as_old_as_made(world: World) -> None:
    made = await world.post(
        "create-user", username="cid", departmentIds=[world.labs["lab"]], customData={"school": "x"}
    )
    assert made["updatedAt"] == made["createdAt"]


async def test_more_than_ten_thousand_at_once_are_left_as_they_are(world: World) -> None:
    db, pool_id = world.v3.services.db, world.v3.pool_id
    await db.execute(
        "insert into field_values (pool_id, target_type, target_id, key, value) "
        "select $1, 'USER', 'n' || n, 'school', to_jsonb(n) from generate_series(1, 10000) n",
        pool_id,
    )
    before = await world.listed()
    await ENDS["v3 deletes a custom field"](world)
    after = await world.listed()
    assert after["ann"]["customData"] != before["ann"]["customData"]
    assert after["ann"]["updatedAt"] == before["ann"]["updatedAt"]
