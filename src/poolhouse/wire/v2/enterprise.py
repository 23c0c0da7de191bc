"""What `enterprise.authorize` asks before it sends a window to an OpenID provider.

It is a question and no more: whether a sign-in by this connection may begin from this page. The sign-in's `state`,
nonce and verifier are made where it begins (`wire/oidc/popup.py`), so nothing of the request is kept.
Source: docs/contract/v2.md#signing-in-in-a-pop-up.
"""

from __future__ import annotations

from typing import Any

from poolhouse.errors import IdentitySourceNotFound, InvalidInput
from poolhouse.misfits import OBJECT, expected
from poolhouse.web_origins import web_origin
from poolhouse.wire.sentences import DONE
from poolhouse.wire.v2.authentication_rest import text_of
from poolhouse.wire.v2.guard import app_for_strangers
from poolhouse.wire.v2.request import Answer, Route, V2Request


async def start_interaction(request: V2Request) -> Any:
    body = request.body
    app = await app_for_strangers(request, text_of(body, "appId"))
    connection = body.get("connection")
    if not isinstance(connection, dict):
        raise InvalidInput("connection", *expected(OBJECT))
    protocol, name = text_of(body, "protocol"), text_of(connection, "providerIentifier")
    offers = await request.services.provider_connections.offered(app.pool_id, app.id)
    if not any(one.redirecting and (one.kind, one.identifier) == (protocol, name) for one in offers):
        raise IdentitySourceNotFound(connection=name)
    if not app.is_own_page(web_origin(text_of(body, "referer"))):
        raise InvalidInput(
            "referer",
            "该页面不属于该应用：请登记同源的回调地址",
            "the page is none of the application's: register a redirect address of its origin",
        )
    return Answer(None, DONE)


ROUTES = [Route("POST", "/api/v2/connections/oidc/start-interaction", start_interaction)]
