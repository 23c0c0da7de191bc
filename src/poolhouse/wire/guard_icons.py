"""The icons of the login component `@authing/guard`, which it asks of the `cdnBase` it is told: here, not the vendor's.

Drawn for Poolhouse, under the names that the component looks for. It shows nothing before it has them.
"""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

PATH = "/svg-string/guard"
_SVG = files("poolhouse.wire").joinpath("guard_icons.svg").read_bytes()
_HEADERS = {
    "cache-control": "public, max-age=86400",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
}


async def _icons(_: Request) -> Response:
    return Response(_SVG, headers=_HEADERS, media_type="image/svg+xml")


def guard_icon_routes() -> list[BaseRoute]:
    return [Route(PATH, _icons)]
