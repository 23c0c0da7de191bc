"""A browser that somebody signed in with before is not kept out by whoever guesses at the name elsewhere."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from tests.administrators.conftest import BROWSER, OPERATOR, PASSWORD, Make

from poolhouse.administrators.devices import ACCOUNTS, LIFETIME_S
from poolhouse.administrators.model import Administrator, More, SignedIn
from poolhouse.errors import AccountLocked, CodeWrong, TooManyRequests, WrongCredentials
from poolhouse.ids import new_id
from poolhouse.mfa import totp
from poolhouse.services import Services

FRESH = "another-long-password"


async def device_of(services: Services, one: Administrator, kept: str = "", password: str = PASSWORD) -> str:
    """What a browser keeps in which somebody signed in."""
    signed = await services.administrator_sign_in.sign_in(BROWSER, one.username, password, device=kept)
    assert isinstance(signed, SignedIn)
    return signed.device


async def guess(services: Services, one: Administrator, device: str = "", times: int = 5) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            await services.administrator_sign_in.sign_in(BROWSER, one.username, "wrong", device=device)


async def test_whoever_guesses_at_a_name_keeps_its_owner_out_of_no_known_browser(
    services: Services, viewer: Administrator
) -> None:
    device = await device_of(services, viewer)
    await guess(services, viewer)
    with pytest.raises(AccountLocked):
        await device_of(services, viewer)
    await device_of(services, viewer, device)
    with pytest.raises(AccountLocked):  # who is elsewhere is not forgiven by it
        await device_of(services, viewer)


async def test_guesses_in_a_known_browser_lock_that_browser_alone(
    services: Services, viewer: Administrator
) -> None:
    device, other = [await device_of(services, viewer) for _ in range(2)]
    await guess(services, viewer, device)
    with pytest.raises(AccountLocked):
        await device_of(services, viewer, device)
    await device_of(services, viewer, other)
    await device_of(services, viewer)


@pytest.mark.parametrize(
    "wrong", ["another's", "changed", "long", "no base64", "old", "password changed", "reset"]
)
async def test_a_browser_that_is_not_known_waits_as_any(
    services: Services, viewer: Administrator, make: Make, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    device, password = await device_of(services, viewer), PASSWORD
    if wrong == "another's":
        device = await device_of(services, await make())
    elif wrong == "changed":
        device = device[:40] + ("A" if device[40] != "A" else "B") + device[41:]
    elif wrong in ("long", "no base64"):
        device = "A" * 100_000 if wrong == "long" else "é\ud83d"
    elif wrong == "old":
        later = time.time() + LIFETIME_S + 1
        monkeypatch.setattr("poolhouse.administrators.devices.clock.epoch_s", lambda: later)
    elif wrong == "password changed":
        password = FRESH
        change = services.administrator_sign_in.change_password
        kept = await change(BROWSER, viewer, "00" * 32, PASSWORD, FRESH, device=device)
        await guess(services, viewer)
        await device_of(services, viewer, kept, FRESH)  # where it was changed it is known still
    else:
        password = FRESH
        await services.administrators.reset_password(OPERATOR, viewer.id, FRESH, keep=True)
    await guess(services, viewer, times=0 if wrong == "password changed" else 5)
    with pytest.raises(AccountLocked):
        await device_of(services, viewer, device, password)


async def test_whoever_has_the_password_keeps_nobody_out_by_wrong_codes(
    services: Services, viewer: Administrator
) -> None:
    device = await device_of(services, viewer)
    factor, sign_in = services.administrator_factor, services.administrator_sign_in
    begun = await factor.begin(viewer, "session", "Poolhouse")
    codes = await factor.confirm(
        BROWSER,
        viewer,
        "session",
        begun.ticket,
        totp.code_at(totp.key_of(begun.secret), int(time.time()) // 30),
    )
    more = await sign_in.sign_in(BROWSER, viewer.username, PASSWORD)
    assert isinstance(more, More)
    for _ in range(5):
        with pytest.raises(CodeWrong):
            await sign_in.go_on(BROWSER, more.ticket, code="wrong")
    with pytest.raises(AccountLocked):
        await sign_in.go_on(BROWSER, more.ticket, code=codes[0])
    assert isinstance(await sign_in.go_on(BROWSER, more.ticket, code=codes[0], device=device), SignedIn)


async def test_a_known_browser_does_not_wait_for_its_neighbors(
    services: Services, viewer: Administrator
) -> None:
    asking = replace(BROWSER, ip=f"2001:db8:{new_id()[:4]}:2::1")
    device = await device_of(services, viewer)
    sign_in = services.administrator_sign_in.sign_in
    with pytest.raises(TooManyRequests):
        for _ in range(51):
            with pytest.raises(WrongCredentials):
                await sign_in(asking, "nobody" + new_id(), "")
    assert isinstance(await sign_in(asking, viewer.username, PASSWORD, device=device), SignedIn)


async def test_a_browser_is_known_for_its_latest_people(services: Services, make: Make) -> None:
    people = [await make() for _ in range(ACCOUNTS + 1)]
    device = ""
    for one in people:
        device = await device_of(services, one, device)
    assert len(device) < 3000
    for one in people:
        await guess(services, one)
    with pytest.raises(AccountLocked):
        await device_of(services, people[0], device)
    for one in people[1:]:
        await device_of(services, one, device)


async def test_what_a_browser_keeps_opens_nothing(services: Services, viewer: Administrator) -> None:
    device = await device_of(services, viewer)
    assert viewer.id not in device
    with pytest.raises(WrongCredentials):
        await services.administrator_sign_in.sign_in(BROWSER, viewer.username, "wrong", device=device)
