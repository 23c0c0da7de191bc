"""No operation of the v2 wire lets one pool change or see what is another's.

The neighbour has one of everything, each holding a mark. Every operation is called with the credentials of
`pool` and the neighbour's ids and codes; afterwards no row of the neighbour's has changed, and no answer held
the mark.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.calls import Call, Root, calls, document, fill, plain, roots, send, well_shaped
from tests.wire.v2.conftest import V2Client
from tests.wire.v2.fingerprints import fingerprints

from poolhouse.apps.model import App
from poolhouse.db.database import Database
from poolhouse.services import Services

MARK = "SECRET-OF-THE-NEIGHBOUR"

Things = dict[str, Any]


@pytest.fixture(scope="module")
async def neighbour(services: Services) -> PoolForTests:
    """One for all tests here: none of them may change anything in it."""
    return PoolForTests((await services.pools.create("theirs")).id)


@pytest.fixture(scope="module")
async def theirs(neighbour: PoolForTests, v2_http: httpx.AsyncClient, services: Services) -> V2Client:
    issued = await services.management_tokens.of_pool(neighbour.id)
    return V2Client(v2_http, {"authorization": f"Bearer {issued.token}"})


@pytest.fixture(scope="module")
async def things(neighbour: PoolForTests, theirs: V2Client, services: Services) -> Things:
    return await make_things(neighbour, theirs, services)


async def make_things(neighbour: PoolForTests, theirs: V2Client, services: Services) -> Things:
    """One of everything of the neighbour: argument names to its ids and codes."""
    app: App = await services.apps.create(neighbour.administrator, MARK)
    info = {"username": "theirs", "email": "theirs@x.com", "phone": "13900000000", "externalId": "ext-theirs"}
    identity = {"provider": "wechat", "userIdInIdp": "idp-theirs"}
    user = await theirs.one("CreateUser", userInfo={**info, "nickname": MARK}, identity=identity)
    await theirs.one("CreateGroup", code="group-theirs", name=MARK, description=MARK)
    await theirs.one("AddUserToGroup", code="group-theirs", userIds=[user["id"]])
    await theirs.one("CreateRole", code="role-theirs", description=MARK)
    await theirs.one("AssignRole", roleCodes=["role-theirs"], userIds=[user["id"]])
    await theirs.one("SetUdf", targetType="USER", key="field-theirs", dataType="STRING", label=MARK)
    value = {"key": "field-theirs", "value": f'"{MARK}"'}
    await theirs.one("SetUdvBatch", targetType="USER", targetId=user["id"], udvList=[value])
    org = await theirs.one("CreateOrg", name=MARK, code="org-theirs", description=MARK)
    node = await theirs.one(
        "AddNodeV2", orgId=org["id"], parentNodeId=org["rootNode"]["id"], name=MARK, code="node-theirs"
    )
    await theirs.one("AddMember", nodeId=node["id"], userIds=[user["id"]])
    statement = {"resource": "books:*", "actions": ["books:read"], "effect": "ALLOW"}
    await theirs.one("CreatePolicy", code="policy-theirs", description=MARK, statements=[statement])
    await theirs.one(
        "AddPolicyAssignments",
        policies=["policy-theirs"],
        targetType="USER",
        targetIdentifiers=[user["id"]],
    )
    resource = {
        "code": "books",
        "type": "DATA",
        "description": MARK,
        "actions": [{"name": "books:read", "description": MARK}],
        "namespace": "default",
    }
    await theirs.rest("POST", "/api/v2/resources", json=resource)
    return {
        "pool": neighbour.id,
        "user": user["id"],
        "app": app.id,
        "secret": app.secret,
        "group": "group-theirs",
        "role": "role-theirs",
        "field": "field-theirs",
        "org": org["id"],
        "node": node["id"],
        "root": org["rootNode"]["id"],
        "policy": "policy-theirs",
        "resource": "books",
        **info,
    }


def guesses(name: str, things: Things) -> list[str]:
    """What of the neighbour's an argument of this name may mean."""
    words = {
        "id": ("user", "org", "node", "app"),
        "ids": ("user",),
        "userId": ("user",),
        "userIds": ("user",),
        "targetId": ("user", "node"),
        "targetIds": ("user", "node"),
        "targetIdentifier": ("user", "role", "group", "node"),
        "targetIdentifiers": ("user", "role", "group", "node"),
        "code": ("group", "role", "policy", "resource"),
        "codeList": ("group", "role", "policy"),
        "policies": ("policy",),
        "policy": ("policy",),
        "roleCode": ("role",),
        "roleCodes": ("role",),
        "groupCodes": ("group",),
        "orgId": ("org",),
        "nodeId": ("node", "root"),
        "departmentId": ("node",),
        "appId": ("app",),
        "userPoolId": ("pool",),
        "key": ("field",),
        "resource": ("resource",),
        "parentNodeId": ("root",),
        "targetParentId": ("root",),
        "sourceNodeId": ("node",),
        "targetNodeId": ("root",),
        "secret": ("secret",),
        "userIdInIdp": (),
        "query": ("username",),
        "keyword": ("username",),
    }
    keys = words.get(name, (name,) if name in ("username", "email", "phone", "externalId") else ())
    return [things[key] for key in keys]


