"""Takes messages out of the outbox and sends them; at least once, by any number of nodes together."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.pool import Database
from poolhouse.mail import postgres
from poolhouse.mail.model import Channel, Message, Provider, RetryPolicy
from poolhouse.mail.transports import Undeliverable, send_email, send_sms
from poolhouse.times import now

BATCH = 20
AT_ONCE = 5
LEASE = timedelta(minutes=5)  # a batch takes four minutes at most
LOOK_EVERY_S = 15.0
KEEP = timedelta(days=30)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Transports:
    """What the server's settings give; a pool's own mail server goes before `smtp`."""

    smtp: Provider | None = None
    sms_url: str = ""
    sms_secret: str = ""

    @property
    def channels(self) -> list[Channel]:
        email: list[Channel] = ["email"] if self.smtp else []
        return [*email, "sms"] if self.sms_url else email


class Delivery:
    """`only`: the pools it serves (None: all), so that tests do not send each other's mail."""

    def __init__(
        self,
        db: Database,
        box: SecretBox,
        transports: Transports,
        policy: RetryPolicy | None = None,
        only: list[str] | None = None,
    ) -> None:
        self._db, self._box, self._transports = db, box, transports
        self._policy = policy or RetryPolicy()
        self._only = only
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """For the life of the server: woken by the outbox, and every LOOK_EVERY_S for what is due again."""
        listening, swept = False, now() - timedelta(hours=1)
        while True:
            self._wake.clear()
            try:
                if not listening:
                    await self._db.listen(postgres.CHANNEL, self._woken)
                    listening = True
                while await self.deliver_due():
                    pass
                if now() - swept >= timedelta(hours=1):
                    await postgres.delete_older(self._db, now() - KEEP)
                    swept = now()
            except Exception:
                log.warning("mail_delivery_interrupted", exc_info=True)
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def deliver_due(self) -> int:
        """One batch; gives how many messages were tried."""
        messages = await postgres.claim(self._db, BATCH, LEASE, self._transports.channels, self._only)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(message: Message) -> None:
            async with gate:
                await self._deliver(message)

        await asyncio.gather(*(one(message) for message in messages))
        return len(messages)

    async def _deliver(self, message: Message) -> None:
        try:
            await self._send(message)
        except Undeliverable as error:
            await self._failed(message, str(error), None)
        except Exception as error:
            await self._failed(message, f"{type(error).__name__}: {error}"[:500], self._retry_at(message))
        else:
            await postgres.mark_sent(self._db, message)
            log.info("mail_sent", pool_id=message.pool_id, message_id=message.id, attempts=message.attempts)

    async def _send(self, message: Message) -> None:
        if message.channel == "sms":
            await send_sms(self._transports.sms_url, self._transports.sms_secret, message)
            return
        own = await postgres.provider(self._db, message.pool_id, self._box)
        provider = own if own and own.enabled else self._transports.smtp
        if provider is None:
            raise RuntimeError("the mail server was taken away meanwhile")
        await send_email(provider, message)

    async def _failed(self, message: Message, error: str, retry_at: datetime | None) -> None:
        await postgres.mark_failed(self._db, message, error, retry_at)
        log.warning(
            "mail_not_sent",
            pool_id=message.pool_id,
            message_id=message.id,
            attempts=message.attempts,
            error=error,
            retry_at=retry_at and retry_at.isoformat(),
        )

    def _retry_at(self, message: Message) -> datetime | None:
        policy = self._policy
        if now() - message.created_at > policy.give_up_after:
            return None
        wait = min(policy.longest, policy.first * (1 << min(message.attempts - 1, 20)))
        return now() + wait * random.uniform(0.5, 1.5)  # noqa: S311 - spreading load, not hiding anything

    async def _woken(self, _payload: str | None) -> None:
        self._wake.set()
