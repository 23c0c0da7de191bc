"""Sending a test SMS: by whom and how often. What is found out is `mail.sms_trial`'s."""

from __future__ import annotations

from poolhouse import phones
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import TooManyRequests
from poolhouse.login.tally import Limit, Subject, Tally
from poolhouse.mail.sms_trial import SmsTrial, attempt
from poolhouse.turn import let_go

OFTEN = Limit(10, 3600)
"""Of a pool, by whomever: a test SMS goes to any number, and costs the operator."""


class SmsTrials:
    """`url` and `secret` of the settings: their operator named them, so the host may be of a private network."""

    def __init__(self, *, db: Database, url: str, secret: str, audit: AuditLog) -> None:
        self._db, self._url, self._secret, self._audit = db, url, secret, audit
        self._tally = Tally(db)

    def state(self, caller: Caller) -> tuple[bool, bool]:
        """Whether there is a hook, and whether what goes there is signed."""
        caller.require_administrator()
        return bool(self._url), bool(self._url and self._secret)

    async def send(self, caller: Caller, to: str) -> SmsTrial:
        """Raises InvalidInput for what is no number, TooManyRequests."""
        caller.require_administrator()
        number = phones.key(to, field="to")
        subject = Subject(caller.pool_id, "test-sms", "pool")
        wait_s = await self._tally.begin(subject, OFTEN)
        if wait_s is not None:
            raise TooManyRequests("too many test SMS", retry_after_s=wait_s)
        let_go()
        try:
            found = (
                await attempt(self._url, self._secret, number, caller.pool_id, caller.lang)
                if self._url
                else SmsTrial("url", "no_hook")
            )
        finally:
            self._tally.failed(subject)
        async with self._db.transaction() as tx:
            await self._audit.write(tx, caller, Event("send", "sms_service", detail={"step": found.step}))
        return found
