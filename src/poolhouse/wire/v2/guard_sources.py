"""The identity sources of an application, as the login component `@authing/guard` and `enterprise.authorize` read them.

A button each for those that have a page of their own, which opens a window at one of our addresses (`wire/oidc/popup`);
a tab for those that take a name and a password. Nothing of a connection's settings is told: a stranger may ask.
Source: docs/contract/guard.md#identity-sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from poolhouse.apps.model import App
from poolhouse.federation.connections import Offer
from poolhouse.federation.directories import KINDS, meant_by
from poolhouse.wire.guard_icons import SOURCE_PATH

_ADDRESSES = {
    "oidc": "oidcConnectionLoginUrl",
    "saml": "samlRequest",
    "cas": "casConnectionLoginUrl",
    "oauth": "authUrl",
    "azure-ad": "authorizationUrl",
}
"""What the address of a kind's sign-in is called in `config`. The other kinds begin at `/connections/social/`."""


def tabs(app: App, offers: Sequence[Offer]) -> list[str]:
    """The client names no connection, so there is none where a sign-in could mean several."""
    return [kind for kind in KINDS if len(meant_by(app, offers, kind)) == 1]


def buttons(app: App, offers: Sequence[Offer], address: str) -> dict[str, Any]:
    shown = [offer for offer in offers if offer.redirecting]
    return {
        "socialConnections": [_social(offer) for offer in shown if offer.kind not in _ADDRESSES],
        "identityProviders": [
            _enterprise(app, offer, address) for offer in shown if offer.kind in _ADDRESSES
        ],
    }


def _social(offer: Offer) -> dict[str, Any]:
    return {
        "id": offer.id,
        "identifier": offer.identifier,
        "provider": offer.kind,
        "name": offer.name,
        "name_en": offer.name,
        "displayName": offer.name,
        "logo": offer.logo or "",
    }


def _enterprise(app: App, offer: Offer, address: str) -> dict[str, Any]:
    """`enterprise.authorize` makes the address of an OpenID provider of parts, and adds a query of its own."""
    asked = urlencode({"identifier": offer.identifier, "app_id": app.id})
    begin = f"{address}/connections/{offer.path}"
    parts = {
        "authorizationEdpoint": f"{begin}/{quote(offer.identifier, safe='')}/init",
        "clientId": app.id,
        "redirectUri": "",
        "scopes": "openid",
        "responseType": "code",
    }
    return {
        "id": offer.id,
        "identifier": offer.identifier,
        "protocol": offer.kind,
        "displayName": offer.name,
        "logo": offer.logo or f"{address}{SOURCE_PATH}",
        "config": {
            _ADDRESSES[offer.kind]: f"{begin}/init?{asked}",
            **(parts if offer.kind == "oidc" else {}),
        },
    }
