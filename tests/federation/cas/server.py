"""A CAS server of the tests' own on the loopback, which also says what no honest one does."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.federation.issuers import Answer, Issuer

AROUND = '<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">{}</cas:serviceResponse>'


def success(user: str, more: str = "") -> str:
    """`user` and `more` as they are to stand there."""
    inner = f"<cas:user>{user}</cas:user>{more}"
    return AROUND.format(f"<cas:authenticationSuccess>{inner}</cas:authenticationSuccess>")


def failure(code: str) -> str:
    inner = f'<cas:authenticationFailure code="{code}">of the server</cas:authenticationFailure>'
    return AROUND.format(inner)


def attributes(values: Mapping[str, str]) -> str:
    inner = "".join(f"<cas:{name}>{escape(value)}</cas:{name}>" for name, value in values.items())
    return f"<cas:attributes>{inner}</cas:attributes>"


class CasServer(Issuer):
    """`says`: the document of every good ticket, in place of the usual one. `sso`: tickets come without a new login."""

    def __init__(self) -> None:
        super().__init__()
        self.says: str | None = None
        self.sso = False
        self._tickets: dict[str, tuple[str, str]] = {}
        self._numbers = itertools.count()
        self.queries: list[dict[str, str]] = []

    def came(self, address: str, user: str, **values: str) -> list[tuple[str, str]]:
        """What the browser brings back after somebody signed in at `address`."""
        service = dict(parse_qsl(urlsplit(address).query))["service"]
        ticket = f"ST-{next(self._numbers)}-of-this-server"
        self._tickets[ticket] = (service, success(escape(user), attributes(values) if values else ""))
        return [*parse_qsl(urlsplit(service).query), ("ticket", ticket)]

    def _answer(self, path: str, head: bytes, body: bytes) -> Answer:
        query = dict(parse_qsl(urlsplit(head.split(b" ")[1].decode()).query))
        self.queries.append(query)
        service, said = self._tickets.pop(query.get("ticket", ""), ("", ""))
        if not said or (self.sso and query.get("renew") == "true"):
            said = failure("INVALID_TICKET")
        elif service != query.get("service"):
            said = failure("INVALID_SERVICE")
        elif self.says is not None:
            said = self.says
        return 200, {"content-type": "application/xml"}, said.encode()


@asynccontextmanager
async def serving() -> AsyncIterator[CasServer]:
    running = CasServer()
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    yield running
    server.close()
