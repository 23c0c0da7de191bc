"""Every field a document lets one write is taken, kept and read back; what no document knows is passed over.

The names are those of docs/contract/users.md#fields and of our own inputs.
"""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, OperationDefinitionNode, parse
from tests.docs.contract import documented_fields
from tests.wire.v2.conftest import Refusal, V2Client
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.samples import Sown
from tests.wire.v3.samples import sample as sample_of

from poolhouse.ids import new_id
from poolhouse.times import parse_time
from poolhouse.wire.v2.schema import SCHEMA
from poolhouse.wire.v2.unknown_fields import known_variables
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.parsing import body_struct
from poolhouse.wire.v3.table import endpoints

TIMES = {"lastLogin", "signedUp", "tokenExpiredAt", "expiredAt"}
STAYS = {"signedUp"}
"""Everybody has one, so a null says nothing."""
CLEARED = {
    "blocked": False,
    "emailVerified": False,
    "phoneVerified": False,
    "isDeleted": False,
    "loginsCount": 0,
    "gender": "U",
    "registerSource": ["unknown"],
}


def sample(name: str) -> Any:
    """A value that is nobody's, and none that anybody has from the start."""
    if name in TIMES:
        return "2019-08-07T06:05:04+08:00"
    special: dict[str, Any] = {
        "email": f"{new_id()}@example.com",
        "gender": "M",
        "birthdate": "1990-05-06",
        "loginsCount": 7,
        "registerSource": ["import:manual", "旧系统"],
        "photo": "https://example.com/我.png",
        "website": "https://example.com/",
        "phone": f"138{int(new_id()[-8:], 16) % 10**8:08}",
        "phoneCountryCode": "+86",
        "status": "Suspended",
    }
    booleans = ("blocked", "emailVerified", "phoneVerified", "isDeleted", "resetPasswordOnNextLogin")
    if name in booleans:
        return True
    return special.get(name, f"值 {name[:16]} {new_id()[-6:]}")


def same(name: str, given: Any, shown: Any) -> bool:
    if name in TIMES:
        return parse_time(given, name) == parse_time(shown, name)
    return bool(given == shown)


def inputs(kind: str) -> list[str]:
    found = SCHEMA.type_map[kind]
    assert isinstance(found, GraphQLInputObjectType)
    return sorted(found.fields)


# -- what is documented ------------------------------------------------------------------------------------


def test_the_inputs_have_every_documented_field() -> None:
    assert set(documented_fields("create")) <= set(inputs("CreateUserInput"))
    assert set(documented_fields("update")) <= set(inputs("UpdateUserInput"))
    assert {"city", "province"} <= set(inputs("RegisterProfile"))


# -- v2 ----------------------------------------------------------------------------------------------------

CREATED = sorted(set(inputs("CreateUserInput")) - {"password", "salt"})
UPDATED = sorted(set(inputs("UpdateUserInput")) - {"password", "mainDepartmentCode"})


async def shown_to(v2: V2Client, user_id: str, name: str) -> Any:
    return (await v2.run(f"query ($id: String) {{ user(id: $id) {{ {name} }} }}", id=user_id))["user"][name]


async def test_a_user_is_created_with_each_documented_field(v2: V2Client) -> None:
    for name in CREATED:
        info = {"username": f"u{new_id()}", name: sample(name)}
        created = await v2.one("CreateUser", userInfo=info)
        assert same(name, info[name], await shown_to(v2, created["id"], name)), name


async def test_a_user_is_updated_in_each_documented_field(v2: V2Client) -> None:
    user_id = (await v2.one("CreateUser", userInfo={"username": f"u{new_id()}"}))["id"]
    for name in UPDATED:
        value = sample(name)
        await v2.one("UpdateUser", id=user_id, input={name: value})
        assert same(name, value, await shown_to(v2, user_id, name)), name


@pytest.mark.parametrize("empty", [None, ""])
async def test_null_and_an_empty_text_clear_each_field(v2: V2Client, empty: str | None) -> None:
    kinds = getattr(SCHEMA.type_map["UpdateUserInput"], "fields")  # noqa: B009
    for name in UPDATED:
        if empty == "" and str(kinds[name].type) != "String":
            continue
        info = {"username": f"u{new_id()}", "externalId": new_id()}
        user_id = (await v2.one("CreateUser", userInfo=info))["id"]
        before = await shown_to(v2, user_id, name)
        await v2.one("UpdateUser", id=user_id, input={name: sample(name)})
        written = await shown_to(v2, user_id, name)
        await v2.one("UpdateUser", id=user_id, input={name: empty})
        after = await shown_to(v2, user_id, name)
        assert after == (written if name in STAYS else CLEARED.get(name, after and before)), name


async def test_a_null_at_creation_is_as_good_as_nothing(v2: V2Client) -> None:
    for name in CREATED:
        info = {"username": f"u{new_id()}", "externalId": new_id()} | {name: None}
        await v2.one("CreateUser", userInfo=info)


async def test_one_source_of_registration_may_stand_for_a_list(v2: V2Client) -> None:
    created = await v2.one("CreateUser", userInfo={"username": "u", "registerSource": "import:manual"})
    assert created["registerSource"] == ["import:manual"]


async def test_the_main_department_is_known_by_its_code_too(v2: V2Client) -> None:
    org = await v2.one("CreateOrg", name="o", code="o")
    added = await v2.one(
        "AddNode", orgId=org["id"], parentNodeId=org["rootNode"]["id"], name="lab", code="lab"
    )
    user_id = (await v2.one("CreateUser", userInfo={"username": "u"}))["id"]
    await v2.one("UpdateUser", id=user_id, input={"mainDepartmentCode": "lab"})
    assert await shown_to(v2, user_id, "mainDepartmentCode") == "lab"
    assert await shown_to(v2, user_id, "mainDepartmentId") in str(added)
    with pytest.raises(Refusal) as caught:
        await v2.one("UpdateUser", id=user_id, input={"mainDepartmentCode": "none"})
    assert caught.value.code == 404


