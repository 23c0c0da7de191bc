"""Pools under changes at the same time."""

from __future__ import annotations

import asyncio

from tests.conftest import PoolForTests

from poolhouse.services import Services


async def test_two_changes_at_once_both_hold(services: Services, pool: PoolForTests) -> None:
    caller = pool.administrator
    await asyncio.gather(
        *(
            services.pools.update(caller, {}, {field: True})
            for field in ("register_disabled", "app_sso_enabled")
        ),
        *(services.pools.update(caller, {}, {"whitelists": {kind: True}}) for kind in _KINDS),
    )
    settings = (await services.pools.get(pool.id)).settings
    assert settings.register_disabled
    assert settings.app_sso_enabled
    assert all(getattr(settings.whitelists, kind) for kind in _KINDS)


async def test_a_change_is_seen_at_once(services: Services, pool: PoolForTests) -> None:
    for enabled in (True, False) * 10:
        reads = [asyncio.create_task(services.pools.get(pool.id)) for _ in range(5)]
        await services.pools.update(pool.administrator, {}, {"register_disabled": enabled})
        assert (await services.pools.get(pool.id)).settings.register_disabled is enabled
        await asyncio.gather(*reads)
        assert (await services.pools.get(pool.id)).settings.register_disabled is enabled


_KINDS = ("phone_enabled", "email_enabled", "username_enabled")