async def call_with_everything(client: V2Client, root: Root, things: Things) -> list[httpx.Response]:
    """The root once for every rank of guesses: the first of each argument, the second of each, ..."""
    answers = []
    for rank in range(4):

        def choose(name: str, kind: str, rank: int = rank) -> Any:
            if kind == "String" and (found := guesses(name, things)):
                return found[min(rank, len(found) - 1)]
            return plain(name, kind)

        values = {name: fill(argument.type, name, choose) for name, argument in root.field.args.items()}
        answers.append(await client.send(document(root), values))
        for kind in ("ROLE", "GROUP", "ORG"):
            if "targetType" in values and rank == ("ROLE", "GROUP", "ORG").index(kind) + 1:
                answers.append(await client.send(document(root), values | {"targetType": kind}))
    return answers


NOT_OURS_TO_REACH = {"accessToken"}
"""The secret of a pool is its credential: whoever holds it is no stranger to the pool."""


@pytest.mark.parametrize("root", [one for one in roots() if one.name not in NOT_OURS_TO_REACH], ids=str)
async def test_no_operation_reaches_into_another_pool(
    root: Root, v2: V2Client, neighbour: PoolForTests, things: Things, database: Database
) -> None:
    before = await fingerprints(database, neighbour.id)
    for headers in ({}, {"x-authing-userpool-id": neighbour.id, "x-authing-app-id": things["app"]}):
        client = V2Client(v2.http, v2.headers | headers)
        for answer in await call_with_everything(client, root, things):
            assert well_shaped(answer), answer.text
            assert MARK not in answer.text
    assert await fingerprints(database, neighbour.id) == before


@pytest.mark.parametrize("call", calls(), ids=str)
async def test_no_route_reaches_into_another_pool(
    call: Call, v2: V2Client, neighbour: PoolForTests, things: Things, database: Database
) -> None:
    before = await fingerprints(database, neighbour.id)
    user, app = things["user"], things["app"]
    option = {
        "targetType": "USER",
        "targetIdentifier": user,
        "targetIdentifiers": [user],
        "actions": ["read"],
    }
    granted = {"code": "books", "actions": ["books:read"], "resourceType": "DATA"}
    body = {
        **{
            "userId": user,
            "userIds": [user],
            "ids": [user],
            "appId": app,
            "id": app,
            "userPoolId": neighbour.id,
        },
        **{"code": "books", "resource": "books", "namespace": "default", "role": "role-theirs"},
        **{
            "targetType": "USER",
            "targetIdentifier": user,
            "targetIdentifiers": [user],
            "action": "books:read",
        },
        **{"opts": [option | {"resources": [granted]}], "targets": [option], "org_id": things["org"]},
        **{"email": "theirs@x.com", "username": "theirs", "policy_code": "policy-theirs"},
        **{"target_type": "USER", "name": "x", "type": "DATA", "actions": [{"name": "x"}]},
    }
    for value in (user, app, neighbour.id, "books", things["org"]):
        for more in ({}, {"type": "id", "code": "role-theirs"}):
            answer = await send(v2, call, value, body | more)
            assert well_shaped(answer), answer.text
            assert MARK not in answer.text
    assert await fingerprints(database, neighbour.id) == before


async def test_the_neighbours_things_are_there_for_the_neighbour(theirs: V2Client, things: Things) -> None:
    """Or the tests above would prove nothing."""
    seen = [
        await theirs.send(document(root), dict(values))
        for root, values in (
            (Root("query", "user"), {"id": things["user"]}),
            (Root("query", "group"), {"code": things["group"]}),
            (Root("query", "role"), {"code": things["role"]}),
            (Root("query", "policy"), {"code": things["policy"]}),
            (Root("query", "nodeById"), {"id": things["node"]}),
            (Root("query", "org"), {"id": things["org"]}),
            (Root("query", "udf"), {"targetType": "USER"}),
            (Root("query", "udv"), {"targetType": "USER", "targetId": things["user"]}),
        )
    ]
    assert all(MARK in answer.text for answer in seen)
