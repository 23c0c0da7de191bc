"""OpenID Connect, by the issuer that the tests of that kind have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.federation.issuers import CLIENT, SECRET, Issuer, issuing
from tests.federation.peers.model import Fault, Person, Redirecting
from tests.federation.peers.web import SPOILERS

from poolhouse.federation.model import Begun, Pairs

DISCOVERY = "/.well-known/openid-configuration"


class StandIn(Redirecting):
    calls = (DISCOVERY, "/jwks", "/token", "/me")
    issuer: Issuer

    def make(self) -> Issuer:
        return Issuer()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        async with issuing(self.make()) as self.issuer:
            self.port = self.issuer.port
            yield

    def fields(self) -> dict[str, Any]:
        return {"issuer": self.issuer.url, "clientId": CLIENT, "clientSecret": SECRET}

    def claims(self, person: Person) -> dict[str, Any]:
        """Beside `sub`."""
        given: dict[str, Any] = {"name": person.name}
        if person.email:
            given |= {"email": person.email, "email_verified": person.email_verified}
        return given

    def back(self, begun: Begun, person: Person) -> Pairs:
        self.issuer.claims = {} if person.id else {"sub": None}
        pairs = tuple(self.issuer.back(begun.address, person.id, **self.claims(person)))
        self.told += ["at-of-this-one", dict(pairs)["code"]]
        return pairs

    def state(self, begun: Begun) -> str:
        return dict(parse_qsl(urlsplit(begun.address).query))["state"]

    def callback(self, begun: Begun) -> str:
        return dict(parse_qsl(urlsplit(begun.address).query))["redirect_uri"]

    def spoil(self, call: str, fault: Fault) -> None:
        spoiler = SPOILERS[fault]
        self.issuer.answers[call] = lambda writer: spoiler(writer, self.issuer.sent)

    def mend(self) -> None:
        self.issuer.answers.clear()
