"""The icons of the login component `@authing/guard`, which it asks of the `cdnBase` it is told: here, not the vendor's.

Drawn for Poolhouse, under the names that the component looks for. It shows nothing before it has them. And the picture
of an identity source that has none of its own.
"""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

PATH = "/svg-string/guard"
SOURCE_PATH = "/svg-string/identity-source"
_FILES = {PATH: "guard_icons.svg", SOURCE_PATH: "guard_identity_source.svg"}
_HEADERS = {
    "cache-control": "public, max-age=86400",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
}


def guard_icon_routes() -> list[BaseRoute]:
    return [
        _route(path, files("poolhouse.wire").joinpath(name).read_bytes()) for path, name in _FILES.items()
    ]


def _route(path: str, svg: bytes) -> Route:
    async def answer(_: Request) -> Response:
        return Response(svg, headers=_HEADERS, media_type="image/svg+xml")

    return Route(path, answer)
