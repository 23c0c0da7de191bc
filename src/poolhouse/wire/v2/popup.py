"""What the window of a sign-in by an identity source tells the page that opened it: v2's person, v2's refusals.

Its listeners are `social.authorize` of the official clients and the login component, which read the user of a login;
the component reads a refusal as JSON of its own envelope in the message's text, the others as a number and a text.
Source: docs/contract/v2.md#signing-in-in-a-pop-up.
"""

from __future__ import annotations

from typing import Any

import msgspec

from poolhouse.caller import Caller
from poolhouse.errors import PoolhouseError
from poolhouse.users.model import User
from poolhouse.wire.oidc.browser import Browser
from poolhouse.wire.v2 import errors, guard_envelope
from poolhouse.wire.v2.request import V2Request
from poolhouse.wire.v2.user_loader import signed_in, users_json


class PopupMessages:
    async def person(
        self, browser: Browser, caller: Caller, user: User, token: str | None, *, custom_data: bool
    ) -> Any:
        zone = (await browser.services.pools.get(caller.pool_id)).zone
        request = V2Request(caller, browser.services, browser.http, zone)
        await signed_in(request, user, token)
        (shown,) = await users_json(request, [user], custom_data=custom_data)
        return shown

    def refusal(self, browser: Browser, error: PoolhouseError, *, component: bool) -> dict[str, Any]:
        told = errors.described(error, browser.http.lang)
        if not component:
            return told
        whole = {**told, **guard_envelope.refused(error, told["code"], told["data"])}
        return {**told, "message": msgspec.json.encode(whole).decode()}
