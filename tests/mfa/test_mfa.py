import asyncio
import time

import pytest

from poolhouse.errors import CodeWrong, FactorExists, FactorNotFound, NotAuthenticated, NotPermitted
from poolhouse.mfa import totp
from poolhouse.users.model import UserDraft


@pytest.fixture
async def bob(services, pool):
    return await services.users.create(pool.administrator, UserDraft({"username": "bob"}))


@pytest.fixture
def me(pool, bob):
    return pool.user(bob.id)


def code(secret, drift=0):
    return totp.code_at(totp.key_of(secret), int(time.time()) // 30 + drift)


async def associated(services, me):
    association = await services.mfa.associate(me, me.actor_id, "Shop", "bob")
    await services.mfa.confirm(me, me.actor_id, code(association.secret, -1))
    return association


async def test_strangers_and_others_touch_no_factor(services, pool, other_pool, bob, me):
    await associated(services, me)
    with pytest.raises(NotAuthenticated):
        await services.mfa.delete(pool.stranger, bob.id)
    with pytest.raises(NotPermitted):
        await services.mfa.list(pool.user("other"), bob.id)
    with pytest.raises(FactorNotFound):
        await services.mfa.delete(other_pool.administrator, bob.id)
    with pytest.raises(NotPermitted):
        await services.mfa.import_secrets(me, [(bob.id, "x", None)])


async def test_a_factor_counts_once_confirmed(services, pool, bob, me):
    association = await services.mfa.associate(me, bob.id, "Shop", "bob@example.com")
    assert association.uri.startswith("otpauth://totp/Shop:bob%40example.com?secret=")
    assert association.qrcode_data_url.startswith("data:image/png;base64,")
    assert not await services.mfa.is_enabled(pool.id, bob.id)
    with pytest.raises(FactorNotFound):
        await services.mfa.verify(me, bob.id, code(association.secret))
    with pytest.raises(CodeWrong):
        await services.mfa.confirm(me, bob.id, "000000")
    await services.mfa.confirm(me, bob.id, code(association.secret))
    assert await services.mfa.is_enabled(pool.id, bob.id)
    with pytest.raises(FactorExists):
        await services.mfa.associate(me, bob.id, "Shop", "bob")


async def test_a_used_code_is_not_good_twice(services, bob, me):
    association = await associated(services, me)
    fresh = code(association.secret)
    tries = [services.mfa.verify(me, bob.id, fresh) for _ in range(5)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(answer is None for answer in answers) == 1
    with pytest.raises(CodeWrong):
        await services.mfa.verify(me, bob.id, code(association.secret, -1))


async def test_a_recovery_code_is_good_once_and_is_replaced(services, bob, me):
    association = await associated(services, me)
    with pytest.raises(CodeWrong):
        await services.mfa.recover(me, bob.id, "wrong")
    following = await services.mfa.recover(me, bob.id, f" {association.recovery_code.upper()} ")
    with pytest.raises(CodeWrong):
        await services.mfa.recover(me, bob.id, association.recovery_code)
    await services.mfa.recover(me, bob.id, following)


async def test_an_imported_secret_is_in_force_at_once(services, pool, bob, me):
    await services.mfa.import_secrets(pool.administrator, [(bob.id, "123456", "my recovery")])
    await services.mfa.verify(me, bob.id, code("123456"))
    await services.mfa.recover(me, bob.id, "my recovery")


async def test_a_secret_is_not_kept_readable(services, database, pool, bob, me):
    association = await associated(services, me)
    row = await database.fetchrow("select * from mfa_factors where pool_id = $1", pool.id)
    assert association.secret.encode() not in row["secret"]
    assert association.recovery_code.encode() not in row["recovery_digest"]


async def test_a_deleted_factor_and_a_deleted_user_leave_nothing(services, database, pool, bob, me):
    await associated(services, me)
    await services.mfa.delete(me, bob.id)
    with pytest.raises(FactorNotFound):
        await services.mfa.delete(me, bob.id)
    await associated(services, me)
    await services.users.delete(pool.administrator, [bob.id])
    assert await database.fetchval("select count(*) from mfa_factors where pool_id = $1", pool.id) == 0
