"""How many requests are let in at once, and how long a body may take to arrive. Whose turn it is then: `turns.py`.

A request beyond the limit is answered at once (503 or 429 with Retry-After), never left waiting. A body that trickles
holds a place, so it has a deadline that its arriving bytes push back, and few such bodies are held at once. No
address takes a place while it has as many as are free: so a few that open thousands of connections each leave some to
everybody else.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from poolhouse import trace, turn
from poolhouse.caller import neighborhood
from poolhouse.errors import BodyTooSlow, Overloaded, PoolhouseError, TooManyRequests
from poolhouse.settings import Settings
from poolhouse.wire.client_address import client_ip, for_log
from poolhouse.wire.early_refusals import refuse
from poolhouse.wire.observed import QUIET
from poolhouse.wire.request import Receive, Scope, Send, has_body
from poolhouse.wire.turns import AT_ONCE, Turn, Turns

LET_GO_S = 0.1
"""The HTTP server closes a connection after an early answer only if it has let go of the body before that."""

LATE_S = 0.05
"""What is not here by then has no turn until it is."""

_COME_AGAIN = [(b"retry-after", b"1"), (b"connection", b"close")]


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one process. `slow` counts bodies that have been arriving for `slow_after_s`; `watching` the questions of
    `QUIET` that pass by the line, as more of them do not."""

    requests: int = 1024
    requests_an_address: int = 512
    at_once: int = AT_ONCE
    watching: int = 32
    watching_an_address: int = 4
    slow: int = 256
    slow_an_address: int = 32
    slow_after_s: float = 1.0
    body_s: float = 10.0
    body_bytes_a_second: int = 16 * 1024  # what has arrived buys more time
    longest_body_s: float = 60.0
    last_s: float = 5.0  # what a body has left when the server is told to stop


class Admission:
    """Shared by all requests of a process."""

    def __init__(self, settings: Settings, limits: Limits = Limits()) -> None:
        self.limits = limits
        self._settings = settings
        self._requests = Places(limits.requests, limits.requests_an_address)
        self._watching = Places(limits.watching, limits.watching_an_address)
        self.turns = Turns(limits.at_once)
        self.slow = Places(limits.slow, limits.slow_an_address)
        self.arriving: set[Body] = set()
        self.hurried = False

    async def admit(
        self,
        app: Callable[[Scope, Receive, Send], Awaitable[None]],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        client = client_ip(Request(scope), self._settings)
        trace.note(address=for_log(client, self._settings.log_addresses))
        address = neighborhood(client)
        if scope["path"] in QUIET and self._watching.take(address) is None:  # who watches wants to know now
            try:
                return await app(scope, receive, send)
            finally:
                self._watching.give_back(address)
        refusal = self._requests.take(address)
        if refusal is not None:
            return await refuse(scope, send, refusal, _COME_AGAIN)
        own = Turn(self.turns, address)
        token = turn.held.set(own.give_up)
        try:
            try:
                await own.take()
            except Overloaded as error:
                return await refuse(scope, send, error, _COME_AGAIN[:1])
            if has_body(scope["headers"]):
                await self._with_body(app, scope, Body(self, address, receive, own), send)
            else:
                await app(scope, receive, send)
        finally:
            turn.held.reset(token)
            own.give_up()
            self._requests.give_back(address)

    async def _with_body(
        self, app: Callable[[Scope, Receive, Send], Awaitable[None]], scope: Scope, body: Body, send: Send
    ) -> None:
        try:
            await app(scope, body.receive, body.closing(send))
        finally:
            body.end()

    def hurry(self) -> None:
        """The server stops: bodies still arriving have `last_s` left, and so has one that begins after this."""
        self.hurried = True
        for body in self.arriving:
            body.hurry()


class Admitted:
    """The middleware."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], admission: Admission) -> None:
        self._app, self._admission = app, admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._admission.admit(self._app, scope, receive, send)


class Places:
    """A number of places, of which one address has only some: `an_address`, and no more than it leaves free. Of 1,024
    one may have 512, two 341 each, a hundred ten each; somebody else always finds one."""

    def __init__(self, places: int, an_address: int) -> None:
        self._places, self._an_address = places, an_address
        self._taken = 0
        self._of: Counter[str] = Counter()

    def take(self, address: str) -> PoolhouseError | None:
        """Why there is none; None when one was taken."""
        free = self._places - self._taken
        if free <= 0:
            return Overloaded("all places are taken", retry_after_s=1)
        if self._of[address] >= min(self._an_address, free):
            return TooManyRequests("all places of this address are taken", retry_after_s=1)
        self._taken += 1
        self._of[address] += 1
        return None

    def give_back(self, address: str) -> None:
        self._taken -= 1
        self._of[address] -= 1
        if not self._of[address]:
            del self._of[address]


class Body:
    """The body of one request on its way in. `receive` raises BodyTooSlow, or what `Places` says."""

    def __init__(self, admission: Admission, address: str, receive: Receive, own: Turn) -> None:
        self._admission, self._limits = admission, admission.limits
        self._address, self._receive, self._turn = address, receive, own
        self._began: float | None = None
        self._latest = math.inf
        self._arrived = 0
        self._whole = False
        self._slow = False
        self._refusal: PoolhouseError | None = None
        self._deadline: asyncio.Timeout | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def receive(self) -> Any:
        if self._whole:
            return await self._receive()  # only the end of the connection is to come
        loop = asyncio.get_running_loop()
        if self._began is None:
            self._began = loop.time()
            self._timer = loop.call_later(min(LATE_S, self._limits.slow_after_s), self._become_late)
            self._admission.arriving.add(self)
            if self._admission.hurried:
                self.hurry()
        bought_s = self._arrived / self._limits.body_bytes_a_second
        until = self._began + min(self._limits.body_s + bought_s, self._limits.longest_body_s)
        try:
            async with asyncio.timeout_at(min(until, self._latest)) as self._deadline:
                message = await self._receive()
        except TimeoutError:
            await asyncio.sleep(LET_GO_S)
            raise self._refusal or BodyTooSlow("body") from None
        finally:
            self._deadline = None
        self._arrived += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            self._whole = True
            self.end()
            await self._turn.take()
        return message

    def closing(self, send: Send) -> Send:
        """Says that the connection ends with an answer that was given before the body was there."""

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start" and self._began is not None and not self._whole:
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        return sending

    def hurry(self) -> None:
        self._end_at(asyncio.get_running_loop().time() + self._limits.last_s)

    def end(self) -> None:
        self._admission.arriving.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._slow:
            self._slow = False
            self._admission.slow.give_back(self._address)

    def _become_late(self) -> None:
        """Others work meanwhile."""
        self._turn.pause()
        loop = asyncio.get_running_loop()
        slow_at = (self._began or loop.time()) + self._limits.slow_after_s
        self._timer = loop.call_at(slow_at, self._become_slow)

    def _become_slow(self) -> None:
        self._refusal = self._admission.slow.take(self._address)
        self._slow = self._refusal is None
        if self._refusal is not None:
            self._end_at(asyncio.get_running_loop().time())

    def _end_at(self, when: float) -> None:
        self._latest = min(self._latest, when)
        if self._deadline is not None and when < (self._deadline.when() or math.inf):
            self._deadline.reschedule(when)
