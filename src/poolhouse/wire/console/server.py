"""The server's own settings, for its owners to read: they are set where the server is started."""

from __future__ import annotations

import re

from starlette.responses import Response

from poolhouse.settings import SecretStr, settings_known
from poolhouse.settings_sources import PREFIX
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit
from poolhouse.wire.console.words.settings import SERVER

_MAY_HOLD_A_SECRET = re.compile(r"[@?]")


async def show(visit: Visit, rendering: Rendering) -> Response:
    rows = []
    for name, about in settings_known().items():
        value = getattr(visit.services.settings, name)
        is_secret = isinstance(value, SecretStr)
        masked = bool(value) and (
            is_secret or (name.endswith("_url") and _MAY_HOLD_A_SECRET.search(str(value)))
        )
        rows.append(
            {
                "name": f"{PREFIX}{name.upper()}",
                "value": "" if value is None or is_secret else str(value),
                "masked": masked,
                "default": ""
                if about.default is None or isinstance(about.default, SecretStr)
                else str(about.default),
                "effect": SERVER[name] if visit.lang == "zh-CN" else about.description,
            }
        )
    return rendering.page(visit, "settings/server.html", rows=rows)


PAGES = (Page("GET", "/server", show, "server-owner"),)
