"""The default picture of users who have none, served here so that showing a user needs no other server."""

from __future__ import annotations

from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from poolhouse.users.model import AVATAR_PATH

_PNG = files("poolhouse.wire").joinpath("avatar.png").read_bytes()
_HEADERS = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}


async def _avatar(_: Request) -> Response:
    return Response(_PNG, headers=_HEADERS, media_type="image/png")


def avatar_routes() -> list[BaseRoute]:
    return [Route(AVATAR_PATH, _avatar)]
