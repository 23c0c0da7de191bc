"""Pools under changes at the same time."""

from __future__ import annotations

import asyncio

from tests.conftest import PoolForTests

from poolhouse.services import Services
from poolhouse.ttl_cache import TtlCache


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


def test_a_read_that_began_before_a_write_is_not_kept() -> None:
    recent: TtlCache[str] = TtlCache()
    reading = recent.reading()
    recent.drop("key")
    recent.keep("key", "old", reading)
    assert recent.get("key") is None
    recent.keep("key", "new", recent.reading())
    assert recent.get("key") == "new"


def test_rows_are_forgotten_in_time() -> None:
    recent: TtlCache[str] = TtlCache(seconds=0)
    recent.keep("key", "row", recent.reading())
    assert recent.get("key") is None


_KINDS = ("phone_enabled", "email_enabled", "username_enabled")
