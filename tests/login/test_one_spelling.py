"""A name counts, is let in and is sent its code whichever way it is written: codes, lockout, whitelist."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.users.spellings import OTHERS, PASSWORD, SPELLINGS, WRITTEN, by_password, last_code

from poolhouse.errors import AccountLocked, NotWhitelisted, PoolhouseError, WrongCredentials
from poolhouse.login.model import Registration
from poolhouse.services import Services
from poolhouse.users.model import KeyKind, UserDraft, UserKey

SENT = [case for case in WRITTEN if case[0] in ("email", "phone")]
LISTED: Any = [case for case in WRITTEN if case[0] != "external_id"]
WRONG = "wrong 1"


@pytest.mark.parametrize(("kind", "text"), SENT)
async def test_a_code_sent_to_one_spelling_is_good_for_all(
    services: Services, pool: PoolForTests, kind: Any, text: str
) -> None:
    await services.pools.update(pool.administrator, {}, {"verify_code_resend_after": 0})
    user = await services.users.create(pool.administrator, UserDraft({kind: SPELLINGS[kind][0]}, PASSWORD))
    for number, typed in enumerate(SPELLINGS[kind]):
        await services.codes.send(pool.stranger, kind, text, "login")
        code = await last_code(services, pool)
        logged_in = await services.code_login.login(pool.stranger, kind, typed, code)
        assert logged_in.user.id == user.id, typed

        await services.codes.send(pool.stranger, kind, typed, "reset_password")
        code, password = await last_code(services, pool), f"secret {number} new"
        await services.recovery.by_code(pool.stranger, kind, text, code, password)
        again = await services.login.with_password(pool.stranger, UserKey(kind, typed), password)
        assert again.user.id == user.id, typed


@pytest.mark.parametrize("somebody", [True, False], ids=["somebody", "nobody"])
@pytest.mark.parametrize("kind", ["phone", "email", "username"])
async def test_failures_in_any_spelling_count_for_all(
    services: Services, pool: PoolForTests, kind: KeyKind, somebody: bool
) -> None:
    """Also of a name nobody has, which locks as an account does."""
    spelled = SPELLINGS[kind]
    check = {"enabled": True, "limit": len(spelled), "time_interval": 600}
    settings = {"login_password_fail_check": check, "login_fail_strategy": "block-account"}
    await services.pools.update(pool.administrator, {}, settings)
    if somebody:
        await services.users.create(pool.administrator, UserDraft({kind: spelled[0]}, PASSWORD))
    for typed in spelled:
        with pytest.raises(WrongCredentials):
            await services.login.with_password(pool.stranger, UserKey(kind, typed), WRONG)
    for typed in spelled:
        with pytest.raises(AccountLocked):
            await services.login.with_password(pool.stranger, UserKey(kind, typed), PASSWORD)
    for other in OTHERS[kind]:
        with pytest.raises(WrongCredentials):
            await services.login.with_password(pool.stranger, UserKey(kind, other), WRONG)


@pytest.mark.parametrize("kind", ["phone", "email"])
async def test_a_code_to_any_spelling_unlocks(services: Services, pool: PoolForTests, kind: Any) -> None:
    check = {"enabled": True, "limit": 1, "time_interval": 600}
    settings = {"login_password_fail_check": check, "login_fail_strategy": "block-account"}
    settings |= {"self_unlock": True, "verify_code_resend_after": 0}
    await services.pools.update(pool.administrator, {}, settings)
    first = UserKey(kind, SPELLINGS[kind][0])
    await services.users.create(pool.administrator, UserDraft({kind: first.value}, PASSWORD))
    for typed in SPELLINGS[kind]:
        with pytest.raises(WrongCredentials):
            await services.login.with_password(pool.stranger, first, WRONG)
        assert await by_password(services, pool, first) is None
        await services.codes.send(pool.stranger, kind, typed, "unlock")
        await services.recovery.unlock(pool.stranger, kind, typed, await last_code(services, pool))
        assert await by_password(services, pool, first), typed


async def admitted(services: Services, pool: PoolForTests, kind: Any, text: str, **more: str) -> bool:
    fresh = await services.pools.get(pool.id)
    try:
        await services.whitelist.require_listed(pool.stranger, fresh, {kind: text, **more})
    except NotWhitelisted:
        return False
    return True


@pytest.mark.parametrize(("kind", "text"), LISTED)
async def test_a_list_lets_in_whichever_way_it_is_written(
    services: Services, pool: PoolForTests, kind: Any, text: str
) -> None:
    whitelist, admin = services.whitelist, pool.administrator
    await services.pools.update(admin, {}, {"whitelists": {f"{kind}_enabled": True}})
    assert len(await whitelist.add(admin, kind, [text])) == 1
    assert [typed for typed in SPELLINGS[kind] if not await admitted(services, pool, kind, typed)] == []
    assert [other for other in OTHERS[kind] if await admitted(services, pool, kind, other)] == []
    for typed in SPELLINGS[kind]:
        await whitelist.remove(admin, kind, [typed])
        assert not await admitted(services, pool, kind, text), typed
        await whitelist.add(admin, kind, [text])


async def test_listed_digits_let_in_a_number_of_another_country(
    services: Services, pool: PoolForTests
) -> None:
    await services.pools.update(pool.administrator, {}, {"whitelists": {"phone_enabled": True}})
    await services.whitelist.add(pool.administrator, "phone", ["(202) 555-0123"])
    assert await admitted(services, pool, "phone", "202 555 0123", phone_country_code="+1")
    assert not await admitted(services, pool, "phone", "+1 202 555 0124")


@pytest.mark.parametrize(("kind", "text"), LISTED)
async def test_registering_past_the_list_is_refused_and_on_it_is_not(
    services: Services, pool: PoolForTests, kind: Any, text: str
) -> None:
    await services.pools.update(pool.administrator, {}, {"whitelists": {f"{kind}_enabled": True}})
    registration = Registration(kind, {kind: text}, PASSWORD)
    with pytest.raises(PoolhouseError):
        await services.registrations.register(pool.stranger, registration)
    await services.whitelist.add(pool.administrator, kind, [SPELLINGS[kind][-1]])
    assert (await services.registrations.register(pool.stranger, registration)).user
