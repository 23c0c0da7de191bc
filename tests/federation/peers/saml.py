"""SAML 2.0: an identity provider in the tests' own hands, whose response the browser brings. It is never called."""

from __future__ import annotations

import base64
import zlib
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lxml import etree
from tests.federation.peers.model import Person, Redirecting
from tests.federation.saml.connections import BY_HAND
from tests.federation.saml.idp import Idp, status

from poolhouse.federation.model import Begun, Pairs
from poolhouse.federation.providers.saml.names import saml
from poolhouse.times import now

DENIED = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"


class StandIn(Redirecting):
    posts = True
    vouches_by = "emailIsVerified"

    def fields(self) -> dict[str, Any]:
        return dict(BY_HAND)

    def back(self, begun: Begun, person: Person) -> Pairs:
        document = self._idp(begun, person).document()
        encoded = base64.b64encode(document).decode()
        self.told.append(encoded)
        return (("SAMLResponse", encoded), ("RelayState", self.state(begun)))

    def refused(self, begun: Begun) -> Pairs:
        root = self._idp(begun, Person("ada")).response()
        status(root)[0].set("Value", DENIED)
        return self._posted(begun, etree.tostring(root))

    def garbled(self, begun: Begun) -> list[Pairs]:
        state = ("RelayState", self.state(begun))
        whole = self._idp(begun, Person("ada")).document()
        return [
            (state,),
            (("SAMLResponse", "%"), state),
            self._posted(begun, b""),
            self._posted(begun, b"{}"),
            self._posted(begun, b"<a>" * 1000),
            self._posted(begun, whole[:-30]),
            (*self._posted(begun, whole), ("SAMLResponse", "x")),
        ]

    def state(self, begun: Begun) -> str:
        return self._query(begun)["RelayState"]

    def callback(self, begun: Begun) -> str:
        return str(self._request(begun).get("AssertionConsumerServiceURL"))

    def _posted(self, begun: Begun, document: bytes) -> Pairs:
        return (
            ("SAMLResponse", base64.b64encode(document).decode()),
            ("RelayState", self.state(begun)),
        )

    def _query(self, begun: Begun) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(begun.address).query))

    def _request(self, begun: Begun) -> etree._Element:
        return etree.fromstring(zlib.decompress(base64.b64decode(self._query(begun)["SAMLRequest"]), -15))

    def _idp(self, begun: Begun, person: Person) -> Idp:
        request = self._request(begun)
        mail = (("mail", person.email),) if person.email else ()
        return Idp(
            now=now(),
            request_id=request.get("ID"),
            recipient=self.callback(begun),
            audience=str(request.findtext(saml("Issuer"))),
            name_id=person.id,
            attributes=(*mail, ("displayName", person.name)),
        )
