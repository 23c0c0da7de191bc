"""What ends credentials: the rows of docs/security/endings.md."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.wire.credentials import PASSWORD, Person, World
from tests.wire.v2.conftest import V2Client

from poolhouse.sessions.server_keys import ALGORITHMS

Ending = Callable[[World, list[Person]], Awaitable[None]]
ENDINGS: dict[str, Ending] = {}


def ending(name: str) -> Any:
    def add(act: Ending) -> Ending:
        ENDINGS[name] = act
        return act

    return add


def of_each(name: str) -> Any:
    """An ending of one person, done to every one of them."""

    def add(act: Callable[[World, Person], Awaitable[None]]) -> Any:
        async def every(world: World, people: list[Person]) -> None:
            for person in people:
                await act(world, person)

        ENDINGS[name] = every
        return act

    return add


@ending("nothing")
async def nothing(world: World, people: list[Person]) -> None:
    """Every credential is good: whatever dies below died of its ending."""


@ending("the pool's secret is renewed")
async def pool_secret(world: World, people: list[Person]) -> None:
    await world.administrator.one("RefreshUserpoolSecret")


@ending("the application's secret is renewed")
async def app_secret(world: World, people: list[Person]) -> None:
    await world.administrator.rest("PATCH", f"/api/v2/application/{world.app.id}/refresh-secret")


@ending("the application is deleted")
async def app_deleted(world: World, people: list[Person]) -> None:
    await world.as_administrator("delete-application", appId=world.app.id)


@ending("the application is disabled")
async def app_disabled(world: World, people: list[Person]) -> None:
    await world.services.apps.update(world.pool.administrator, world.app.id, {}, {"enabled": False})


@ending("the application is disabled and enabled again")
async def app_enabled_again(world: World, people: list[Person]) -> None:
    await app_disabled(world, people)
    await world.services.apps.update(world.pool.administrator, world.app.id, {}, {"enabled": True})


@ending("the access key is disabled")
async def key_disabled(world: World, people: list[Person]) -> None:
    for key in (world.key, world.limited_key):
        await world.as_administrator("update-access-key", accessKeyId=key.id, enable=False)


@ending("the access key is deleted")
async def key_deleted(world: World, people: list[Person]) -> None:
    for key in (world.key, world.limited_key):
        await world.as_administrator("delete-access-key", accessKeyId=key.id)


@ending("new keys sign the pool's tokens")
async def keys_rotated(world: World, people: list[Person]) -> None:
    await world.services.sessions.keys.rotate_management(world.pool.id)
    for algorithm in ALGORITHMS:
        await world.services.sessions.keys.rotate_server(algorithm, timedelta(0))


@ending("the pool's tokenExpiresAfter is shortened")
async def shorter_lives(world: World, people: list[Person]) -> None:
    await world.services.pools.update(world.pool.administrator, {}, {"token_expires_after": 60})


async def _update(world: World, person: Person, **values: Any) -> None:
    await world.administrator.one("UpdateUser", id=person.user.id, input=values)


@of_each("the user is blocked")
async def blocked(world: World, person: Person) -> None:
    await _update(world, person, blocked=True)


@of_each("the user is blocked and let in again")
async def unblocked(world: World, person: Person) -> None:
    await _update(world, person, blocked=True)
    await _update(world, person, blocked=False)


@of_each("the user is suspended")
async def suspended(world: World, person: Person) -> None:
    await world.as_administrator("update-user", userId=person.user.id, status="Suspended")


@of_each("the user is suspended and let in again")
async def activated(world: World, person: Person) -> None:
    await suspended(world, person)
    await world.as_administrator("update-user", userId=person.user.id, status="Activated")


@of_each("the user resigns")
async def resigned(world: World, person: Person) -> None:
    await world.as_administrator("resign-user", userId=person.user.id)


@of_each("the user is deleted")
async def deleted(world: World, person: Person) -> None:
    await world.as_administrator("delete-users-batch", userIds=[person.user.id])


@ending("the user is kicked")
async def kicked(world: World, people: list[Person]) -> None:
    ids = [person.user.id for person in people]
    await world.administrator.rest("POST", "/api/v2/users/kick", json={"userIds": ids})


@of_each("the user is kicked out of the application")
async def kicked_out(world: World, person: Person) -> None:
    await world.as_administrator("kick-users", userId=person.user.id, appIds=[world.app.id])


@of_each("an administrator logs the user out")
async def logged_out_by_administrator(world: World, person: Person) -> None:
    await world.administrator.rest("GET", "/api/v2/logout", params={"userId": person.user.id})


@of_each("the user logs out everywhere")
async def logged_out(world: World, person: Person) -> None:
    client = V2Client(world.http, {"authorization": f"Bearer {await _another_login(world, person)}"})
    await client.rest("GET", "/api/v2/logout")


@of_each("the user logs out of this session")
async def logged_out_here(world: World, person: Person) -> None:
    if person.token:
        client = V2Client(world.http, {"authorization": f"Bearer {person.token}"})
        await client.rest("GET", "/api/v2/logout", params={"deviceId": "current"})


@of_each("the user logs out of this session over OpenID Connect")
async def rp_initiated_logout(world: World, person: Person) -> None:
    if person.token:
        await world.http.get("/oidc/session/end", params={"id_token_hint": person.token})


@of_each("tokenExpiredAt is set to the past")
async def token_expired_at(world: World, person: Person) -> None:
    await _update(world, person, tokenExpiredAt="2020-01-01T00:00:00Z")


@of_each("an administrator sets a new password")
async def password_by_administrator(world: World, person: Person) -> None:
    await _update(world, person, password="secret 2")


@of_each("an administrator sets a new password (v3)")
async def password_by_administrator_over_v3(world: World, person: Person) -> None:
    await world.as_administrator("update-user", userId=person.user.id, password="secret 2")


@of_each("the user sets a new password in another session")
async def own_password(world: World, person: Person) -> None:
    await _set_own_password(world, await _another_login(world, person))


@of_each("the user sets a new password in this session")
async def own_password_here(world: World, person: Person) -> None:
    await _set_own_password(world, person.token or await _another_login(world, person))


@of_each("the password is reset by a code")
async def reset_by_code(world: World, person: Person) -> None:
    await world.services.db.execute("delete from verification_codes where pool_id = $1", world.pool.id)
    client = V2Client(world.http, {"x-authing-app-id": world.app.id})
    await client.one("SendEmail", email=person.email, scene="RESET_PASSWORD")
    code = await person.mailed_code()
    await client.one("ResetPassword", email=person.email, code=code, newPassword="secret 2")


@of_each("the session runs out")
async def session_expired(world: World, person: Person) -> None:
    await world.services.db.execute(
        "update sessions set expires_at = now() - interval '1 second' where pool_id = $1 and user_id = $2",
        world.pool.id,
        person.user.id,
    )


async def _another_login(world: World, person: Person) -> str:
    caller = replace(world.pool.administrator, app_id=world.app.id)
    return (await world.services.login.refresh(caller, person.user.id)).token


async def _set_own_password(world: World, token: str) -> None:
    client = V2Client(world.http, {"authorization": f"Bearer {token}"})
    await client.one("UpdatePassword", newPassword="secret 2", oldPassword=PASSWORD)
