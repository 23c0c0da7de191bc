"""No operation of the v2 wire lets an end user change, or see, what is another user's or the pool's own.

Bob is nobody in particular. Every operation is called with his token and the ids and codes of his own pool,
one of everything and each holding a mark; afterwards no row of the pool has changed but those that tell of
bob and of the refusals, and no answer held the mark or a secret.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.calls import Call, Root, calls, roots, send, well_shaped
from tests.wire.v2.conftest import V2Client
from tests.wire.v2.fingerprints import fingerprints
from tests.wire.v2.test_isolation import MARK, call_with_everything, make_things

from poolhouse.db.database import Database
from poolhouse.login.model import SignIn
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey

PASSWORD = "correct horse battery"

OF_ANYBODY = (
    "attempts",
    "captchas",
    "audit",
    "oidc",
    "sessions",
    "tickets",
    "verification",
    "outbox",
    "mail",
)
"""Tables a request by anybody may write: counters, codes, what is told of it."""

Things = dict[str, Any]


@pytest.fixture(scope="module")
async def home(services: Services) -> PoolForTests:
    return PoolForTests((await services.pools.create("home")).id)


@pytest.fixture(scope="module")
async def things(home: PoolForTests, v2_http: httpx.AsyncClient, services: Services) -> Things:
    issued = await services.management_tokens.of_pool(home.id)
    administrator = V2Client(v2_http, {"authorization": f"Bearer {issued.token}"})
    made = await make_things(home, administrator, services)
    return made | {"poolSecret": (await services.pools.get(home.id)).secret}


@pytest.fixture
async def bob(home: PoolForTests, things: Things, v2_http: httpx.AsyncClient, services: Services) -> V2Client:
    """Logged in anew each time: an operation may log him out, or change his name."""
    key = UserKey("username", "bob")
    found = await services.users.find(home.administrator, key)
    if found is None:
        await services.users.create(home.administrator, UserDraft({"username": "bob"}, password=PASSWORD))
    logged_in = await services.login.with_password(home.stranger, key, PASSWORD, SignIn())
    assert logged_in.token
    return V2Client(v2_http, {"authorization": f"Bearer {logged_in.token.token}"})


async def rows_of_others(database: Database, pool_id: str, bob_id: str) -> dict[str, str]:
    return await fingerprints(database, pool_id, skipped=OF_ANYBODY, without=bob_id)


def tells_nothing(answer: httpx.Response, things: Things, *, but_names: bool = False) -> bool:
    secrets = (things["secret"], things["poolSecret"])
    return not any(word in answer.text for word in (secrets if but_names else (MARK, *secrets)))


NOT_OURS = {"accessToken"}
"""A pool's secret is its credential: whoever holds it is no end user."""


@pytest.mark.parametrize("root", [one for one in roots() if one.name not in NOT_OURS], ids=str)
async def test_no_operation_serves_an_end_user_somebody_elses(
    root: Root, bob: V2Client, home: PoolForTests, things: Things, services: Services, database: Database
) -> None:
    own = await services.users.find(home.administrator, UserKey("username", "bob"))
    assert own
    before = await rows_of_others(database, home.id, own.id)
    for answer in await call_with_everything(bob, root, things):
        assert well_shaped(answer), answer.text
        assert tells_nothing(answer, things), answer.text
    assert await rows_of_others(database, home.id, own.id) == before


TELL_NAMES = {"/api/v2/users/me/applications/allowed", "/api/v2/applications/{appId}/public-config"}
"""The names of applications bob may enter are his to know, and that of one whose login is shown is everybody's."""


@pytest.mark.parametrize("call", calls(), ids=str)
async def test_no_route_serves_an_end_user_somebody_elses(
    call: Call, bob: V2Client, home: PoolForTests, things: Things, services: Services, database: Database
) -> None:
    own = await services.users.find(home.administrator, UserKey("username", "bob"))
    assert own
    before = await rows_of_others(database, home.id, own.id)
    user, app = things["user"], things["app"]
    option = {
        "targetType": "USER",
        "targetIdentifier": user,
        "targetIdentifiers": [user],
        "actions": ["read"],
    }
    body = {
        **{"userId": user, "userIds": [user], "ids": [user], "appId": app, "id": app, "userPoolId": home.id},
        **{"code": "books", "resource": "books", "namespace": "default", "role": "role-theirs"},
        **{"targetType": "USER", "targetIdentifier": user, "targetIdentifiers": [user], "action": "x"},
        **{"opts": [option], "targets": [option], "org_id": things["org"], "policy_code": "policy-theirs"},
        **{"target_type": "USER", "name": "x", "type": "DATA", "actions": [{"name": "x"}], "key": "A"},
        **{"value": "x", "domain": "x", "list": ["x@y.com"]},
    }
    for value in (user, app, home.id, "books", things["org"]):
        for more in ({}, {"type": "id", "code": "role-theirs"}):
            answer = await send(bob, call, value, body | more)
            assert well_shaped(answer), answer.text
            assert tells_nothing(answer, things, but_names=call.path in TELL_NAMES), answer.text
    assert await rows_of_others(database, home.id, own.id) == before
