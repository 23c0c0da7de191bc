"""Takes messages out of the outbox and sends them; at least once, by any number of nodes together.

A stream, never a batch: every place that falls free takes the next message, and neither a pool nor a mail server
that answers slowly can hold the places of the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import prometheus_client
import structlog

from poolhouse import tracing
from poolhouse.breaker import Breaker, Breakers, BreakerState
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database
from poolhouse.db.outbox import OutboxStream
from poolhouse.failures import told
from poolhouse.mail import postgres
from poolhouse.mail.model import Message, Provider, Route
from poolhouse.mail.transports import SMS_AT_ONCE, Deferred, Undeliverable, send_email, send_sms
from poolhouse.networks import Address
from poolhouse.outgoing import NotAllowed, Outgoing
from poolhouse.retries import RetryPolicy
from poolhouse.times import now

AT_ONCE: dict[Route, int] = {"pool": 48, "server": 16, "sms": SMS_AT_ONCE}
PER_POOL = 4
LEASE = timedelta(minutes=2)  # an attempt takes one minute at most
SENDING_S = 15.0

DELIVERIES = prometheus_client.Counter(
    "poolhouse_mail_deliveries",
    "Attempts. outcome: sent, refused (for good), deferred (this message), failed (the way out).",
    ["route", "outcome"],
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Transports:
    """What the server's settings give; a pool's own mail server goes before `smtp`."""

    smtp: Provider | None = None
    sms_url: str = ""
    sms_secret: str = ""

    @property
    def routes(self) -> list[Route]:
        routes: list[Route] = ["pool"]
        if self.smtp:
            routes.append("server")
        if self.sms_url:
            routes.append("sms")
        return routes


def new_breaker() -> Breaker:
    """Short enough that a code (300 s) still arrives in time after a server came back."""
    return Breaker(failures=3, open_s=5.0, open_most_s=60.0)


class Delivery(OutboxStream):
    """`only`: the pools it serves (None: all), so that tests do not send each other's mail. `outgoing`: which hosts a
    pool's own mail server may be; those of private networks are none unless the operator has named them."""

    def __init__(
        self,
        db: Database,
        box: SecretBox,
        transports: Transports,
        policy: RetryPolicy | None = None,
        only: list[str] | None = None,
        breaker: Callable[[], Breaker] = new_breaker,
        outgoing: Outgoing | None = None,
    ) -> None:
        super().__init__(db, "mail", postgres.CHANNEL)
        self._box, self._transports = box, transports
        self._policy = policy or RetryPolicy()
        self._only = only
        self._outgoing = outgoing or Outgoing()
        self._flying: dict[Route, Counter[str]] = {route: Counter() for route in AT_ONCE}
        self._breakers = Breakers[tuple[Route, str]](breaker)  # of ways out

    def resting(self) -> dict[Route, int]:
        """How many ways out are not tried for now because they failed; of route `pool`, one each pool."""
        count = Counter(
            way[0] for way in self._breakers if self._breakers.state(way) is not BreakerState.CLOSED
        )
        return {route: count[route] for route in AT_ONCE}

    async def run(self) -> None:
        """For the life of the server. Cancelled, it ends when what it is sending is sent, or after SENDING_S: a message
        broken off in the middle may have arrived, and would be sent again."""
        await self._serve(SENDING_S)

    async def _start_due(self, due_by: datetime | None = None) -> int:
        """Fills the places that are free; gives how many messages it began to send."""
        started = 0
        for route in self._transports.routes:
            room = AT_ONCE[route] - self._flying[route].total()
            if route != "pool":
                trusted = self._breakers.trusted((route, ""), AT_ONCE[route])
                room = min(room, trusted - self._flying[route].total())
            if room <= 0:
                continue
            messages = await postgres.claim(
                self._db,
                route,
                room,
                LEASE,
                per_pool=PER_POOL,
                taken=self._taken(route),
                due_by=due_by,
                only=self._only,
            )
            for message in messages:
                self._start(route, message)
            started += len(messages)
        return started

    def _taken(self, route: Route) -> dict[str, int]:
        """The places of each pool that are taken, or withheld because its own mail server fails."""
        taken = dict(self._flying[route])
        for way in self._breakers:
            resting, pool_id = way
            if resting == route and pool_id:
                withheld = PER_POOL - self._breakers.trusted(way, AT_ONCE[route])
                taken[pool_id] = min(PER_POOL, taken.get(pool_id, 0) + max(0, withheld))
        return taken

    def _start(self, route: Route, message: Message) -> None:
        self._flying[route][message.pool_id] += 1

        def landed() -> None:
            self._flying[route] -= Counter([message.pool_id])
            self._wake.set()

        self._sending.start(self._deliver(route, message), landed)

    async def _deliver(self, route: Route, message: Message) -> None:
        way = (route, message.pool_id if route == "pool" else "")
        try:
            with tracing.work(f"mail {route}", message.pool_id) as span, self._breakers.admitted(way):
                outcome = await self._attempt(route, message)
                if span is not None and outcome != "sent":
                    span.failed(outcome)
        except Exception:
            _log.warning("mail_delivery_interrupted", message_id=message.id, exc_info=True)
            return
        DELIVERIES.labels(route, outcome).inc()
        if outcome != "failed":
            self._breakers.succeeded(way)
        elif (rests_s := self._breakers.failed(way)) is not None:
            pool_id = way[1] or None
            _log.warning("mail_route_rests", route=route, pool_id=pool_id, retry_after_s=round(rests_s, 1))

    async def _attempt(self, route: Route, message: Message) -> str:
        """Gives the outcome, one of DELIVERIES'. Raises what the database does."""
        try:
            await self._send(route, message)
        except Undeliverable as error:
            await self._failed(message, str(error), None)
            return "refused"
        except Deferred as error:
            await self._failed(message, str(error), self._retry_at(message))
            return "deferred"
        except Exception as error:
            await self._failed(message, told(error), self._retry_at(message))
            return "failed"
        await postgres.mark_sent(self._db, message)
        _log.info("mail_sent", pool_id=message.pool_id, message_id=message.id, attempts=message.attempts)
        return "sent"

    async def _send(self, route: Route, message: Message) -> None:
        if route == "sms":
            with tracing.span("POST", "client", {"http.request.method": "POST"}):
                await send_sms(self._transports.sms_url, self._transports.sms_secret, message)
            return
        provider = self._transports.smtp
        if route == "pool":
            provider = await postgres.provider(self._db, message.pool_id, self._box)
        if provider is None or not provider.enabled:
            raise Deferred("the mail server was taken away meanwhile")
        where: tracing.Attributes = {"server.address": provider.host, "server.port": provider.port}
        with tracing.span("SMTP", "client", where):
            await send_email(provider, message, await self._addresses(provider) if route == "pool" else None)

    async def _addresses(self, provider: Provider) -> list[Address]:
        """Of a server that a pool's administrator wrote down. Raises Undeliverable where it is one that we may not
        connect to: waiting does not change that. Raises NoAnswer for a name that has no address now."""
        try:
            return await self._outgoing.allowed(provider.host, provider.port)
        except NotAllowed as error:
            raise Undeliverable(f"not allowed: {provider.host}:{provider.port}: {error}") from error

    async def _failed(self, message: Message, error: str, retry_at: datetime | None) -> None:
        await postgres.mark_failed(self._db, message, error, retry_at)
        _log.warning(
            "mail_not_sent",
            pool_id=message.pool_id,
            message_id=message.id,
            attempts=message.attempts,
            error=error,
            retry_at=retry_at and retry_at.isoformat(),
        )

    def _retry_at(self, message: Message) -> datetime | None:
        at, policy = now(), self._policy
        return policy.next_at(at, attempts=message.attempts, created_at=message.created_at)
