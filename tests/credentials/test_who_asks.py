"""What is presented becomes a caller at the doors that take it, and is refused at all others."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import formatdate
from typing import get_args

import pytest
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.credentials import access_key_tokens
from poolhouse.credentials.model import Door, Kind, Presented
from poolhouse.credentials.service import at_session, nobody
from poolhouse.credentials.signature import Signature, SignedCall
from poolhouse.errors import AppNotFound, NotAuthenticated, NotPermitted
from poolhouse.oidc.model import AuthorizationRequest
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

EVERY = Door(takes=get_args(Kind))
Make = Callable[[Services, PoolForTests], Awaitable[tuple[Presented, Caller]]]


async def management_token(services: Services, pool: PoolForTests) -> tuple[Presented, Caller]:
    issued = await services.management_tokens.of_pool(pool.id)
    return Presented(token=issued.token), Caller(pool.id, "administrator", pool.id)


async def access_key_token(services: Services, pool: PoolForTests) -> tuple[Presented, Caller]:
    key = await services.access_keys.create(pool.administrator, scopes=["users:read"])
    caller = Caller(pool.id, "administrator", key.id, scopes=key.scopes)
    return Presented(token=access_key_tokens.issue(key)), caller


async def signature(services: Services, pool: PoolForTests) -> tuple[Presented, Caller]:
    key = await services.access_keys.create(pool.administrator)
    date = formatdate(usegmt=True)
    text = f"GET\ndate:{date}\n/api/v3/x".encode()
    given = hmac.new(key.secret.encode(), text, hashlib.sha1).digest()
    call = SignedCall("GET", "/api/v3/x", [], {"date": date}, b"")
    return Presented(signature=Signature(key.id, given, call)), Caller(pool.id, "administrator", key.id)


async def login(services: Services, pool: PoolForTests) -> tuple[Presented, Caller]:
    user = await services.users.create(pool.administrator, UserDraft({"username": "ann"}))
    session = await services.sessions.start(services.db, pool.stranger, user.id, timedelta(hours=1))
    token = (await services.sessions.issue_user(session, user, None)).token
    return Presented(token=token), Caller(pool.id, "user", user.id, session_id=session.id)


async def access_token(services: Services, pool: PoolForTests) -> tuple[Presented, Caller]:
    redirect = "https://client.example/callback"
    app = await services.apps.create(pool.administrator, "shop", redirect_uris=(redirect,))
    user = await services.users.create(pool.administrator, UserDraft({"username": "ann"}))
    at_the_shop = replace(pool.stranger, app_id=app.id)
    session = await services.sessions.start(services.db, at_the_shop, user.id, timedelta(hours=1))
    asked = AuthorizationRequest(app.id, redirect, "openid email", response_type="code token")
    token = (await services.oidc.answer(app, asked, session, "https://login.example/oidc"))["access_token"]
    return Presented(token=token), Caller(pool.id, "user", user.id, app.id, scopes=asked.scopes)


MAKERS: dict[Kind, Make] = {
    "management token": management_token,
    "access key token": access_key_token,
    "signature": signature,
    "login": login,
    "access token": access_token,
}


async def test_a_login_at_an_application_speaks_as_of_there(services: Services, pool: PoolForTests) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    user = await services.users.create(pool.administrator, UserDraft({"username": "ann"}))
    at_the_shop = replace(pool.stranger, app_id=app.id)
    session = await services.sessions.start(services.db, at_the_shop, user.id, timedelta(hours=1))
    token = (await services.sessions.issue_user(session, user, app)).token
    caller = await services.credentials.identify(Presented(token=token), Door(takes=("login",)))
    assert (caller.app_id, caller.actor_id) == (app.id, user.id)


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_a_door_takes_the_kinds_it_names_and_no_other(
    kind: Kind, services: Services, pool: PoolForTests
) -> None:
    refusal = NotPermitted if kind == "login" else NotAuthenticated
    presented, caller = await MAKERS[kind](services, pool)
    others = tuple(other for other in get_args(Kind) if other != kind)
    for takes in (others, *((other,) for other in others), ()):
        with pytest.raises(refusal):
            await services.credentials.identify(presented, Door(takes=takes))
    assert await services.credentials.identify(presented, Door(takes=(kind,))) == caller


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_a_foreign_pool_is_refused_where_the_own_must_be_named(
    kind: Kind, services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    presented, caller = await MAKERS[kind](services, pool)
    strict = Door(takes=EVERY.takes, names_own_pool=True)
    with pytest.raises(NotPermitted):
        await services.credentials.identify(_naming(presented, pool_id=other_pool.id), strict)
    presented, caller = await MAKERS[kind](services, other_pool)
    named = _naming(presented, pool_id=other_pool.id)
    assert await services.credentials.identify(named, strict) == caller


async def test_of_the_applications_a_request_names_only_the_pools_own_is_heard(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    presented, _ = await management_token(services, pool)
    own = await services.apps.create(pool.administrator, "own")
    foreign = await services.apps.create(other_pool.administrator, "foreign")
    for app_id, heard in ((own.id, own.id), (foreign.id, None), ("0" * 24, None), ("", None)):
        caller = await services.credentials.identify(_naming(presented, app_id=app_id), EVERY)
        assert caller.app_id == heard


async def test_a_limited_key_may_what_its_scopes_say(services: Services, pool: PoolForTests) -> None:
    presented, caller = await access_key_token(services, pool)
    assert await services.credentials.identify(presented, EVERY, ["users:read"]) == caller
    with pytest.raises(NotPermitted):
        await services.credentials.identify(presented, EVERY, ["users:read", "users:write"])


async def test_a_use_is_noted_where_the_door_says_so(services: Services, pool: PoolForTests) -> None:
    presented, caller = await access_key_token(services, pool)

    async def used() -> bool:
        key = await services.access_keys.get(pool.administrator, caller.actor_id)
        return key.used_at is not None

    await services.credentials.identify(presented, EVERY)
    assert not await used()
    await services.credentials.identify(presented, Door(takes=EVERY.takes, notes_use=True))
    assert await used()


async def test_a_stranger_is_in_the_pool_of_the_application_they_name(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    app = await services.apps.create(pool.administrator, "own")
    both = Presented(pool_id=other_pool.id, app_id=app.id)
    assert await services.credentials.stranger(both) == Caller(pool.id, app_id=app.id)
    assert await services.credentials.stranger(Presented(pool_id=pool.id)) == Caller(pool.id)
    with pytest.raises(AppNotFound):
        await services.credentials.stranger(Presented(pool_id=pool.id, app_id="0" * 24))


async def test_where_a_request_comes_from_is_of_every_caller(services: Services, pool: PoolForTests) -> None:
    where = {"lang": "en-US", "ip": "10.1.2.3", "device_id": "phone", "request_id": "r", "tenant_id": "t"}
    token, _ = await login(services, pool)
    session = await services.sessions.of_token(token.token)
    given = _naming(token, **where, user_agent="a" * 5000)
    for caller in (
        await services.credentials.identify(given, EVERY),
        await services.credentials.stranger(given),
        nobody(given),
        at_session(given, session),
    ):
        assert {name: getattr(caller, name) for name in where} == where
        assert caller.user_agent == "a" * 1024


def _naming(presented: Presented, **named: str) -> Presented:
    return replace(presented, **named)  # type: ignore[arg-type]
