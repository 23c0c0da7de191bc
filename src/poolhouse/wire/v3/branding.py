"""How the pages look that users of the pool sign in at: operations of our own.

Source: docs/contract/fields.md, docs/guide/sign-in.md.
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from poolhouse.pictures import is_shown
from poolhouse.pools.model import Pool
from poolhouse.wire import look
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.pool_settings import READ, WRITE


class BrandingDto(Struct, rename="camel", kw_only=True):
    name: str
    logo: str
    logo_shown: bool
    color: str
    text_color: str
    link_color: str
    link_color_dark: str


class UpdateBrandingDto(Struct, rename="camel", kw_only=True):
    name: str | UnsetType = UNSET
    logo: str | UnsetType | None = UNSET
    color: str | UnsetType | None = UNSET


async def get_branding(request: V3Request, _: None) -> BrandingDto:
    request.caller.require_administrator()
    return _told(await request.services.pools.get(request.caller.pool_id))


async def update_branding(request: V3Request, body: UpdateBrandingDto) -> BrandingDto:
    """What is given changes; null is none."""
    values: dict[str, Any] = {}
    if not isinstance(body.name, UnsetType):
        values["name"] = body.name
    if not isinstance(body.logo, UnsetType):
        values["logo"] = body.logo or None
    settings = {} if isinstance(body.color, UnsetType) else {"branding": {"color": body.color or ""}}
    return _told(await request.services.pools.update(request.caller, values, settings))


def _told(pool: Pool) -> BrandingDto:
    color = pool.settings.branding.color
    shades = look.shades(color or look.BUILT_IN)
    return BrandingDto(
        name=pool.name,
        logo=pool.logo or "",
        logo_shown=is_shown(pool.logo),
        color=color,
        text_color=shades.on,
        link_color=shades.light,
        link_color_dark=shades.dark if color else look.BUILT_IN_DARK,
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-branding",
        request=None,
        response=BrandingDto,
        handler=get_branding,
        scope=READ,
        summary="Name, logo and color of the pages users sign in at",
        ours=True,
    ),
    Endpoint(
        "POST",
        "update-branding",
        request=UpdateBrandingDto,
        response=BrandingDto,
        handler=update_branding,
        scope=WRITE,
        summary="Change name, logo or color of the pages users sign in at; null is none",
        ours=True,
    ),
]
