"""What Java's and Python's clients of v2 ask by paths. Source: docs/contract/v2.md#older-clients.

That a stranger and a user without the right are refused at each is in test_bad_input, by the table of routes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from tests.conftest import PoolForTests
from tests.wire.sealed_passwords import FOREIGN, OF_OUR_FORM, seal
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client

from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.services import Services

LOGIN = "mutation ($input: LoginByUsernameInput!) { loginByUsername(input: $input) { id token } }"
PASSWORD = "secret 1"


@dataclass
class Sown:
    user_id: str
    org_id: str
    root_id: str


@pytest.fixture
async def sown(services: Services, pool: PoolForTests, v2: V2Client) -> Sown:
    """A user, a field of users, a role and an organisation, made by the older paths themselves."""
    await services.fields.define(
        pool.administrator,
        [
            FieldDraft(TargetType.USER, "school", DataType.STRING, "School", editable_by_default=True),
            FieldDraft(TargetType.USER, "age", DataType.NUMBER, "Age"),
        ],
    )
    user = await v2.rest(
        "POST",
        "/api/v2/users",
        json={"userInfo": {"username": "bob", "email": "Bob@example.com", "password": PASSWORD}},
    )
    await v2.rest("POST", "/api/v2/roles", json={"code": "boss", "description": "Chief"})
    org = await v2.rest("POST", "/api/v2/orgs", json={"name": "Acme", "code": "acme"})
    return Sown(user["id"], org["id"], org["rootNode"]["id"])


async def logged_in(stranger: V2Client) -> V2Client:
    answer = await stranger.one(LOGIN, input={"username": "bob", "password": PASSWORD})
    return stranger.with_token(answer["token"])


async def refused(asked: Any) -> int:
    with pytest.raises(Refusal) as refusal:
        await asked
    code: int = refusal.value.code
    return code


# -- tokens ----------------------------------------------------------------------------------------------


async def test_a_management_token_is_bought_by_query_and_the_secret_is_in_no_log(
    services: Services, pool: PoolForTests, stranger: V2Client
) -> None:
    secret = (await services.pools.get(pool.id)).secret
    with structlog.testing.capture_logs() as lines:
        answer = await stranger.http.get(
            "/api/v2/userpools/accessToken",
            params={"userPoolId": pool.id, "secret": secret},
            headers={"x-authing-app-id": "null", "x-authing-app-tenant-id": ""},
        )
    bought = answer.json()
    assert bought["accessToken"] == bought["data"]["accessToken"]
    assert bought["exp"] > bought["iat"]
    assert answer.headers["cache-control"] == "no-store"
    users = await stranger.with_token(bought["accessToken"]).one("query { users { totalCount } }")
    assert users == {"totalCount": 0}
    assert secret not in str(lines)


async def test_a_wrong_secret_buys_nothing(stranger: V2Client, pool: PoolForTests) -> None:
    for query in ({"userPoolId": pool.id, "secret": "no"}, {"userPoolId": "f" * 24, "secret": "no"}, {}):
        answer = await stranger.http.get("/api/v2/userpools/accessToken", params=query)
        assert answer.json()["code"] in (400, 2020)
        assert "accessToken" not in answer.json()


# -- users -----------------------------------------------------------------------------------------------


async def test_a_user_is_made_with_everything_the_body_says(
    services: Services, pool: PoolForTests, v2: V2Client, stranger: V2Client, sown: Sown
) -> None:
    made = await v2.rest(
        "POST",
        "/api/v2/users",
        json={
            "userInfo": {"username": "eve", "phone": "13800138000", "password": PASSWORD, "whatever": 1},
            "resetPasswordOnFirstLogin": True,
            "params": json.dumps([{"key": "school", "value": "MIT"}]),
            "identity": {"provider": "wechat", "userIdInIdp": "w1"},
        },
    )
    assert (made["username"], made["phone"]) == ("eve", "13800138000")
    assert [one["value"] for one in made["customData"]] == ["MIT"]
    assert [one["provider"] for one in made["identities"]] == ["wechat"]
    user = await services.users.get(pool.administrator, made["id"])
    assert user.reset_password_on_next_login
    assert await refused(logged_in_as(stranger, "eve")) in (1639, 2058)


async def logged_in_as(stranger: V2Client, username: str) -> Any:
    return await stranger.one(LOGIN, input={"username": username, "password": PASSWORD})


async def test_a_user_is_changed_by_a_post_to_them(v2: V2Client, stranger: V2Client, sown: Sown) -> None:
    changed = await v2.rest(
        "POST",
        f"/api/v2/users/{sown.user_id}",
        json={"nickname": "Bobby", "name": None, "password": "secret 2"},
    )
    assert (changed["nickname"], changed["username"]) == ("Bobby", "bob")
    assert await refused(logged_in(stranger)) == 2333
    assert await refused(v2.rest("POST", f"/api/v2/users/{'f' * 24}", json={"nickname": "x"})) == 2004


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/v2/users", {}, "userInfo"),
        ("/api/v2/users", {"userInfo": {"username": 5}}, "userInfo.username"),
        ("/api/v2/users", {"userInfo": {"username": "x"}, "params": "{"}, "params"),
        ("/api/v2/users", {"userInfo": {"username": "x"}, "params": '[{"key": "no", "value": 1}]'}, "no"),
        ("/api/v2/users/{id}", {"blocked": "maybe"}, "input.blocked"),
        ("/api/v2/roles", {"description": "x"}, "code"),
        ("/api/v2/orgs", {"name": ["x"]}, "name"),
        ("/api/v2/udvs", {"targetType": "PLANET", "targetId": "x", "data": {"school": "x"}}, "targetType"),
        ("/api/v2/udvs", {"targetType": "USER", "targetId": "{id}", "data": []}, "data"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_by_name(
    v2: V2Client, sown: Sown, path: str, body: dict[str, Any], field: str
) -> None:
    if body.get("targetId"):
        body = body | {"targetId": sown.user_id}
    with pytest.raises(Refusal) as refusal:
        await v2.rest("POST", path.replace("{id}", sown.user_id), json=body)
    assert field in refusal.value.message


async def test_words_of_the_path_win_over_ids(v2: V2Client, stranger: V2Client, sown: Sown) -> None:
    bob = await logged_in(stranger)
    assert (await bob.rest("GET", "/api/v2/users/me"))["id"] == sown.user_id
    assert await refused(stranger.rest("GET", "/api/v2/users/me")) == 2020
    assert await refused(v2.rest("GET", "/api/v2/users/me")) == 2020
    for query, there in (
        ({"username": "bob"}, True),
        ({"email": "bob@example.com"}, True),
        ({"phone": "1"}, False),
    ):
        assert await stranger.rest("GET", "/api/v2/users/is-user-exists", params=query) is there


async def test_custom_data_given_at_creation_is_kept_over_graphql_too(v2: V2Client, sown: Sown) -> None:
    made = await v2.one(
        "mutation ($userInfo: CreateUserInput!, $params: String) "
        "{ createUser(userInfo: $userInfo, params: $params) { id customData { key value } } }",
        userInfo={"username": "eve"},
        params=json.dumps([{"key": "school", "value": "MIT"}, {"key": "age", "value": 7}]),
    )
    assert {one["key"]: one["value"] for one in made["customData"]} == {"school": "MIT", "age": "7"}


async def test_custom_data_that_does_not_fit_makes_no_user(
    services: Services, pool: PoolForTests, v2: V2Client, sown: Sown
) -> None:
    create = (
        "mutation ($userInfo: CreateUserInput!, $params: String) "
        "{ createUser(userInfo: $userInfo, params: $params) { id } }"
    )
    given = {"userInfo": {"username": "eve"}, "params": '[{"key": "nothing", "value": 1}]'}
    with pytest.raises(Refusal):
        await v2.run(create, **given)
    assert not await v2.rest("GET", "/api/v2/users/is-user-exists", params={"username": "eve"})


async def test_an_expired_token_date_of_ones_own_logs_out(
    services: Services, pool: PoolForTests, v2: V2Client, stranger: V2Client, sown: Sown
) -> None:
    for expired in ("0", "2000-01-01T00:00:00Z"):
        bob = await logged_in(stranger)
        update = (
            "mutation ($id: String, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { id } }"
        )
        assert await bob.one(update, id=sown.user_id, input={"tokenExpiredAt": expired}) == {
            "id": sown.user_id
        }
        assert await refused(bob.one("query { user { id } }")) == 2206
        bob = await logged_in(stranger)
        await v2.one(update, id=sown.user_id, input={"tokenExpiredAt": expired})
        assert await refused(bob.one("query { user { id } }")) == 2206
    bob = await logged_in(stranger)
    assert (
        await refused(bob.one(update, id=sown.user_id, input={"tokenExpiredAt": "2999-01-01T00:00:00Z"}))
        == 2018
    )


async def test_a_logout_beside_a_field_that_is_refused_logs_nobody_out(
    stranger: V2Client, sown: Sown
) -> None:
    bob = await logged_in(stranger)
    update = "mutation ($input: UpdateUserInput!) { updateUser(input: $input) { id } }"
    for field, value in (("email", "new@x.cn"), ("externalId", "x"), ("nickname", "x" * 5000)):
        await refused(bob.one(update, input={"tokenExpiredAt": "0", "company": "c", field: value}))
        assert await bob.one("query { user { company } }") == {"company": None}


# -- roles, departments, fields --------------------------------------------------------------------------


async def test_roles_are_given_and_listed(v2: V2Client, stranger: V2Client, sown: Sown) -> None:
    path = f"/api/v2/users/{sown.user_id}"
    assert await v2.rest("GET", f"{path}/has-role", params={"code": "boss"}) is False
    given = await v2.rest("POST", f"{path}/roles", json={"userId": sown.user_id, "list": ["boss"]})
    assert given["code"] == 200
    assert await v2.rest("GET", f"{path}/has-role", params={"code": "boss", "namespace": "default"}) is True
    bob = await logged_in(stranger)
    for client in (v2, bob):
        held = await client.rest("GET", f"{path}/roles")
        assert (held["totalCount"], held["list"][0]["code"]) == (1, "boss")
    listed = await v2.rest(
        "GET", "/api/v2/roles", params={"page": 1, "limit": 10, "sortBy": "CREATEDAT_DESC"}
    )
    assert [(one["code"], one["namespace"], one["description"]) for one in listed["list"]] == [
        ("boss", "default", "Chief")
    ]
    assert await refused(v2.rest("POST", f"{path}/roles", json={"list": ["none"]})) == 404
    assert await refused(v2.rest("GET", f"/api/v2/users/{'f' * 24}/roles")) == 2004


async def test_organisations_are_made_and_read(v2: V2Client, sown: Sown) -> None:
    lab = await v2.rest(
        "POST",
        f"/api/v2/orgs/{sown.org_id}/nodes",
        json={"orgId": "ignored", "parentNodeId": sown.root_id, "name": "Lab", "code": "lab", "order": 2},
    )
    assert (lab["orgId"], lab["order"], lab["path"]) == (sown.org_id, 2, [sown.root_id, lab["id"]])
    member = await v2.rest(
        "POST", f"/api/v2/orgs/nodes/{lab['id']}/members", json={"userIds": [sown.user_id]}
    )
    assert member["id"] == lab["id"]
    found = await v2.rest("GET", "/api/v2/orgs/nodes/search", params={"q": "Lab"})
    assert [node["id"] for node in found] == [lab["id"]]
    departments = await v2.rest("GET", f"/api/v2/users/{sown.user_id}/departments")
    assert [one["department"]["code"] for one in departments["list"]] == ["lab"]
    for query in ({"limit": -1}, {"page": 1, "limit": 10, "sortBy": "CREATEDAT_DESC"}):
        orgs = await v2.rest("GET", "/api/v2/orgs/pagination", params=query)
        assert orgs["totalCount"] == 1
        assert [node["code"] for node in orgs["list"][0]["nodes"]] == ["acme", "lab"]


async def test_values_of_fields_are_set_as_they_are(v2: V2Client, stranger: V2Client, sown: Sown) -> None:
    body = {"targetType": "USER", "targetId": sown.user_id, "data": {"school": "MIT", "age": 7}}
    for values in (
        await v2.rest("POST", "/api/v2/udvs", json=body),
        await v2.rest("GET", "/api/v2/udfs/values", params={"targetType": "USER", "targetId": sown.user_id}),
    ):
        assert {one["key"]: (one["value"], one["dataType"]) for one in values} == {
            "school": ("MIT", "STRING"),
            "age": ("7", "NUMBER"),
        }
    bob = await logged_in(stranger)
    own = body | {"data": {"school": "ETH"}}
    assert (await bob.rest("POST", "/api/v2/udvs", json=own))[-1]["value"] in ("ETH", "7")
    assert await refused(bob.rest("POST", "/api/v2/udvs", json=own | {"targetId": "f" * 24})) == 1001


# -- permissions -----------------------------------------------------------------------------------------


async def test_resources_are_asked_about_by_the_older_questions(
    v2: V2Client, stranger: V2Client, sown: Sown
) -> None:
    await v2.rest(
        "POST",
        "/api/v2/resources",
        json={"code": "books", "type": "DATA", "actions": [{"name": "books:edit"}]},
    )
    grant = (
        "mutation ($userId: String!, $resource: String!, $action: String!) "
        "{ allow(userId: $userId, resource: $resource, action: $action) { code } }"
    )
    await v2.one(grant, userId=sown.user_id, resource="books:1", action="books:edit")
    asked = {"userId": sown.user_id, "namespace": "default"}
    found = await v2.rest(
        "POST",
        "/api/v2/acl/check-resource-permission-batch",
        json=asked | {"resources": ["books:1", "books:2", "x"]},
    )
    assert found == [{"code": "books:1", "actions": ["books:edit"]}]
    found = await v2.rest(
        "POST", "/api/v2/acl/get-authorized-resources-of-resource-kind", json=asked | {"resource": "books"}
    )
    assert found == [{"code": "books:1", "actions": ["books:edit"]}]
    target = {"targetType": "USER", "targetIdentifier": sown.user_id, "namespace": "default"}
    by_target = await v2.rest("POST", "/api/v2/acl/list-authorized-resources", json=target)
    bob = await logged_in(stranger)
    own = await bob.rest(
        "GET",
        "/api/v2/acl/users/me/authorized-resources",
        params={"namespace": "default", "tenant_id": "", "resource_type": "DATA"},
    )
    assert [page["list"][0]["code"] for page in (by_target, own)] == ["books:1", "books:1"]
    assert (await v2.rest("GET", "/api/v2/resources/by-code/books"))["code"] == "books"
    assert await v2.rest("GET", "/api/v2/resources/by-code/none") is None
    assert (await v2.rest("GET", "/api/v2/resources", params={"limit": -1, "page": 1}))["totalCount"] == 1


async def test_a_namespace_is_changed_and_deleted_by_its_number(v2: V2Client, pool: PoolForTests) -> None:
    path = f"/api/v2/resource-namespace/{pool.id}"
    made = await v2.rest("POST", path, json={"code": "shop", "name": "Shop"})
    changed = await v2.rest("PUT", f"{path}/{made['id']}", json={"description": "x"})
    assert (changed["code"], changed["description"]) == ("shop", "x")
    assert await v2.rest("DELETE", f"{path}/{made['id']}") is True
    for gone in (made["id"], "99999", "x", "9" * 30):
        assert await refused(v2.rest("DELETE", f"{path}/{gone}")) == 404


# -- the neighbour ---------------------------------------------------------------------------------------


async def test_another_pool_is_invisible_to_each(
    v2: V2Client, v2_of: ClientOf, other_pool: PoolForTests, pool: PoolForTests, sown: Sown
) -> None:
    other = await v2_of(other_pool)
    user, org, root = sown.user_id, sown.org_id, sown.root_id
    made = await v2.rest("POST", f"/api/v2/resource-namespace/{pool.id}", json={"code": "shop"})
    for method, path, body in [
        ("POST", f"/api/v2/users/{user}", {"nickname": "x"}),
        ("GET", f"/api/v2/users/{user}/roles", None),
        ("GET", f"/api/v2/users/{user}/has-role?code=boss", None),
        ("GET", f"/api/v2/users/{user}/departments", None),
        ("POST", f"/api/v2/users/{user}/roles", {"list": ["boss"]}),
        ("POST", "/api/v2/udvs", {"targetType": "USER", "targetId": user, "data": {"school": "x"}}),
        ("POST", f"/api/v2/orgs/{org}/nodes", {"name": "x", "parentNodeId": root}),
        ("POST", f"/api/v2/orgs/nodes/{root}/members", {"userIds": [user]}),
        ("DELETE", f"/api/v2/resource-namespace/{other_pool.id}/{made['id']}", None),
        ("PUT", f"/api/v2/resource-namespace/{pool.id}/{made['id']}", {"name": "x"}),
    ]:
        assert await refused(other.rest(method, path, json=body)) in (404, 2004, 2224), path
    assert await other.rest("GET", f"/api/v2/udfs/values?targetType=USER&targetId={user}") == []
    assert (await other.rest("GET", "/api/v2/roles"))["totalCount"] == 0
    assert (await other.rest("GET", "/api/v2/orgs/pagination"))["totalCount"] == 0
    assert await other.rest("GET", "/api/v2/orgs/nodes/search?q=Acme") == []
    assert await other.rest("GET", "/api/v2/users/is-user-exists?username=bob") is False
    asked = {"userId": user, "resources": ["books"], "namespace": "default"}
    assert await other.rest("POST", "/api/v2/acl/check-resource-permission-batch", json=asked) == []


@pytest.mark.parametrize(("password", "code"), [("long enough", None), ("short", 2029)])
async def test_a_sealed_password_in_the_query_is_held_to_the_policy(
    services: Services, stranger: V2Client, password: str, code: int | None
) -> None:
    sealed = seal(services.transport.rsa_public_key, password)
    asked = stranger.rest("GET", f"/api/v2/users/password/check?password={sealed}")
    if code is None:
        assert (await asked)["valid"] is True
    else:
        assert await refused(asked) == code


async def test_a_sealed_password_in_the_query_that_will_not_do_is_refused_in_one_way(
    services: Services, pool: PoolForTests, stranger: V2Client
) -> None:
    """What was caught on its way to another door tells here neither which rule it breaks nor that it decrypts."""
    public = services.transport.rsa_public_key
    await services.pools.update(pool.administrator, {}, {"password_strength": {"level": "high"}})
    said = set()
    for sealed in (seal(public, "abc"), seal(public, "only letters"), OF_OUR_FORM["rsa-2048"]):
        with pytest.raises(Refusal) as refusal:
            await stranger.rest("GET", f"/api/v2/users/password/check?password={sealed}")
        said.add(str(refusal.value))
    assert len(said) == 1, said


async def test_a_password_in_the_query_sealed_with_another_key_is_refused(stranger: V2Client) -> None:
    asked = stranger.rest("GET", f"/api/v2/users/password/check?password={FOREIGN['rsa-1024']}")
    assert await refused(asked) == 2016


async def test_what_is_not_built_says_so(v2: V2Client, sown: Sown) -> None:
    for method, path in [
        ("POST", "/api/v2/qrcode/gene"),
        ("GET", f"/api/v2/users/{sown.user_id}/management/principal_authentication"),
    ]:
        assert await refused(v2.rest(method, path, json={})) == 501
