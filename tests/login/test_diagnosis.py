"""`diagnosis`: says of each refusal what a sign-in would meet, counts nothing, and is an administrator's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from bench.console_asked import counted
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.errors import NotPermitted, PoolhouseError
from poolhouse.login.diagnosis import Diagnosis
from poolhouse.resources.app_access import AccessRule
from poolhouse.resources.model import Effect, TargetType
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft, UserKey

PASSWORD = "correct horse 1"


async def person(services: Services, pool: PoolForTests, **values: object) -> User:
    return await services.users.create(pool.administrator, UserDraft({"username": "li", **values}, PASSWORD))


async def why(services: Services, pool: PoolForTests, user: User, app_id: str | None = None) -> Diagnosis:
    found = await services.users.find(pool.administrator, UserKey("id", user.id))
    assert found is not None
    return await services.diagnosis.of(pool.administrator, found, app_id)


def stops(found: Diagnosis) -> Sequence[str]:
    return [one.code for one in found.findings if one.stops]


async def sign_in(
    services: Services, pool: PoolForTests, password: str = PASSWORD, app_id: str | None = None
) -> str:
    """The refusal's class; "" for a sign-in."""
    try:
        await services.login.with_password(
            Caller(pool.id, app_id=app_id), UserKey("username", "li"), password
        )
    except PoolhouseError as error:
        return type(error).__name__
    return ""


async def test_applications_that_admit_somebody_cost_no_statements_each(
    services: Services, pool: PoolForTests
) -> None:
    user, asked = await person(services, pool), []
    for more in (1, 5):
        for n in range(more):
            await services.apps.create(pool.administrator, f"{more} {n}")
        await why(services, pool, user)
        with counted() as spent:
            await why(services, pool, user)
        asked.append(spent.statements)
    assert asked[0] == asked[1]


async def test_a_stranger_is_refused(services: Services, pool: PoolForTests) -> None:
    user = await person(services, pool)
    with pytest.raises(NotPermitted):
        await services.diagnosis.of(pool.user(user.id), user)


async def test_who_can_sign_in_is_stopped_by_nothing(services: Services, pool: PoolForTests) -> None:
    user = await person(services, pool)
    assert stops(await why(services, pool, user)) == []
    assert await sign_in(services, pool) == ""


@pytest.mark.parametrize("status", ["Suspended", "Resigned", "Archived", "Deactivated"])
async def test_a_status_is_told(services: Services, pool: PoolForTests, status: str) -> None:
    user = await person(services, pool)
    await services.users.update(pool.administrator, user.id, UserDraft({"status": status}))
    found = await why(services, pool, user)
    assert stops(found) == ["status"]
    assert status in found.findings[0].told("en-US")
    assert status in found.findings[0].told("zh-CN")
    assert await sign_in(services, pool) != ""


async def test_a_lock_is_told_with_its_end_and_the_failures_are_listed(
    services: Services, pool: PoolForTests
) -> None:
    user = await person(services, pool)
    for _ in range(11):
        await sign_in(services, pool, "wrong")
    found = await why(services, pool, user)
    assert stops(found) == ["locked"]
    assert 0 < found.findings[0].facts["seconds"] <= 60
    assert [row.detail["reason"] for row in found.failures][:2] == ["AccountLocked", "WrongCredentials"]
    assert await sign_in(services, pool) == "AccountLocked"


async def test_passwords_that_must_change_are_told(services: Services, pool: PoolForTests) -> None:
    user = await person(services, pool)
    await services.users.update(
        pool.administrator, user.id, UserDraft({"reset_password_on_next_login": True})
    )
    assert stops(await why(services, pool, user)) == ["resetPasswordOnNextLogin"]
    assert await sign_in(services, pool) == "PasswordResetRequired"
    await services.users.update(
        pool.administrator, user.id, UserDraft({"reset_password_on_next_login": False})
    )
    await services.pools.update_password_policy(pool.administrator, {}, {"forced_cycle": 30})
    await services.db.execute(
        "update users set password_last_set_at = now() - interval '31 days' where pool_id = $1 and id = $2",
        pool.id,
        user.id,
    )
    assert stops(await why(services, pool, user)) == ["passwordExpired"]
    assert await sign_in(services, pool) == "PasswordResetRequired"


async def test_who_has_no_password_is_told(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    assert stops(await why(services, pool, user)) == ["noPassword"]


async def test_an_unverified_address_is_told_where_the_pool_asks_for_one(
    services: Services, pool: PoolForTests
) -> None:
    user = await person(services, pool, email="li@x.example")
    assert stops(await why(services, pool, user)) == []
    await services.pools.update(pool.administrator, {}, {"login_require_email_verified": True})
    assert stops(await why(services, pool, user)) == ["emailUnverified"]
    assert await sign_in(services, pool) == "EmailUnverified"


async def test_an_application_that_refuses_is_named_with_its_rule(
    services: Services, pool: PoolForTests
) -> None:
    user = await person(services, pool)
    app = await services.apps.create(pool.administrator, "shop")
    rule = AccessRule(TargetType.USER, (user.id,), Effect.DENY)
    await services.app_access.put_all(pool.administrator, app.id, [rule])
    found = await why(services, pool, user, app.id)
    assert stops(found) == ["appAccessDenied"]
    assert "shop" in found.findings[0].told("en-US")
    assert user.id in found.findings[0].told("en-US")
    assert await sign_in(services, pool, app_id=app.id) == "AppAccessDenied"
    assert await sign_in(services, pool) == ""


async def test_a_second_factor_is_told_and_stops_nobody(services: Services, pool: PoolForTests) -> None:
    user = await person(services, pool)
    await services.pools.update(pool.administrator, {}, {"mfa_required": True})
    found = await why(services, pool, user)
    assert ([one.code for one in found.findings], stops(found)) == (["secondFactorMissing"], [])


async def test_asking_changes_nothing(services: Services, pool: PoolForTests) -> None:
    user = await person(services, pool)
    for _ in range(12):
        await why(services, pool, user)
    assert await sign_in(services, pool) == ""
    assert not (await why(services, pool, user)).failures
