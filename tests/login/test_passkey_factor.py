"""A passkey as the second step of a login. Over the wires: tests/wire/v3/test_passkeys_second.py."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import pytest
from tests.administrators.authenticator import UP, Authenticator
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.errors import (
    CodeWrong,
    FactorExists,
    InvalidOperation,
    MfaRequired,
    NotPermitted,
    PasskeyCopied,
    PasskeyRefused,
    PoolhouseError,
    TokenExpired,
    TokenInvalid,
)
from poolhouse.login.model import LoggedIn
from poolhouse.mfa import totp
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft, UserKey

OWN, SHOP = "https://id.example", "https://shop.example"


@dataclass
class Person:
    """Somebody at an application that wants a second factor, who has typed the password, and an authenticator."""

    services: Services
    visitor: Caller
    user: User
    authenticator: Authenticator

    async def typed(self) -> MfaRequired:
        key = UserKey("id", self.user.id)
        with pytest.raises(MfaRequired) as asked:
            await self.services.login.with_password(self.visitor, key, "secret 1")
        return asked.value

    async def ticket(self) -> str:
        return str((await self.typed()).facts["mfa_token"])

    async def bind(self, ticket: str, origin: str | None = None, **wrong: Any) -> LoggedIn:
        factor = self.services.passkey_factor
        asked = await factor.begin(self.visitor, ticket, OWN, origin)
        sent = self.authenticator.made(asked.options, **wrong)
        return await factor.bind(self.visitor, ticket, OWN, sent, origin)

    async def prove(self, ticket: str, origin: str | None = None, **wrong: Any) -> LoggedIn:
        factor = self.services.passkey_factor
        asked = await factor.ask(self.visitor, ticket, OWN, origin)
        sent = self.authenticator.used(asked.options, **wrong)
        return await factor.prove(self.visitor, ticket, OWN, asked.ticket, sent, origin)

    async def passkeys(self, pool: PoolForTests) -> int:
        return len(await self.services.passkeys.list(pool.administrator, self.user.id))


async def someone(services: Services, pool: PoolForTests, name: str = "wang", **values: Any) -> Person:
    admin = pool.administrator
    await services.pools.update(admin, {}, {"passkeys": True})
    app = await services.apps.create(admin, "shop", redirect_uris=(f"{SHOP}/callback",))
    await services.apps.update(admin, app.id, {}, {"mfa_required": True})
    user = await services.users.create(admin, UserDraft({"username": name, **values}, password="secret 1"))
    visitor = Caller(pool.id, app_id=app.id, ip="203.0.113.7", user_agent="a phone")
    return Person(services, visitor, user, Authenticator(OWN, "id.example"))


@pytest.fixture
async def wang(services: Services, pool: PoolForTests) -> Person:
    return await someone(services, pool)


async def test_without_a_ticket_of_the_pool_nobody_is_asked(
    services: Services, other_pool: PoolForTests, wang: Person
) -> None:
    ticket, factor = await wang.ticket(), services.passkey_factor
    await services.pools.update(other_pool.administrator, {}, {"passkeys": True})
    for caller, given in ((wang.visitor, "none"), (other_pool.stranger, ticket)):
        for refused in (
            factor.begin(caller, given, OWN),
            factor.ask(caller, given, OWN),
            factor.bind(caller, given, OWN, "{}"),
            factor.prove(caller, given, OWN, "00", "{}"),
        ):
            with pytest.raises(TokenInvalid):
                await refused


async def test_who_has_no_factor_makes_a_passkey_the_first_and_comes_by_it(
    services: Services, pool: PoolForTests, wang: Person
) -> None:
    asked = await wang.typed()
    assert (asked.facts["totp"], asked.facts["passkeys"]) == (False, "none")
    logged_in = await wang.bind(asked.facts["mfa_token"])
    assert (logged_in.user.id, await wang.passkeys(pool)) == (wang.user.id, 1)
    with pytest.raises(TokenInvalid):
        await services.passkey_factor.begin(wang.visitor, asked.facts["mfa_token"], OWN)
    again = await wang.typed()
    assert again.facts["passkeys"] == "bound"
    ticket = again.facts["mfa_token"]
    options = (await services.passkey_factor.ask(wang.visitor, ticket, OWN)).options
    assert len(options["allowCredentials"]) == 1
    assert (
        await wang.prove(ticket, handle=None)
    ).user.id == wang.user.id  # told which, it need not say whose
    with pytest.raises(TokenInvalid):
        await wang.prove(ticket)
    assert await log(services, pool) == ["create passkey", "verify_mfa mfa_factor"]


async def log(services: Services, pool: PoolForTests, *, success: bool = True) -> list[str]:
    rows = await services.db.fetch(
        "select operation, resource_type from audit_records where pool_id = $1 and success = $2 "
        "and (operation = 'verify_mfa' or resource_type = 'passkey') order by at, id",
        pool.id,
        success,
    )
    return [f"{row['operation']} {row['resource_type']}" for row in rows]


async def test_what_is_wrong_is_refused_logged_and_costs_a_try(
    services: Services, pool: PoolForTests, wang: Person
) -> None:
    await wang.bind(await wang.ticket())
    li = await someone(services, pool, "li")
    await li.bind(await li.ticket())
    ticket = await wang.ticket()
    asked = await services.passkey_factor.ask(wang.visitor, ticket, OWN)
    another = await wang.ticket()
    for given, challenge, sent, refusal in (
        (ticket, asked.ticket, li.authenticator.used(asked.options), PasskeyRefused),
        (ticket, asked.ticket, wang.authenticator.used(asked.options, signature=b"no"), PasskeyRefused),
        (ticket, asked.ticket, wang.authenticator.used(asked.options, flags=UP), PasskeyRefused),
        (ticket, asked.ticket, wang.authenticator.used(asked.options, handle=b"x" * 32), PasskeyRefused),
        (ticket, asked.ticket, wang.authenticator.used(asked.options, rp_id="evil.example"), PasskeyRefused),
        (another, asked.ticket, wang.authenticator.used(asked.options), TokenExpired),
    ):
        with pytest.raises(refusal):
            await services.passkey_factor.prove(wang.visitor, given, OWN, challenge, sent)
    assert len(await log(services, pool, success=False)) == 5
    stranger = await services.passkey_login.ask(wang.visitor, OWN)
    with pytest.raises(TokenExpired):  # a challenge of signing in is none of the second step
        await services.passkey_factor.prove(
            wang.visitor, ticket, OWN, stranger.ticket, wang.authenticator.used(stranger.options)
        )
    sent = wang.authenticator.used(asked.options)
    await services.passkey_factor.prove(wang.visitor, ticket, OWN, asked.ticket, sent)
    wang.authenticator.count = 5
    await wang.prove(another)
    with pytest.raises(PasskeyCopied):
        await wang.prove(await wang.ticket(), count=4)
    ticket = await wang.ticket()
    with pytest.raises(TokenInvalid):
        for _ in range(11):
            with pytest.raises(PasskeyRefused):
                await wang.prove(ticket, count=6, signature=b"no")


async def test_the_password_alone_binds_nothing_beside_a_factor_that_is_there(
    services: Services, pool: PoolForTests, wang: Person
) -> None:
    """Whoever stole the password would go past it: with a passkey no authenticator or address, and the other way
    around."""
    await wang.bind(await wang.ticket())
    ticket, steps = await wang.ticket(), services.mfa_login
    for refused in (
        services.passkey_factor.begin(wang.visitor, ticket, OWN),
        steps.associate(wang.visitor, ticket, "issuer"),
        steps.by_code(wang.visitor, ticket, "email", "thief@example.com", "123456"),
    ):
        with pytest.raises(InvalidOperation, match="passkey"):
            await refused
    li = await someone(services, pool, "li")
    secret = "JBSWY3DPEHPK3PXP"
    await services.mfa.import_secrets(pool.administrator, [(li.user.id, secret, None)])
    with pytest.raises(FactorExists):
        await li.bind(await li.ticket())
    await services.pools.update(pool.administrator, {}, {"passkeys": False})
    assert (
        await steps.associate(wang.visitor, ticket, "issuer")
    ).secret  # where they open nothing they bar nothing
    for refused in (
        services.passkey_factor.ask(wang.visitor, ticket, OWN),
        services.passkey_factor.begin(wang.visitor, ticket, OWN),
    ):
        with pytest.raises(InvalidOperation, match="switched off"):
            await refused


async def test_who_has_an_authenticator_and_a_passkey_may_use_either(
    services: Services, pool: PoolForTests, wang: Person
) -> None:
    await wang.bind(await wang.ticket())
    await services.mfa.import_secrets(pool.administrator, [(wang.user.id, "JBSWY3DPEHPK3PXP", None)])
    asked = await wang.typed()
    assert (asked.facts["totp"], asked.facts["passkeys"]) == (True, "bound")
    assert (await wang.prove(asked.facts["mfa_token"])).user.id == wang.user.id
    code = totp.code_at(totp.key_of("JBSWY3DPEHPK3PXP"), int(time.time()) // totp.STEP_S)
    await services.mfa_login.by_totp(wang.visitor, await wang.ticket(), code)


async def test_a_code_to_an_address_that_was_there_before_still_does(
    services: Services, pool: PoolForTests
) -> None:
    """A passkey is bound to a device and to a host name: who lost it has another way."""
    wang = await someone(services, pool, email="wang@example.com")
    await wang.bind(await wang.ticket())
    with pytest.raises(CodeWrong):
        await services.mfa_login.by_code(
            wang.visitor, await wang.ticket(), "email", "wang@example.com", "000000"
        )


async def test_a_passkey_is_good_at_the_page_it_was_made_at_alone(
    services: Services, pool: PoolForTests, wang: Person
) -> None:
    wang.authenticator = Authenticator(SHOP, "shop.example")
    await wang.bind(await wang.ticket(), SHOP)
    ticket = await wang.ticket()
    with pytest.raises(InvalidOperation, match=r"shop\.example"):
        await wang.prove(ticket)
    with pytest.raises(InvalidOperation, match="redirect URI"):
        await wang.prove(ticket, "https://evil.example")
    assert (await wang.prove(ticket, SHOP)).user.id == wang.user.id


async def test_a_second_step_that_an_administrator_opened_uses_a_passkey_and_makes_none(
    services: Services, pool: PoolForTests, wang: Person
) -> None:
    async def opened() -> str:
        app_id = wang.visitor.app_id or ""
        asked = await services.login.open_second_step(pool.administrator, app_id, wang.user)
        return str(asked.facts["mfa_token"])

    with pytest.raises(NotPermitted):
        await services.passkey_factor.begin(wang.visitor, await opened(), OWN)
    await wang.bind(await wang.ticket())
    assert (await wang.prove(await opened())).user.id == wang.user.id


async def test_a_ticket_makes_one_passkey_and_none_once_the_user_is_gone(
    services: Services, pool: PoolForTests, wang: Person
) -> None:
    ticket, factor = await wang.ticket(), services.passkey_factor
    asked = await factor.begin(wang.visitor, ticket, OWN)
    answers = [Authenticator(OWN, "id.example").made(asked.options) for _ in range(2)]
    ended = await asyncio.gather(
        *(factor.bind(wang.visitor, ticket, OWN, sent) for sent in answers), return_exceptions=True
    )
    assert sorted(isinstance(one, PoolhouseError) for one in ended) == [False, True], ended
    assert await wang.passkeys(pool) == 1
    li = await someone(services, pool, "li")
    ticket = await li.ticket()
    asked = await factor.begin(li.visitor, ticket, OWN)
    sent = li.authenticator.made(asked.options)
    await asyncio.gather(
        factor.bind(li.visitor, ticket, OWN, sent),
        services.users.delete(pool.administrator, [li.user.id]),
        return_exceptions=True,
    )
    assert await li.passkeys(pool) == 0


async def test_what_was_not_asked_for_is_not_taken(wang: Person) -> None:
    ticket = await wang.ticket()
    with pytest.raises(TokenExpired):
        await wang.services.passkey_factor.bind(wang.visitor, ticket, OWN, "{}")
    with pytest.raises(InvalidOperation, match="no passkey"):
        await wang.prove(ticket)
    with pytest.raises(PasskeyRefused):
        await wang.bind(ticket, flags=UP)
