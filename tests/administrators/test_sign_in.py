"""How administrators sign in, stay signed in and are signed out."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.administrators.conftest import BROWSER, OPERATOR, PASSWORD, Make

from poolhouse.administrators.model import Administrator, More, SignedIn
from poolhouse.administrators.sign_in import IDLE, LIFETIME
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import (
    AccountLocked,
    CodeWrong,
    FactorExists,
    OldPasswordWrong,
    SessionNotFound,
    TokenExpired,
    TooManyRequests,
    WeakPassword,
    WrongCredentials,
)
from poolhouse.ids import new_id
from poolhouse.mfa import totp
from poolhouse.services import Services

SignIn = Callable[..., Awaitable[SignedIn | More]]
FRESH = "another-long-password"


def code_of(secret: str, steps: int = 0) -> str:
    return totp.code_at(totp.key_of(secret), int(time.time()) // totp.STEP_S + steps)


async def bind(services: Services, one: Administrator) -> tuple[str, list[str]]:
    """The secret of a new authenticator, and the recovery codes."""
    factor = services.administrator_factor
    begun = await factor.begin(one, "session", "Poolhouse")
    codes = await factor.confirm(BROWSER, one, "session", begun.ticket, code_of(begun.secret, -1))
    return begun.secret, codes


async def test_a_password_opens_a_session(services: Services, viewer: Administrator, sign_in: SignIn) -> None:
    signed = await sign_in(viewer)
    assert isinstance(signed, SignedIn)
    who, session = await services.administrator_sign_in.whose(signed.token)
    assert (who.id, session.ip, session.user_agent) == (viewer.id, "203.0.113.7", "a browser")
    assert signed.token not in repr(signed)


async def test_the_database_holds_nothing_that_opens_a_session(
    services: Services, database: Database, viewer: Administrator, sign_in: SignIn
) -> None:
    signed = await sign_in(viewer)
    assert isinstance(signed, SignedIn)
    row = await database.fetchrow(
        "select s::text as told from administrator_sessions s where administrator_id = $1", viewer.id
    )
    assert row is not None
    assert signed.token not in row["told"]
    with pytest.raises(TokenExpired):
        await services.administrator_sign_in.whose(signed.session.id)


@pytest.mark.parametrize("wrong", ["nobody", "password", "disabled"])
async def test_unknown_wrong_and_disabled_look_alike(
    services: Services, viewer: Administrator, sign_in: SignIn, wrong: str
) -> None:
    if wrong == "disabled":
        await services.administrators.update(OPERATOR, viewer.id, disabled=True)
    named = replace(viewer, username="nobody" + new_id()) if wrong == "nobody" else viewer
    with pytest.raises(WrongCredentials) as refused:
        await sign_in(named, "wrong" if wrong == "password" else PASSWORD)
    assert type(refused.value) is WrongCredentials


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
async def test_five_wrong_passwords_lock_a_name(
    services: Services, viewer: Administrator, sign_in: SignIn, known: bool
) -> None:
    one = viewer if known else replace(viewer, username="nobody" + new_id())
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await sign_in(one, "wrong")
    with pytest.raises(AccountLocked):
        await sign_in(one)


@pytest.mark.parametrize("name", ["", "a\0b", "\ud83d", "x" * 100_000, "'; drop table administrators"])
async def test_any_name_can_be_wrong(services: Services, name: str) -> None:
    with pytest.raises(WrongCredentials):
        await services.administrator_sign_in.sign_in(BROWSER, name, "p\ud83d")


@pytest.mark.parametrize("token", ["", "é", "\ud83d", "a" * 100_000])
async def test_any_cookie_can_be_nobodys(services: Services, token: str) -> None:
    with pytest.raises(TokenExpired):
        await services.administrator_sign_in.whose(token)


async def test_one_address_cannot_try_many_names(services: Services) -> None:
    asking = Caller("", ip=f"2001:db8:{new_id()[:4]}:1::1")
    with pytest.raises(TooManyRequests):
        for _ in range(51):
            with pytest.raises(WrongCredentials):
                await services.administrator_sign_in.sign_in(asking, "nobody" + new_id(), "")


async def test_a_password_somebody_else_set_is_changed_first(
    services: Services, make: Make, sign_in: SignIn
) -> None:
    one = await make(must_change_password=True)
    more = await sign_in(one)
    assert isinstance(more, More)
    assert more.needs == "new password"
    for bad in ("", PASSWORD):
        with pytest.raises(WeakPassword):
            await services.administrator_sign_in.go_on(BROWSER, more.ticket, new_password=bad)
    signed = await services.administrator_sign_in.go_on(BROWSER, more.ticket, new_password=FRESH)
    assert isinstance(signed, SignedIn)
    with pytest.raises(TokenExpired):  # a ticket opens one password
        await services.administrator_sign_in.go_on(BROWSER, more.ticket, new_password=FRESH + "2")
    assert isinstance(await sign_in(one, FRESH), SignedIn)


async def test_an_authenticator_is_begun_by_whoever_knows_the_password(
    services: Services, viewer: Administrator, make: Make, sign_in: SignIn
) -> None:
    begin = services.administrator_sign_in.begin_factor
    for _ in range(5):
        with pytest.raises(OldPasswordWrong):
            await begin(BROWSER, viewer, "session", "wrong", "Poolhouse")
    with pytest.raises(AccountLocked):
        await begin(BROWSER, viewer, "session", PASSWORD, "Poolhouse")
    assert isinstance(await sign_in(viewer), SignedIn)  # whoever guesses here keeps nobody out at the door
    begun = await begin(BROWSER, await make(), "session", PASSWORD, "Poolhouse")
    assert begun.secret not in repr(begun)
    assert begun.ticket not in repr(begun)


@pytest.mark.parametrize("wrong", ["session", "administrator", "ticket", "late", "cut", ""])
async def test_an_authenticator_is_confirmed_where_it_was_begun(
    services: Services, viewer: Administrator, make: Make, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    factor = services.administrator_factor
    begun = await factor.begin(viewer, "session", "Poolhouse")
    one = await make() if wrong == "administrator" else viewer
    session = "stolen" if wrong == "session" else "session"
    ticket = {"ticket": "ab" * 40, "cut": begun.ticket[:-2], "": ""}.get(wrong, begun.ticket)
    if wrong == "late":
        later = time.time() + 901
        monkeypatch.setattr("poolhouse.administrators.second_factor.clock.epoch_s", lambda: later)
    for act in (
        factor.confirm(BROWSER, one, session, ticket, code_of(begun.secret)),
        factor.pending(one, session, ticket, "Poolhouse"),
    ):
        with pytest.raises(TokenExpired):
            await act
    assert not (await services.administrators.get(OPERATOR, one.id)).second_factor


async def test_of_two_authenticators_begun_at_once_the_first_confirmed_is_bound(
    services: Services, viewer: Administrator
) -> None:
    factor = services.administrator_factor
    first, second = [await factor.begin(viewer, "session", "Poolhouse") for _ in range(2)]
    await factor.confirm(BROWSER, viewer, "session", first.ticket, code_of(first.secret))
    with pytest.raises(FactorExists):
        await factor.confirm(BROWSER, viewer, "session", second.ticket, code_of(second.secret))
    with pytest.raises(FactorExists):
        await factor.begin(await services.administrators.get(OPERATOR, viewer.id), "session", "Poolhouse")


async def test_the_second_factor_is_asked_for_and_its_code_good_once(
    services: Services, viewer: Administrator, sign_in: SignIn
) -> None:
    secret, _ = await bind(services, viewer)
    more = await sign_in(viewer)
    assert isinstance(more, More)
    assert more.needs == "code"
    for bad in ("", "000000", "12345"):
        with pytest.raises(CodeWrong):
            await services.administrator_sign_in.go_on(BROWSER, more.ticket, code=bad)
    code = code_of(secret)
    assert isinstance(await services.administrator_sign_in.go_on(BROWSER, more.ticket, code=code), SignedIn)
    again = await sign_in(viewer)
    assert isinstance(again, More)
    with pytest.raises(CodeWrong):
        await services.administrator_sign_in.go_on(BROWSER, again.ticket, code=code)


async def test_wrong_codes_lock_as_wrong_passwords_do(
    services: Services, viewer: Administrator, sign_in: SignIn
) -> None:
    await bind(services, viewer)
    more = await sign_in(viewer)
    assert isinstance(more, More)
    for _ in range(5):
        with pytest.raises(CodeWrong):
            await services.administrator_sign_in.go_on(BROWSER, more.ticket, code="000000")
    with pytest.raises(AccountLocked):
        await services.administrator_sign_in.go_on(BROWSER, more.ticket, code="000000")


async def test_a_right_password_does_not_forgive_wrong_codes(
    services: Services, viewer: Administrator, sign_in: SignIn
) -> None:
    """Else whoever has the password alone could try codes for ever."""
    await bind(services, viewer)
    for _ in range(5):
        more = await sign_in(viewer)
        assert isinstance(more, More)
        with pytest.raises(CodeWrong):
            await services.administrator_sign_in.go_on(BROWSER, more.ticket, code="000000")
    more = await sign_in(viewer)
    assert isinstance(more, More)
    with pytest.raises(AccountLocked):
        await services.administrator_sign_in.go_on(BROWSER, more.ticket, code="000000")


async def test_a_recovery_code_stands_in_once(
    services: Services, viewer: Administrator, sign_in: SignIn
) -> None:
    _, codes = await bind(services, viewer)
    assert len(set(codes)) == 10
    for code, opens in ((codes[0].upper(), True), (codes[0], False), (codes[1], True)):
        more = await sign_in(viewer)
        assert isinstance(more, More)
        if opens:
            assert await services.administrator_sign_in.go_on(BROWSER, more.ticket, code=code)
        else:
            with pytest.raises(CodeWrong):
                await services.administrator_sign_in.go_on(BROWSER, more.ticket, code=code)
    assert (await services.administrators.get(OPERATOR, viewer.id)).recovery_codes == 8


async def test_an_authenticator_goes_with_a_code_of_it(
    services: Services, viewer: Administrator, sign_in: SignIn
) -> None:
    secret, _ = await bind(services, viewer)
    with pytest.raises(CodeWrong):
        await services.administrator_sign_in.remove_factor(BROWSER, viewer, "000000")
    await services.administrator_sign_in.remove_factor(BROWSER, viewer, code_of(secret))
    assert isinstance(await sign_in(viewer), SignedIn)


async def test_a_ticket_ends_with_what_it_was_given_for(
    services: Services, viewer: Administrator, sign_in: SignIn
) -> None:
    await bind(services, viewer)
    more = await sign_in(viewer)
    assert isinstance(more, More)
    await services.administrators.reset_password(OPERATOR, viewer.id, FRESH)
    for ticket in (more.ticket, "", "00", "zz", "é", more.ticket[:-2] + "00"):
        with pytest.raises(TokenExpired):
            await services.administrator_sign_in.go_on(BROWSER, ticket, code="000000")


async def test_a_reset_ends_sessions_and_the_second_factor(
    services: Services, make: Make, sign_in: SignIn
) -> None:
    one = await make()
    signed = await sign_in(one)
    assert isinstance(signed, SignedIn)
    await bind(services, one)
    await services.administrators.reset_password(OPERATOR, one.id, FRESH)
    with pytest.raises(TokenExpired):
        await services.administrator_sign_in.whose(signed.token)
    more = await sign_in(one, FRESH)
    assert isinstance(more, More)
    assert more.needs == "new password"


@pytest.mark.parametrize("how", ["disabled", "deleted", "signed out", "ended", "all ended"])
async def test_a_session_ends_at_once(services: Services, make: Make, sign_in: SignIn, how: str) -> None:
    one = await make()
    signed = await sign_in(one)
    assert isinstance(signed, SignedIn)
    sign_ins = services.administrator_sign_in
    if how == "disabled":
        await services.administrators.update(OPERATOR, one.id, disabled=True)
    elif how == "deleted":
        await services.administrators.delete(OPERATOR, one.id)
    elif how == "signed out":
        await sign_ins.sign_out(BROWSER, signed.token)
    elif how == "ended":
        await sign_ins.end(BROWSER, one, signed.session.id)
    else:
        assert await sign_ins.end_all(OPERATOR, one) == 1
    with pytest.raises(TokenExpired):
        await sign_ins.whose(signed.token)
    await sign_ins.sign_out(BROWSER, signed.token)


async def test_nobody_ends_anothers_session(services: Services, make: Make, sign_in: SignIn) -> None:
    one, two = await make(), await make()
    signed = await sign_in(one)
    assert isinstance(signed, SignedIn)
    for session_id in (signed.session.id, "", "00", "z" * 64):
        with pytest.raises(SessionNotFound):
            await services.administrator_sign_in.end(BROWSER, two, session_id)
    assert await services.administrator_sign_in.whose(signed.token)


@pytest.mark.parametrize("column", ["seen_at", "expires_at"])
async def test_a_session_ends_when_unused_and_after_half_a_day(
    services: Services, database: Database, viewer: Administrator, sign_in: SignIn, column: str
) -> None:
    signed = await sign_in(viewer)
    assert isinstance(signed, SignedIn)
    ago = {"seen_at": IDLE, "expires_at": LIFETIME}[column] + timedelta(seconds=1)
    set_back = (
        f"update administrator_sessions set {column} = {column} - $2::interval where administrator_id = $1"
    )
    await database.execute(set_back, viewer.id, ago)
    with pytest.raises(TokenExpired):
        await services.administrator_sign_in.whose(signed.token)
    assert await services.administrator_sign_in.sessions(viewer.id) == []


async def test_a_new_password_of_ones_own_ends_the_other_sessions(
    services: Services, viewer: Administrator, sign_in: SignIn
) -> None:
    here, elsewhere = await sign_in(viewer), await sign_in(viewer)
    assert isinstance(here, SignedIn)
    assert isinstance(elsewhere, SignedIn)
    change = services.administrator_sign_in.change_password
    with pytest.raises(OldPasswordWrong):
        await change(BROWSER, viewer, here.session.id, "wrong", FRESH)
    await change(BROWSER, viewer, here.session.id, PASSWORD, FRESH)
    assert await services.administrator_sign_in.whose(here.token)
    with pytest.raises(TokenExpired):
        await services.administrator_sign_in.whose(elsewhere.token)
