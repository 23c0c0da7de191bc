"""What others do at the same time as an administrator signs in, and the way back in for who is locked out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from tests.administrators.conftest import BROWSER, OPERATOR, PASSWORD, Make
from tests.administrators.test_sign_in import FRESH, SignIn, bind

from poolhouse.administrators import postgres
from poolhouse.administrators.model import Administrator, More, SignedIn
from poolhouse.administrators.service import for_the_log, is_server_owner
from poolhouse.errors import (
    AccountLocked,
    CodeWrong,
    OldPasswordWrong,
    PoolNotFound,
    TokenExpired,
    WrongCredentials,
)
from poolhouse.ids import new_id
from poolhouse.services import Services


async def lock(sign_in: SignIn, one: Administrator) -> None:
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await sign_in(one, "wrong")


async def test_a_reset_ends_a_lock(services: Services, viewer: Administrator, sign_in: SignIn) -> None:
    """Else whoever tries a name again and again keeps it out, whatever the operator does."""
    await lock(sign_in, viewer)
    await services.administrators.reset_password(OPERATOR, viewer.id, FRESH, keep=True)
    assert isinstance(await sign_in(viewer, FRESH), SignedIn)


async def test_a_reset_ends_the_lock_of_codes(
    services: Services, viewer: Administrator, sign_in: SignIn
) -> None:
    await bind(services, viewer)
    more = await sign_in(viewer)
    assert isinstance(more, More)
    for _ in range(5):
        with pytest.raises(CodeWrong):
            await services.administrator_sign_in.go_on(BROWSER, more.ticket, code="000000")
    await services.administrators.reset_password(OPERATOR, viewer.id, FRESH, keep=True)
    _, codes = await bind(services, viewer)
    again = await sign_in(viewer, FRESH)
    assert isinstance(again, More)
    signed = await services.administrator_sign_in.go_on(BROWSER, again.ticket, code=codes[0])
    assert isinstance(signed, SignedIn)


async def test_who_guesses_at_the_door_keeps_nobody_from_changing_the_password(
    services: Services, viewer: Administrator, sign_in: SignIn
) -> None:
    here = await sign_in(viewer)
    assert isinstance(here, SignedIn)
    await lock(sign_in, viewer)
    change = services.administrator_sign_in.change_password
    await change(BROWSER, viewer, here.session.id, PASSWORD, FRESH)
    for _ in range(5):
        with pytest.raises(OldPasswordWrong):
            await change(BROWSER, viewer, here.session.id, "wrong", PASSWORD)
    with pytest.raises(AccountLocked):
        await change(BROWSER, viewer, here.session.id, FRESH, PASSWORD)


@pytest.fixture
def meanwhile(services: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Does something, once, after the next right password was found to be right."""
    hasher = services.administrator_sign_in._hasher
    verify = hasher.verify

    def during(act: Callable[[], Awaitable[object]]) -> None:
        async def verified(*given: Any) -> Any:
            found = await verify(*given)
            monkeypatch.setattr(hasher, "verify", verify)
            await act()
            return found

        monkeypatch.setattr(hasher, "verify", verified)

    return during


@pytest.mark.parametrize("how", ["reset", "disabled", "deleted"])
async def test_who_is_signing_in_by_the_old_password_is_not_let_in(
    services: Services, make: Make, sign_in: SignIn, meanwhile: Callable[[Any], None], how: str
) -> None:
    one = await make()
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "reset": lambda: services.administrators.reset_password(OPERATOR, one.id, FRESH, keep=True),
        "disabled": lambda: services.administrators.update(OPERATOR, one.id, disabled=True),
        "deleted": lambda: services.administrators.delete(OPERATOR, one.id),
    }
    meanwhile(acts[how])
    with pytest.raises((TokenExpired, WrongCredentials)):
        await sign_in(one)
    assert await services.administrator_sign_in.sessions(one.id) == []


async def test_a_reset_is_not_undone_by_who_changes_the_old_password(
    services: Services, make: Make, sign_in: SignIn, meanwhile: Callable[[Any], None]
) -> None:
    one = await make()
    here = await sign_in(one)
    assert isinstance(here, SignedIn)
    meanwhile(lambda: services.administrators.reset_password(OPERATOR, one.id, FRESH, keep=True))
    with pytest.raises(OldPasswordWrong):
        await services.administrator_sign_in.change_password(
            BROWSER, one, here.session.id, PASSWORD, "of-whoever-stole-it"
        )
    assert isinstance(await sign_in(one, FRESH), SignedIn)


async def test_a_wrong_password_asks_no_more_of_the_database_than_an_unknown_name(
    viewer: Administrator, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the time it takes would tell who is an administrator."""
    asked: list[str] = []
    monkeypatch.setattr(postgres, "find", lambda db, one: asked.append(one))
    with suppress(WrongCredentials):
        await sign_in(viewer, "wrong")
    assert asked == []


def test_what_an_administrator_does_of_their_own_is_no_act_of_the_servers() -> None:
    assert not is_server_owner(for_the_log(BROWSER, "an administrator"))


async def test_a_role_in_a_pool_that_is_gone_opens_nothing(services: Services, make: Make) -> None:
    one = await make()
    gone = new_id()
    await services.db.execute(
        "insert into administrator_roles (administrator_id, pool_id, roles) values ($1, $2, $3)",
        one.id,
        gone,
        ["owner"],
    )
    known = await services.administrators.get(OPERATOR, one.id)
    with pytest.raises(PoolNotFound):
        await services.administrators.caller_in(known, gone, BROWSER)
