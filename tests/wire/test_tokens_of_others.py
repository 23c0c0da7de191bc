"""Tokens an application or a key signs itself, or brings from elsewhere: they open what they may and crash nothing."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import OctKey
from tests.wire.credentials import World
from tests.wire.doors import AUTHING_TOKEN, REDIRECT

from poolhouse.sessions import tokens

NO_MOMENTS = (
    "1e30",
    "-1e18",
    "1" + "0" * 30,
    "-1",
    '"1"',
    "null",
    "true",
    "[]",
    "{}",
    "1e400",
    "253402300800",
)


def signed_by(secret: str | bytes, kid: str | None, payload: bytes) -> str:
    header = {"alg": "HS256", "typ": "JWT"} | ({"kid": kid} if kid else {})
    return jws.serialize_compact(header, payload, OctKey.import_key(secret), ["HS256"])


async def as_its_application(world: World, **changed: str) -> str:
    """A login token signed anew by the application, some claims being the JSON text of `changed`."""
    person = await world.person()
    token = await person.log_in()
    claims = dict((await world.services.sessions.read(token)).raw) | {
        name: msgspec.Raw(value.encode()) for name, value in changed.items()
    }
    kid = (await world.services.sessions.keys.find(tokens.hint(token))).kid
    return signed_by(world.app.secret, kid, msgspec.json.encode(claims))


async def statuses(world: World, token: str) -> set[int]:
    """What every door answers that reads such a token."""
    headers = {"authorization": f"Bearer {token}"}
    answers = [
        await world.http.post("/graphql/v2", json={"query": "{ user { id } }"}, headers=headers),
        await world.http.get("/api/v2/users/me/security-level", headers=headers),
        await world.http.get("/api/v2/oidc/validate_token", params={"id_token": token}),
        await world.http.get("/api/v3/get-profile", headers=headers),
        await world.http.post("/api/v3/list-users", json={}, headers=headers),
        await world.http.get("/oidc/me", headers=headers),
        await world.http.get("/oidc/session/end", params={"id_token_hint": token}),
        await world.oidc("token", grant_type=AUTHING_TOKEN, token=token),
        await world.oidc("token/introspection", token=token),
    ]
    return {answer.status_code for answer in answers}


@pytest.mark.parametrize("claim", ["exp", "iat"])
@pytest.mark.parametrize("value", NO_MOMENTS)
async def test_a_time_that_is_no_moment_makes_a_bad_token_and_no_fault(
    world: World, claim: str, value: str
) -> None:
    token = await as_its_application(world, **{claim: value})
    assert await statuses(world, token) <= {200, 400, 401, 403}
    validated = await world.http.get("/api/v2/oidc/validate_token", params={"id_token": token})
    assert validated.json() == {"code": 400, "message": "token 不合法"}


@pytest.mark.parametrize("value", NO_MOMENTS)
async def test_an_access_key_signs_no_time_that_is_no_moment(world: World, value: str) -> None:
    claims: dict[str, Any] = {"sub": world.key.id, "scoped_userpool_id": world.pool.id}
    payload = msgspec.json.encode(claims | {"exp": msgspec.Raw(value.encode())})
    key = hashlib.sha256(b"poolhouse management token" + world.key.secret.encode()).digest()
    answer = await world.v3("list-users", {}, signed_by(key, None, payload))
    assert answer["statusCode"] == 401


async def test_a_login_token_of_another_application_is_not_exchanged(world: World) -> None:
    person = await world.person()
    token = await person.log_in()
    other = await world.services.apps.create(world.pool.administrator, "other", redirect_uris=(REDIRECT,))
    form = {"grant_type": AUTHING_TOKEN, "token": token, "scope": "openid profile email offline_access"}
    answer = await world.http.post(
        "/oidc/token", data={"client_id": other.id, "client_secret": other.secret, **form}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert (await world.oidc("token", **form)).status_code == 200


async def test_an_access_token_signed_by_an_application_is_none(world: World) -> None:
    """It knows its secret and a grant of its own; that must not speak of another user, or to another application."""
    person, victim = await world.person(), await world.person()
    given = await person.tokens("openid profile")
    login, access = (await world.services.sessions.read(given["id_token"])), given["access_token"]
    kid = (await world.services.sessions.keys.find(tokens.hint(given["id_token"]))).kid
    rsa = await world.services.sessions.keys.find(tokens.hint(access))
    claims = tokens.verify(access, rsa) | {"sub": victim.user.id}
    assert login.subject == person.user.id
    forged = signed_by(world.app.secret, kid, msgspec.json.encode(claims))
    answer = await world.http.get("/oidc/me", headers={"authorization": f"Bearer {forged}"})
    assert answer.status_code == 401
    assert (await world.oidc("token/introspection", token=forged)).json() == {"active": False}


async def test_a_user_marked_as_deleted_has_no_login_and_no_user_info(world: World) -> None:
    person = await world.person()
    given = await person.tokens("openid offline_access")
    headers = {"authorization": f"Bearer {given['access_token']}"}
    assert (await world.http.get("/oidc/me", headers=headers)).status_code == 200
    await world.services.db.execute(
        "update users set is_deleted = true where pool_id = $1 and id = $2", world.pool.id, person.user.id
    )
    assert (await world.http.get("/oidc/me", headers=headers)).status_code == 401


@pytest.mark.parametrize("shut", ["blocked = true", "status = 'Suspended'", "is_deleted = true"])
async def test_a_session_that_began_while_its_user_was_shut_out_opens_nothing(
    world: World, shut: str
) -> None:
    """A login and a block at the same moment: the row is written after the block has ended the others."""
    person = await world.person()
    token = await person.log_in()
    await world.services.db.execute(
        f"update users set {shut} where pool_id = $1 and id = $2", world.pool.id, person.user.id
    )
    answer = await world.http.get("/api/v3/get-profile", headers={"authorization": f"Bearer {token}"})
    assert answer.json()["statusCode"] == 401
