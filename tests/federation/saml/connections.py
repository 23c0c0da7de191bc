"""A connection by SAML, and this server, as the provider's client is handed them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from tests.federation.saml.idp import CERTIFICATE, ISSUER, NOW

from poolhouse.federation.model import Callback, Here, Settled, settled
from poolhouse.federation.providers.saml import MANIFEST
from poolhouse.outgoing import Outgoing

ORIGIN = "https://id.example"
CALLBACK = f"{ORIGIN}/connections/saml/acme/callback"
BY_HAND = {
    "idpEntityId": ISSUER,
    "idpSignInUrl": "https://idp.example/sso?tenant=7",
    "idpCertificate": CERTIFICATE.public_bytes(Encoding.PEM).decode(),
}


def connection(**fields: Any) -> Settled:
    return settled(MANIFEST, id="c1", pool_id="p1", source_id="s1", identifier="acme", fields=fields)


def here(now: Callable[[], datetime] = lambda: NOW, outgoing: Outgoing | None = None) -> Here:
    return Here(origin=ORIGIN, callback=CALLBACK, outgoing=outgoing or Outgoing(), now=now)


def posted(document: bytes) -> Callback:
    form = (("SAMLResponse", base64.b64encode(document).decode()), ("RelayState", "state-1"))
    return Callback("POST", (), form)
