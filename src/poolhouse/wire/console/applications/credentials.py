"""An application's id and secret. The secret is in an answer once: when the application is made, and when the secret
is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.applications.frame import CREDENTIALS, HERE, ONE, framed
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit

SECRET = "GET get-application-secret"
ROTATE = "POST refresh-application-secret"
_WITHOUT = {"none": "app_secret_public", "private_key_jwt": "app_secret_by_key"}
"""Ways of saying who it is that need no secret, and what to say of each."""


def may_see(visit: Visit) -> bool:
    return visit.may(SECRET)


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await shown(visit, rendering, await _app(visit))


async def rotate(visit: Visit, rendering: Rendering) -> Response:
    form, app = visit.form(), await _app(visit)
    if form.get("sure") != "yes":
        return await shown(visit, rendering, app, 400, error_word="app_rotate_unsure")
    made = await visit.ask(ROTATE, {"appId": app["appId"]})
    return await shown(visit, rendering, app, secret=made["secret"])


async def shown(
    visit: Visit,
    rendering: Rendering,
    app: Any,
    status: int = 200,
    *,
    secret: str = "",
    is_new: bool = False,
    error_word: str = "",
) -> Response:
    """`secret`: to be shown, this once; `is_new`: the application was made just now."""
    visit = replace(visit, path={**visit.path, "application": app["appId"]})
    how = app["oidcConfig"]["tokenEndpointAuthMethod"]
    facts = await framed(visit, CREDENTIALS, app)
    return rendering.page(
        visit,
        "applications/credentials.html",
        status,
        secret=secret,
        is_new=is_new,
        issuer=f"{visit.origin}/oidc",
        without=_WITHOUT.get(how, ""),
        **facts | {"error_word": error_word},
    )


async def _app(visit: Visit) -> Any:
    return await visit.ask(ONE, {"appId": visit.path["application"]})


PAGES = (
    Page("GET", f"{HERE}/credentials", show, calls=(ONE,)),
    Page("POST", f"{HERE}/credentials/rotate", rotate, calls=(ONE, ROTATE)),
)
