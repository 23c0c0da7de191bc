"""The client: where the browser goes, and what the ticket that it brings back is good for.

The service's address is made of our own origin when a sign-in begins, kept with the attempt, and the same when the
ticket is validated: a ticket for another service is the server's to refuse, and no header has a part in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from poolhouse.aside import aside
from poolhouse.errors import ProviderFailed
from poolhouse.federation.answers import answered
from poolhouse.federation.model import Begun, Callback, ExternalUser, Here, Settled
from poolhouse.federation.providers.cas.logouts import TICKET, ticket_of
from poolhouse.federation.providers.cas.responses import who
from poolhouse.federation.providers.cas.settings import Settings

MOST_BYTES = 64 * 1024
"""Of a server's answer."""


class CasClient:
    over_by = "logoutRequest"

    async def begin(self, connection: Settled, here: Here, state: str) -> Begun:
        settings: Settings = connection.fields
        service = f"{here.callback}?{urlencode({'state': state})}"
        asked = {"service": service, **({"renew": "true"} if settings.renew else {})}
        return Begun(_with(settings.login_url, asked), {"service": service})

    async def finish(
        self, connection: Settled, here: Here, callback: Callback, remembered: Mapping[str, str]
    ) -> ExternalUser:
        settings: Settings = connection.fields
        given = callback.given()
        ticket = given.get("ticket", "")
        if not TICKET.match(ticket):
            raise ProviderFailed("redirect", "身份源没有返回 ticket", "the provider sent no ticket")
        asked = {"service": remembered["service"], "ticket": ticket}
        if settings.renew:
            asked["renew"] = "true"
        address = _with(settings.validate_url, asked)
        answer = await answered(
            "ticket", here.outgoing.get(address, {"accept": "application/xml"}, most=MOST_BYTES)
        )
        if answer.status != 200:
            raise ProviderFailed(
                "ticket",
                f"检验 ticket 时身份源返回 HTTP {answer.status}",
                f"the provider answered HTTP {answer.status} when the ticket was validated",
            )
        came = await aside(f"cas/{connection.pool_id}", who, answer.body, settings)
        return replace(came, sign_in=_sign_in(given.get("state", ""), ticket))

    async def over(self, state: str, form: Mapping[str, str]) -> str:
        """Raises ProviderFailed (xml)."""
        return _sign_in(state, await aside(f"cas/{state[:24]}", ticket_of, form[self.over_by].encode()))


def _sign_in(state: str, ticket: str) -> str:
    """The ticket at the service that it was for, which only this sign-in's `state` makes."""
    return f"cas {state} {ticket}"


def _with(address: str, asked: Mapping[str, str]) -> str:
    """The address with its own parameters, and ours in the place of those that it should not have."""
    split = urlsplit(address)
    own = [one for one in split.query.split("&") if one and one.partition("=")[0] not in asked]
    query = "&".join([*own, urlencode(asked, quote_via=quote)])
    return urlunsplit(split._replace(query=query, fragment=""))
