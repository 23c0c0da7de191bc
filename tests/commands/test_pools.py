"""`poolhouse pool passwords` and `poolhouse pool lockout`, as an operator runs them."""

from __future__ import annotations

import pytest
from tests.commands.conftest import Said
from tests.conftest import PoolForTests

from poolhouse.commands import pools
from poolhouse.errors import InvalidInput
from poolhouse.services import Services


async def test_the_password_policy_is_shown_and_changed(
    services: Services,
    pool: PoolForTests,
    other_pool: PoolForTests,
    said: Said,
) -> None:
    told = await said(pools.pool_passwords, pool.id)
    assert (told["strength"], told["expires after days"], told["remembered"]) == ("low", 0, 0)
    told = await said(pools.pool_passwords, pool.id, strength="medium", expires_after_days=90, remembered=3)
    assert (told["strength"], told["expires after days"], told["remembered"]) == ("medium", 90, 3)
    with pytest.raises(InvalidInput):
        await said(pools.pool_passwords, pool.id, strength="custom")
    assert (await said(pools.pool_passwords, other_pool.id))["strength"] == "low"


async def test_the_lockout_is_shown_and_changed(pool: PoolForTests, said: Said) -> None:
    told = await said(pools.pool_lockout, pool.id)
    assert (told["on"], told["after"], told["strategy"]) == (True, 10, "block-account")
    told = await said(pools.pool_lockout, pool.id, after=3, within_s=600, strategy="captcha")
    assert (told["on"], told["after"], told["within s"], told["strategy"]) == (True, 3, 600, "captcha")
    assert (await said(pools.pool_lockout, pool.id, off=True))["on"] is False
    assert (await said(pools.pool_lockout, pool.id, after=5))["on"] is True
