"""Calls of ours to addresses that a pool's administrator wrote down: one request, and an answer that has a bound.

A name is resolved once, its addresses are judged (`networks.may_call`), and one of those is connected to, so a name
that turns elsewhere meanwhile leads nowhere else. Redirects are not followed, proxies of the environment not used.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from poolhouse import tracing
from poolhouse.networks import Address, may_call

WHOLE_S = 10.0
MOST_BYTES = 1024 * 1024
_OURS = {"User-Agent": "poolhouse", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}


class NotAllowed(Exception):
    """The host is one that nobody may have called by us."""


class NoAnswer(Exception):
    """Not connected, or no HTTP answer in time. The text is ours and quotes nothing but what the system said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` by their names in lower case; `body` as it came."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Outgoing:
    """`named`: hosts and ports of the operator's own network that may be called. A thread waits for each name that is
    being asked for, however many callers do."""

    def __init__(self, named: Collection[tuple[str, int]] = ()) -> None:
        self._named = frozenset((host.lower(), port) for host, port in named)
        self._tls: ssl.SSLContext | None = None
        self._asking: dict[tuple[str, int], asyncio.Task[list[Address]]] = {}

    async def post_form(self, url: str, fields: Mapping[str, str]) -> int:
        """The status of the answer, of which nothing else is read. Raises NotAllowed, NoAnswer."""
        return (await self.post(url, fields, most=0)).status

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, *, most: int = MOST_BYTES
    ) -> Answer:
        """`most`: bytes of the body; an answer that is longer is no answer. Raises NotAllowed, NoAnswer."""
        return await self._asked("GET", url, headers or {}, None, most)

    async def post(
        self,
        url: str,
        body: Mapping[str, str] | bytes,
        headers: Mapping[str, str] | None = None,
        *,
        most: int = MOST_BYTES,
    ) -> Answer:
        """A mapping is sent as a form; bytes as they are, with their content-type among `headers`."""
        if isinstance(body, bytes):
            return await self._asked("POST", url, headers or {}, body, most)
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return await self._asked("POST", url, form, urlencode(body).encode(), most)

    async def _asked(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int
    ) -> Answer:
        try:
            split = urlsplit(url)
            host, port = (split.hostname or "").lower(), split.port
        except ValueError as error:
            raise NoAnswer("the address is none") from error
        is_tls = split.scheme == "https"
        port = port or (443 if is_tls else 80)
        path = (split.path or "/") + (f"?{split.query}" if split.query else "")
        if not host or split.scheme not in ("http", "https") or not path.isascii() or " " in path:
            raise NoAnswer("the address is none")
        head = {"Host": split.netloc.rpartition("@")[2], **_OURS, **headers}
        if body is not None:
            head["Content-Length"] = str(len(body))
        where: tracing.Attributes = {
            "http.request.method": method,
            "server.address": host,
            "server.port": port,
        }
        with tracing.span(method, "client", where) as span:
            answer = await self._answered_by((is_tls, host, port, path), method, head, body, most)
            if span is not None:
                span.say("http.response.status_code", answer.status)
                if answer.status >= 400:
                    span.failed(str(answer.status))
            return answer

    async def _answered_by(
        self,
        place: tuple[bool, str, int, str],
        method: str,
        head: Mapping[str, str],
        body: bytes | None,
        most: int,
    ) -> Answer:
        """`place`: whether by TLS, host, port, path with query."""
        from poolhouse import http_calls  # no start waits for an HTTP client

        is_tls, host, port, _ = place
        addresses = await self.allowed(host, port)
        if is_tls and self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        try:
            async with asyncio.timeout(WHOLE_S):
                answer = await http_calls.exchange(
                    method,
                    place,
                    addresses,
                    head,
                    body,
                    most,
                    self._tls if is_tls else None,
                )
        except TimeoutError as error:
            raise NoAnswer(f"no answer within {WHOLE_S:g} s") from error
        except http_calls.TooLong as error:
            raise NoAnswer(f"the answer is longer than {most} bytes, or in too many pieces") from error
        except http_calls.Broken as error:
            raise NoAnswer(str(error)) from error
        return Answer(*answer)

    async def allowed(self, host: str, port: int) -> list[Address]:
        """All addresses of the host that may be called. A caller that gives up leaves a thread that the next one waits
        for.

        Raises NotAllowed, NoAnswer.
        """
        try:
            found = await self._found(host, port)
        except (OSError, UnicodeError) as error:
            raise NoAnswer("the host's name has no address") from error
        is_named = (host, port) in self._named
        allowed = [address for address in found if may_call(address, is_named=is_named)]
        if not allowed:
            raise NotAllowed("the host is of a private network; POOLHOUSE_OUTGOING_HOSTS can allow it")
        return allowed

    async def _found(self, host: str, port: int) -> list[Address]:
        place = (host, port)
        asking = self._asking.get(place)
        if asking is None or asking.get_loop() is not asyncio.get_running_loop():
            asking = self._asking[place] = asyncio.create_task(_resolved(host, port), name="resolving")
            asking.add_done_callback(lambda done: self._answered(place, done))
        return await asyncio.shield(asking)

    def _answered(self, place: tuple[str, int], done: asyncio.Task[list[Address]]) -> None:
        if self._asking.get(place) is done:
            del self._asking[place]
        if not done.cancelled():
            done.exception()  # told to whoever still waits


async def _resolved(host: str, port: int) -> list[Address]:
    """In a thread of its own: a name server that hangs must hold up neither another name, nor other work of threads,
    nor the end of the process."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Address]] = loop.create_future()

    def tell(outcome: list[Address] | Exception) -> None:
        if found.done():  # nobody waits any more
            return
        if isinstance(outcome, Exception):
            found.set_exception(outcome)
        else:
            found.set_result(outcome)

    def look_up() -> None:
        outcome: list[Address] | Exception
        try:
            outcome = _resolve(host, port)
        except Exception as error:
            outcome = error
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell, outcome)

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    return await found


def _resolve(host: str, port: int) -> list[Address]:
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found)
    return [ipaddress.ip_address(text) for text in texts]
