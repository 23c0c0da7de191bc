"""Passkeys of users: made soon after a sign-in, good for signing in at the page they were made at, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from tests.administrators.authenticator import BE, UP, UV, Authenticator, b64
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, lazy_scripts
from tests.customdb.conftest import legacy as legacy_database

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import (
    AccountBlocked,
    InvalidOperation,
    NotAuthenticated,
    NotPermitted,
    PasskeyCopied,
    PasskeyExists,
    PasskeyNotFound,
    PasskeyRefused,
    SignInNotRecent,
    TokenExpired,
    TooLarge,
    TooManyRequests,
)
from poolhouse.login.model import LoggedIn
from poolhouse.login.passkey_login import TRIES
from poolhouse.mfa.model import UserPasskey
from poolhouse.mfa.postgres_passkeys import delete_expired_challenges
from poolhouse.mfa.user_passkeys import MOST
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey

legacy = legacy_database
OWN = "https://id.example"
SHOP = "https://shop.example"


@dataclass
class Person:
    """A user who has just signed in with the password, and the authenticator in their pocket."""

    services: Services
    caller: Caller
    authenticator: Authenticator

    async def add(self, own: str = OWN, origin: str | None = None, **wrong: Any) -> UserPasskey:
        asked = await self.services.passkey_login.begin(self.caller, own, origin)
        sent = self.authenticator.made(asked.options, **wrong)
        return await self.services.passkey_login.add(self.caller, own, asked.ticket, sent, origin=origin)

    async def sign_in(self, origin: str | None = None, **wrong: Any) -> LoggedIn:
        stranger = replace(self.caller, kind="anonymous", actor_id="", session_id=None)
        asked = await self.services.passkey_login.ask(stranger, OWN, origin)
        sent = self.authenticator.used(asked.options, **wrong)
        return await self.services.passkey_login.sign_in(stranger, OWN, asked.ticket, sent, origin=origin)

    async def list(self) -> list[UserPasskey]:
        return await self.services.passkeys.list(self.caller, self.caller.actor_id)


Somebody = Callable[..., Awaitable[Person]]


@pytest.fixture
async def somebody(services: Services, pool: PoolForTests) -> Somebody:
    """Makes people, each of whom has signed in at the shop."""
    await services.pools.update(pool.administrator, {}, {"passkeys": True})
    app = await services.apps.create(pool.administrator, "shop", redirect_uris=(f"{SHOP}/callback",))

    async def signed_in(name: str = "wang", *, made: bool = False) -> Person:
        if not made:
            draft = UserDraft({"username": name}, password="secret 1")
            await services.users.create(pool.administrator, draft)
        visitor = Caller(pool.id, app_id=app.id, ip="203.0.113.7", user_agent="a phone")
        logged_in = await services.login.with_password(visitor, UserKey("username", name), "secret 1")
        assert logged_in.session is not None
        caller = replace(visitor, kind="user", actor_id=logged_in.user.id, session_id=logged_in.session.id)
        return Person(services, caller, Authenticator(OWN, "id.example"))

    return signed_in


# -- who may -----------------------------------------------------------------------------------------------


async def test_strangers_and_others_make_see_and_remove_none(
    services: Services, pool: PoolForTests, somebody: Somebody
) -> None:
    wang = await somebody()
    made = await wang.add()
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("other"), NotPermitted)):
        with pytest.raises(refusal):
            await services.passkeys.list(caller, wang.caller.actor_id)
        with pytest.raises(refusal):
            await services.passkeys.rename(caller, made, "mine")
        with pytest.raises(refusal):
            await services.passkeys.remove(caller, wang.caller.actor_id, [made])
    with pytest.raises(NotAuthenticated):
        await services.passkey_login.begin(pool.stranger, OWN)
    with pytest.raises(NotAuthenticated):
        await services.passkey_login.begin(pool.administrator, OWN)
    assert await wang.list() == [made]


async def test_another_pool_sees_none_and_takes_none(
    services: Services, other_pool: PoolForTests, somebody: Somebody
) -> None:
    wang = await somebody()
    made = await wang.add()
    admin = other_pool.administrator
    assert await services.passkeys.list(admin, wang.caller.actor_id) == []
    assert await services.passkeys.remove(admin, wang.caller.actor_id, [made]) == 0
    with pytest.raises(PasskeyNotFound):
        await services.passkeys.rename(admin, made, "mine")
    with pytest.raises(PasskeyNotFound):
        await services.passkeys.of_credential(admin, b64(made.credential_id))
    await services.pools.update(admin, {}, {"passkeys": True})
    asked = await services.passkey_login.ask(other_pool.stranger, OWN)
    with pytest.raises(PasskeyRefused):
        await services.passkey_login.sign_in(
            other_pool.stranger, OWN, asked.ticket, wang.authenticator.used(asked.options)
        )
    assert (await wang.sign_in()).user.id == wang.caller.actor_id


async def test_a_pool_that_does_not_say_so_has_none(
    services: Services, pool: PoolForTests, somebody: Somebody
) -> None:
    wang = await somebody()
    await wang.add()
    await services.pools.update(pool.administrator, {}, {"passkeys": False})
    for refused in (wang.add, wang.sign_in):
        with pytest.raises(InvalidOperation, match="switched off"):
            await refused()
    await services.passkeys.remove(wang.caller, wang.caller.actor_id, await wang.list())
    assert await wang.list() == []


# -- signing in --------------------------------------------------------------------------------------------


async def test_a_passkey_stands_for_password_and_second_factor(
    services: Services, pool: PoolForTests, somebody: Somebody
) -> None:
    wang = await somebody()
    made = await wang.add()
    await services.pools.update(pool.administrator, {}, {"mfa_required": True})
    logged_in = await wang.sign_in()
    assert logged_in.token is not None
    assert (logged_in.user.id, logged_in.session and logged_in.session.app_id) == (
        wang.caller.actor_id,
        wang.caller.app_id,
    )
    (kept,) = await wang.list()
    assert (kept.id, kept.platform, kept.rp_id) == (made.id, "a phone", "id.example")
    assert kept.used_at is not None


@pytest.mark.parametrize("mode", ["CUSTOM_USER_STORE", "LAZY_MIGRATION"])
async def test_whoever_is_kept_elsewhere_has_passkeys_too(
    services: Services, pool: PoolForTests, legacy: Legacy, somebody: Somebody, mode: Any
) -> None:
    await connect(services, pool, legacy, mode, lazy_scripts() if mode == "LAZY_MIGRATION" else None)
    await legacy.put({"username": "li", "email": "li@old.cn"}, "secret 1")
    li = await somebody("li", made=True)
    await li.add()
    assert (await li.sign_in()).user.username == "li"


async def test_whoever_may_not_log_in_does_not_with_a_passkey(
    services: Services, pool: PoolForTests, somebody: Somebody
) -> None:
    wang = await somebody()
    await wang.add()
    await services.users.update(pool.administrator, wang.caller.actor_id, UserDraft({"blocked": True}))
    with pytest.raises(AccountBlocked):
        await wang.sign_in()


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": b"nonsense"},
        {"handle": b"another person"},
        {"client": {"origin": "https://evil.example"}},
        {"client": {"crossOrigin": True}},
        {"rp_id": "evil.example"},
        {"flags": UP},
        {"flags": UP | UV | BE},
        {"credential": {"id": "AAAA"}},
        {"text": "{}"},
        {"text": '"' + "x" * 20_000},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_what_is_wrong_lets_nobody_in_and_is_in_the_log(
    database: Database, pool: PoolForTests, somebody: Somebody, wrong: dict[str, Any]
) -> None:
    wang = await somebody()
    await wang.add()
    with pytest.raises(PasskeyRefused):
        await wang.sign_in(**wrong)
    (row,) = await database.fetch(
        "select user_id, detail from audit_records where pool_id = $1 and operation = 'login' and not success",
        pool.id,
    )
    assert row["detail"]["reason"] == "PasskeyRefused"
    assert row["detail"]["method"] == "passkey"
    known = "credential" not in wrong and "text" not in wrong
    assert row["user_id"] == (wang.caller.actor_id if known else None)


async def test_a_counter_that_is_not_ahead_is_noticed(somebody: Somebody) -> None:
    wang = await somebody()
    await wang.add(count=5)
    await wang.sign_in(count=6)
    for count in (6, 3, 0):
        with pytest.raises(PasskeyCopied):
            await wang.sign_in(count=count)
    await wang.sign_in(count=7)


async def test_an_answer_is_good_once_and_at_the_place_it_was_asked_for(
    services: Services, pool: PoolForTests, database: Database, somebody: Somebody
) -> None:
    wang = await somebody()
    await wang.add()
    stranger = replace(wang.caller, kind="anonymous", actor_id="", session_id=None)
    login = services.passkey_login
    asked = await login.ask(stranger, OWN, form="this browser")
    sent = wang.authenticator.used(asked.options)
    for elsewhere in (
        login.sign_in(stranger, OWN, asked.ticket, sent, form="another"),
        login.sign_in(replace(stranger, app_id=None), OWN, asked.ticket, sent, form="this browser"),
        login.sign_in(stranger, "https://other.example", asked.ticket, sent, form="this browser"),
        login.sign_in(stranger, OWN, asked.ticket[:-2], sent, form="this browser"),
    ):
        with pytest.raises(TokenExpired):
            await elsewhere
    at_once = await asyncio.gather(
        *(login.sign_in(stranger, OWN, asked.ticket, sent, form="this browser") for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, LoggedIn) for one in at_once) == 1
    assert sum(type(one) is PasskeyRefused for one in at_once) == 3
    of_the_pool = "from passkey_challenges where pool_id = $1"
    assert await database.fetchval(f"select count(*) {of_the_pool}", pool.id) == 2
    await database.execute(
        "update passkey_challenges set ends_at = now() - interval '1 second' where pool_id = $1", pool.id
    )
    await delete_expired_challenges(database, 1000)
    assert await database.fetchval(f"select count(*) {of_the_pool}", pool.id) == 0


async def test_refused_passkeys_of_an_address_come_to_an_end(
    monkeypatch: pytest.MonkeyPatch, somebody: Somebody
) -> None:
    monkeypatch.setattr("poolhouse.login.passkey_login.TRIES", replace(TRIES, most=2))
    wang = await somebody()
    await wang.add()
    for _ in range(3):
        await wang.sign_in()
    for _ in range(2):
        with pytest.raises(PasskeyRefused):
            await wang.sign_in(signature=b"nonsense")
    with pytest.raises(TooManyRequests):
        await wang.sign_in()


# -- pages -------------------------------------------------------------------------------------------------


async def test_an_applications_own_page_has_passkeys_of_its_own(somebody: Somebody) -> None:
    wang = await somebody()
    ours = wang.authenticator
    await wang.add()
    wang.authenticator = theirs = Authenticator(SHOP, "shop.example")
    assert (await wang.add(origin=SHOP)).rp_id == "shop.example"
    assert (await wang.sign_in(origin=SHOP)).user.id == wang.caller.actor_id
    wang.authenticator = ours
    with pytest.raises(PasskeyRefused):
        await wang.sign_in(origin=SHOP)
    wang.authenticator = theirs
    with pytest.raises(PasskeyRefused):
        await wang.sign_in()


async def test_pages_that_are_no_applications_ask_for_nothing(somebody: Somebody) -> None:
    wang = await somebody()
    for origin in ("https://evil.example", f"{SHOP}.evil.example", "http://shop.example", "null", ""):
        for refused in (wang.add(origin=origin), wang.sign_in(origin=origin)):
            with pytest.raises(InvalidOperation, match="redirect URI"):
                await refused
    for own, reason in (("http://id.example", "HTTPS"), ("https://203.0.113.9", "host name")):
        with pytest.raises(InvalidOperation, match=reason):
            await wang.add(own)
    wang.authenticator = Authenticator("http://localhost:8080", "localhost")
    await wang.add("http://localhost:8080")


# -- making one --------------------------------------------------------------------------------------------


async def test_a_token_of_an_old_sign_in_makes_none(
    database: Database, pool: PoolForTests, somebody: Somebody
) -> None:
    wang = await somebody()
    asked = await wang.services.passkey_login.begin(wang.caller, OWN)
    sent = wang.authenticator.made(asked.options)
    await database.execute(
        "update sessions set created_at = (created_at at time zone 'UTC' - $2::interval) at time zone 'UTC' "
        "where pool_id = $1",
        pool.id,
        timedelta(hours=2),
    )
    with pytest.raises(SignInNotRecent):
        await wang.add()
    with pytest.raises(SignInNotRecent):
        await wang.services.passkey_login.add(wang.caller, OWN, asked.ticket, sent)
    await wang.services.sessions.end(pool.administrator, wang.caller.session_id or "")
    with pytest.raises(TokenExpired):
        await wang.add()


async def test_one_that_was_begun_is_ended_by_the_same_sign_in_once(somebody: Somebody) -> None:
    wang, again = await somebody(), await somebody(made=True)
    asked = await wang.services.passkey_login.begin(wang.caller, OWN)
    sent = wang.authenticator.made(asked.options)
    with pytest.raises(TokenExpired):
        await wang.services.passkey_login.add(again.caller, OWN, asked.ticket, sent)
    await wang.services.passkey_login.add(wang.caller, OWN, asked.ticket, sent)
    with pytest.raises(PasskeyRefused):
        await wang.services.passkey_login.add(wang.caller, OWN, asked.ticket, sent)
    with pytest.raises(PasskeyExists):
        await wang.add()
    other = await somebody("li")
    other.authenticator.credential_id = wang.authenticator.credential_id
    with pytest.raises(PasskeyExists):
        await other.add()


async def test_deleting_a_user_meanwhile_leaves_no_passkey(
    services: Services, pool: PoolForTests, database: Database, somebody: Somebody
) -> None:
    wang = await somebody()
    asked = await services.passkey_login.begin(wang.caller, OWN)
    sent = wang.authenticator.made(asked.options)
    await asyncio.gather(
        services.passkey_login.add(wang.caller, OWN, asked.ticket, sent),
        services.users.delete(pool.administrator, [wang.caller.actor_id]),
        return_exceptions=True,
    )
    assert await database.fetchval("select count(*) from user_passkeys where pool_id = $1", pool.id) == 0


async def test_there_are_twenty_at_most(somebody: Somebody) -> None:
    wang = await somebody()
    begun = []
    for _ in range(MOST + 1):
        asked = await wang.services.passkey_login.begin(wang.caller, OWN)
        begun.append((asked.ticket, Authenticator(OWN, "id.example").made(asked.options)))
    at_once = [wang.services.passkey_login.add(wang.caller, OWN, *each) for each in begun]
    ended = await asyncio.gather(*at_once, return_exceptions=True)
    assert sum(isinstance(one, TooLarge) for one in ended) == 1, ended
    assert len(await wang.list()) == MOST
    with pytest.raises(TooLarge):
        await wang.services.passkey_login.begin(wang.caller, OWN)


async def test_renaming_and_removing_are_in_the_log(
    services: Services, pool: PoolForTests, database: Database, somebody: Somebody
) -> None:
    wang = await somebody()
    made = await wang.add()
    await services.passkeys.rename(wang.caller, made, " my phone ")
    assert [one.name for one in await wang.list()] == ["my phone"]
    with pytest.raises(TooLarge):
        await services.passkeys.rename(wang.caller, made, "x" * 65)
    assert await services.passkeys.remove(pool.administrator, wang.caller.actor_id, [made]) == 1
    with pytest.raises(PasskeyRefused):
        await wang.sign_in()
    rows = await database.fetch(
        "select operation, user_id, detail from audit_records "
        "where pool_id = $1 and resource_type = 'passkey' order by at, id",
        pool.id,
    )
    assert [row["operation"] for row in rows] == ["create", "update", "delete"]
    assert {row["user_id"] for row in rows} == {wang.caller.actor_id}
