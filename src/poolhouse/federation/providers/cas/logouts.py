"""The word of a CAS server that a sign-in is over (CAS protocol 3.0, 2.3.3).

It is a LogoutRequest of SAML's form that names the ticket, and it has no signature.
"""

from __future__ import annotations

import re

from poolhouse.errors import ProviderFailed
from poolhouse.federation.documents import only_child, read, text

SAMLP = "{urn:oasis:names:tc:SAML:2.0:protocol}"
TICKET = re.compile(r"[\x21-\x7e]{1,512}\Z")
LONGEST = 16 * 1024
_WHAT = ("CAS 的登出请求", "The logout request of CAS")


def ticket_of(document: bytes) -> str:
    """Raises ProviderFailed (xml)."""
    if len(document) > LONGEST:
        raise _malformed("过长", "is too long")
    root = read(document, _WHAT)
    if root.tag != f"{SAMLP}LogoutRequest":
        raise _malformed("不是 LogoutRequest", "is no LogoutRequest")
    ticket = text(only_child(root, f"{SAMLP}SessionIndex"))
    if not TICKET.match(ticket):
        raise _malformed("应有且只有一个 SessionIndex", "must have one SessionIndex, a ticket")
    return ticket


def _malformed(zh: str, en: str) -> ProviderFailed:
    return ProviderFailed("xml", f"{_WHAT[0]}{zh}", f"{_WHAT[1]} {en}")
