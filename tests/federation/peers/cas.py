"""A CAS server: a ticket for one service, and an address that says whose it was."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.federation.cas.server import attributes, failure, success
from tests.federation.peers.model import Person
from tests.federation.peers.web import Answer, Web

from poolhouse.federation.model import Begun, Pairs

VALIDATE = "/cas/p3/serviceValidate"


class StandIn(Web):
    calls = (VALIDATE,)
    vouches_by = "emailIsVerified"

    def __init__(self) -> None:
        super().__init__()
        self._tickets: dict[str, tuple[str, Person]] = {}

    def fields(self) -> dict[str, Any]:
        return {"loginUrl": f"{self.url}/cas/login", "validateUrl": f"{self.url}{VALIDATE}"}

    def back(self, begun: Begun, person: Person) -> Pairs:
        ticket = f"ST-{len(self._tickets)}-of-cas"
        self._tickets[ticket] = (self.query(begun)["service"], person)
        self.told.append(ticket)
        return (("state", self.state(begun)), ("ticket", ticket))

    def garbled(self, begun: Begun) -> list[Pairs]:
        state = ("state", self.state(begun))
        return [*super().garbled(begun), (state, ("ticket", "")), (state, ("ticket", "ST-nobodys"))]

    def state(self, begun: Begun) -> str:
        return dict(parse_qsl(urlsplit(self.query(begun)["service"]).query))["state"]

    def callback(self, begun: Begun) -> str:
        return self.query(begun)["service"].partition("?")[0]

    def answer(
        self, path: str, query: dict[str, str], headers: dict[str, str], form: dict[str, str]
    ) -> Answer:
        service, person = self._tickets.pop(query.get("ticket", ""), ("", Person("")))
        if not service:
            return 200, failure("INVALID_TICKET").encode()
        if service != query["service"]:
            return 200, failure("INVALID_SERVICE").encode()
        told = {"displayName": person.name, **({"mail": person.email} if person.email else {})}
        return 200, success(escape(person.id), attributes(told)).encode()