async def test_whoever_signs_up_says_where_they_live(v2: V2Client, stranger: V2Client) -> None:
    given = {"username": "u", "password": "secret 1", "profile": {"city": "北京", "province": "BJ"}}
    made = await stranger.one("RegisterByUsername", input=given)
    assert await shown_to(v2, made["id"], "city") == "北京"
    assert await shown_to(v2, made["id"], "province") == "BJ"


# -- v3 ----------------------------------------------------------------------------------------------------

_ASIDE = {"password", "salt", "tenantIds", "otp", "departmentIds", "customData", "metadataSource", "metadata"}
_ASIDE |= {"identities", "options", "userId", "mainDepartmentId"}


def written_by(path: str) -> list[str]:
    request = endpoints()[("POST", f"/api/v3/{path}")].request
    assert request is not None
    return sorted(set(request.__struct_encode_fields__) - _ASIDE)


async def test_v3_keeps_each_documented_field_of_a_new_user(v3: V3Client) -> None:
    for name in written_by("create-user"):
        body = {"username": f"u{new_id()}", "phone": sample("phone"), name: sample(name)}
        created = await v3.post("create-user", body)
        assert created["statusCode"] == 200, created
        read = await v3.get("get-user", userId=created["data"]["userId"])
        assert same(name, body[name], read["data"][name]), name


async def test_v3_keeps_each_documented_field_of_an_update(v3: V3Client) -> None:
    made = await v3.post("create-user", {"username": f"u{new_id()}", "externalId": new_id()})
    user_id = made["data"]["userId"]
    for name in written_by("update-user"):
        value = sample(name)
        answer = await v3.post("update-user", {"userId": user_id, name: value})
        assert answer["statusCode"] == 200, answer
        read = await v3.get("get-user", userId=user_id)
        assert same(name, value, read["data"][name]), name


# -- what nobody knows -------------------------------------------------------------------------------------


def sprinkled(value: Any) -> Any:
    """Everywhere an object is, fields that nobody knows."""
    if isinstance(value, dict):
        return {"no such field": {"x": [1]}, **{k: sprinkled(v) for k, v in value.items()}, "未知": None}
    return [sprinkled(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "query",
    [
        "mutation { createUser(userInfo: {username: NAME, favouriteColour: 7}) { username } }",
        "mutation { createUser(userInfo: {username: NAME, a: {b: [{c: NONE}]}, d: null}) { username } }",
        "mutation ($x: CreateUserInput! = {username: NAME, y: 1}) { createUser(userInfo: $x) { username } }",
        "mutation ($z: String) { createUser(userInfo: {username: NAME, w: $z}) { username } }",
        "mutation ($n: String) { createUser(userInfo: {username: $n, w: [$n]}) { username } }",
    ],
)
async def test_an_unknown_field_of_a_literal_is_passed_over(v2: V2Client, query: str) -> None:
    name = f"u{new_id()}"
    created = await v2.one(query.replace("NAME", f'"{name}"'), n=name)
    assert created["username"] == name


async def test_an_unknown_field_of_the_variables_is_passed_over(v2: V2Client) -> None:
    created = await v2.one(
        "CreateUser", userInfo=sprinkled({"username": "u", "nickname": "n"}), more={"x": 1}
    )
    assert (created["username"], created["nickname"]) == ("u", "n")
    await v2.one("UpdateUser", id=created["id"], input=sprinkled({"nickname": "m"}))
    assert await shown_to(v2, created["id"], "nickname") == "m"


async def test_an_unknown_field_in_a_list_of_objects_is_passed_over(v2: V2Client) -> None:
    await v2.one("CreateUser", userInfo={"username": "u"})
    query = "query ($r: [SearchUserRoleOpt]) { searchUser(query: Q, roleOpts: $r) { totalCount } }"
    for given in (sprinkled([{"code": "x"}]), sprinkled({"code": "x"})):
        assert (await v2.one(query.replace("Q", '"u"'), r=given))["totalCount"] == 0


async def test_a_field_that_is_asked_back_must_exist(v2: V2Client) -> None:
    for query in ("{ user(id: X) { nikname } }", "mutation { createUser(userInfo: {username: X}) { x } }"):
        with pytest.raises(Refusal) as caught:
            await v2.run(query.replace("X", '"x"'))
        assert "Cannot query field" in caught.value.message


async def test_a_variable_that_nothing_uses_stays_an_error(v2: V2Client) -> None:
    with pytest.raises(Refusal) as caught:
        await v2.run('mutation ($x: Int) { createUser(userInfo: {username: "x", y: 1}) { id } }')
    assert "is never used" in caught.value.message


BODIES = [row for row in endpoints().values() if row.takes_body and row.request]


@pytest.mark.parametrize(
    "kind", sorted(name for name, kind in SCHEMA.type_map.items() if isinstance(kind, GraphQLInputObjectType))
)
def test_no_input_of_the_schema_minds_what_it_does_not_know(kind: str) -> None:
    operation = parse(f"query ($x: [{kind}]) {{ __typename }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert known_variables(operation, {"x": [{"no such field": 1}]}) == {"x": [{}]}


@pytest.mark.parametrize("row", BODIES, ids=lambda row: row.path)
def test_no_body_of_v3_minds_what_it_does_not_know(row: Endpoint) -> None:
    assert row.request is not None
    body = sample_of(row, Sown("", "", {"departmentId": "d", "userId": "u", "authIds": ["a"]}))
    body_struct(row.request, sprinkled(body))
