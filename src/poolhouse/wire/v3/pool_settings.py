"""Every setting of the pool by name, with its default and what it does. No client's contract has them all.

Source: docs/contract/fields.md, docs/reference/pool-settings.md.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from poolhouse.pools.model import Pool
from poolhouse.wire import pool_settings
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

READ, WRITE = "security:read", "security:write"


class PoolSettingDto(Struct, rename="camel", kw_only=True):
    name: str
    section: str
    value: Any
    default: Any
    allowed: str
    choices: list[str]
    effect: str
    has_effect: bool


class UpdatePoolSettingsDto(Struct, rename="camel", kw_only=True):
    settings: dict[str, Any]


async def list_pool_settings(request: V3Request, _: None) -> list[PoolSettingDto]:
    request.caller.require_administrator()
    return _told(request, await request.services.pools.get(request.caller.pool_id))


async def update_pool_settings(request: V3Request, body: UpdatePoolSettingsDto) -> list[PoolSettingDto]:
    """All of those named, or none; null is the default. Answers those named."""
    settings, cycles = pool_settings.changes(body.settings)
    pool = await request.services.pools.update(request.caller, {}, settings, cycles)
    return [one for one in _told(request, pool) if one.name in body.settings]


def _told(request: V3Request, pool: Pool) -> list[PoolSettingDto]:
    rows = pool_settings.told(pool.settings, request.caller.lang == "zh-CN")
    return [
        PoolSettingDto(
            name=row["name"],
            section=row["section"],
            value=row["value"],
            default=row["default"],
            allowed=row["allowed"],
            choices=row["choices"],
            effect=row["effect"],
            has_effect=row["hasEffect"],
        )
        for row in rows
    ]


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-pool-settings",
        request=None,
        response=list[PoolSettingDto],
        handler=list_pool_settings,
        scope=READ,
        summary="Every setting of the pool, with its default and what it does",
        ours=True,
    ),
    Endpoint(
        "POST",
        "update-pool-settings",
        request=UpdatePoolSettingsDto,
        response=list[PoolSettingDto],
        handler=update_pool_settings,
        scope=WRITE,
        summary="Change settings of the pool by name; null is the default",
        ours=True,
    ),
]
