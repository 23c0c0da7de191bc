"""What a call costs the database, once caches are warm: who asks is to be known for nothing, or for one look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from tests.conftest import PoolForTests
from tests.wire.credentials import PASSWORD, World
from tests.wire.doors import AUTHING_TOKEN, REDIRECT
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import signed_headers

from poolhouse.app import asgi
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import Database
from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.permissions.model import DataResourceDraft, DraftStatement, Kind
from poolhouse.resources.model import Effect, TargetType
from poolhouse.services import Services, build
from poolhouse.wire.oidc.browser import SESSION_COOKIE

Call = Callable[[], Awaitable[Any]]


@dataclass
class Counted:
    """`sent`: every statement of this world's own connections."""

    world: World
    sent: list[str]

    async def by(self, call: Call) -> list[str]:
        """Those of one call, what it leaves to the background among them."""
        await self._settled()
        self.sent.clear()
        await call()
        await self._settled()
        return list(self.sent)

    async def _settled(self) -> None:
        await self.world.services.login.drain()
        await asyncio.sleep(0)  # the driver logs in the next turn of the loop


@pytest.fixture(scope="module")
async def counted(services: Services, database_url: str) -> AsyncIterator[Counted]:
    sent: list[str] = []

    async def logged(*args: Any, **kwargs: Any) -> Any:
        connection = await connect(*args, **kwargs)
        connection.add_query_logger(lambda query: sent.append(query.query))
        return connection

    connect = asyncpg.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncpg, "connect", logged)
        db = await Database.open(database_url)
        hasher = PasswordHasher(memory_kib=64, passes=1)
        services = await build(services.settings, db, hasher)
        pool = PoolForTests((await services.pools.create("counted")).id)
        app = await services.apps.create(pool.administrator, "shop", redirect_uris=(REDIRECT,))
        key = await services.access_keys.create(pool.administrator)
        own = await services.management_tokens.of_pool(pool.id)
        transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
            client = V2Client(http, {"authorization": f"Bearer {own.token}"})
            yield Counted(World(services, http, pool, app, key, key, client), sent)
        await services.login.drain()
        hasher.close()
        await db.close()


async def v3_by_token(world: World) -> Call:
    given = {"accessKeyId": world.key.id, "accessKeySecret": world.key.secret}
    token = (await world.v3("get-management-token", given))["data"]["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    return lambda: world.http.post("/api/v3/list-users", json={}, headers=headers)


async def v3_by_signature(world: World) -> Call:
    path = "/api/v3/list-access-key"
    return lambda: world.http.get(path, headers=signed_headers(world.key.id, world.key.secret, "GET", path))


async def v3_by_v2_token(world: World) -> Call:
    headers = world.administrator.headers
    return lambda: world.http.post("/api/v3/list-users", json={}, headers=headers)


async def v3_update(world: World) -> Call:
    person = await world.person()
    body = {"userId": person.user.id, "nickname": "Ann"}
    headers = world.administrator.headers
    return lambda: world.http.post("/api/v3/update-user", json=body, headers=headers)


async def v3_profile(world: World) -> Call:
    headers = {"authorization": f"Bearer {await (await world.person()).log_in()}"}
    return lambda: world.http.get("/api/v3/get-profile", headers=headers)


async def v3_permission(world: World) -> Call:
    """However many groups, policies and resources there are."""
    admin, services = world.pool.administrator, world.services
    person = await world.person()
    codes = [f"r{new_id()}" for _ in range(20)]
    for code in codes:
        draft = DataResourceDraft(code, code, Kind.STRING, "x", ("read",))
        await services.data_resources.create(admin, "default", draft)
        await services.groups.create(admin, GroupDraft(code, code))
        await services.groups.add_members(admin, code, [person.user.id])
        said = DraftStatement(Effect.ALLOW, (f"default/{code}/read",))
        policy = await services.data_policies.create(admin, code, [said])
        await services.data_policies.authorize(admin, [policy.id], [(TargetType.GROUP, code)])
    body = {"userId": person.user.id, "namespaceCode": "default", "action": "read", "resources": codes}
    headers = world.administrator.headers
    return lambda: world.http.post("/api/v3/check-permission", json=body, headers=headers)


async def v2_list(world: World) -> Call:
    return lambda: world.administrator.send("{ users(page: 1, limit: 1) { list { id } } }", {})


async def v2_profile(world: World) -> Call:
    client = V2Client(world.http, {"authorization": f"Bearer {await (await world.person()).log_in()}"})
    return lambda: client.send("{ user { id } }", {})


async def v2_login(world: World) -> Call:
    person = await world.person()
    client = V2Client(world.http, {"x-authing-userpool-id": world.pool.id})
    given = {"username": person.user.username, "password": PASSWORD}
    return lambda: client.one("LoginByUsername", input=given)


async def v2_login_at_an_application(world: World) -> Call:
    return (await world.person()).log_in


async def v2_status(world: World) -> Call:
    token = await (await world.person()).log_in()
    return lambda: world.administrator.one("CheckLoginStatus", token=token)


async def hosted_page(world: World) -> Call:
    cookie = {"cookie": f"{SESSION_COOKIE}={await (await world.person()).cookie()}"}
    asked = {"client_id": world.app.id, "redirect_uri": REDIRECT, "scope": "openid", "response_type": "code"}
    return lambda: world.http.get("/oidc/auth", params=asked, headers=cookie)


async def exchange(world: World) -> Call:
    token = await (await world.person()).log_in()
    return lambda: world.oidc("token", grant_type=AUTHING_TOKEN, token=token)


MOST: dict[Callable[[World], Awaitable[Call]], int] = {
    v3_by_token: 1,
    v3_by_signature: 3,
    v3_by_v2_token: 1,
    v3_update: 5,  # the user as they were, for the log, is one
    v3_profile: 2,
    v3_permission: 8,
    v2_list: 1,
    v2_profile: 2,
    v2_login: 6,
    v2_login_at_an_application: 6,
    v2_status: 1,
    hosted_page: 7,
    exchange: 5,
}


@pytest.mark.parametrize("prepare", MOST)
async def test_a_call_takes_no_more_statements(
    prepare: Callable[[World], Awaitable[Call]], counted: Counted
) -> None:
    call = await prepare(counted.world)
    await call()
    taken = min(
        [await counted.by(call) for _ in range(5)], key=len
    )  # on a busy machine a cache runs out between
    assert len(taken) <= MOST[prepare], taken


async def test_who_is_unknown_costs_the_statements_of_a_wrong_password(counted: Counted) -> None:
    """A look more, or one less, tells by the clock who exists."""
    person = await counted.world.person()
    client = V2Client(counted.world.http, {"x-authing-userpool-id": counted.world.pool.id})

    def refused(username: str) -> Call:
        body = {"query": client.documents["LoginByUsername"]}
        body["variables"] = {"input": {"username": username, "password": "Wrong-password-1"}}  # type: ignore[assignment]
        return lambda: client.http.post("/graphql/v2", json=body, headers=client.headers)

    async def taken(username: str) -> int:
        await refused(username)()
        return min([len(await counted.by(refused(username))) for _ in range(3)])

    assert await taken(f"nobody-{new_id()}") == await taken(str(person.user.username))
