"""Sending a test mail: by whom, how often, by which server. What is found out is `mail.trial`'s."""

from __future__ import annotations

from dataclasses import replace

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput, TooManyRequests
from poolhouse.login.tally import Limit, Subject, Tally
from poolhouse.mail.model import Provider
from poolhouse.mail.service import MailService
from poolhouse.mail.trial import Trial, attempt
from poolhouse.outgoing import Outgoing
from poolhouse.turn import let_go

OFTEN = Limit(10, 3600)
"""Of a pool, by whomever: a test mail goes to any address, with a text of ours."""


class MailTrials:
    """`server`: the mail server of the settings; its operator named it, so it may be of a private network. A pool's own
    is connected to by the rule of `networks`."""

    def __init__(
        self, *, db: Database, mail: MailService, server: Provider | None, outgoing: Outgoing, audit: AuditLog
    ) -> None:
        self._db, self._mail, self._server, self._audit = db, mail, server, audit
        self._outgoing, self._tally = outgoing, Tally(db)

    async def send(self, caller: Caller, to: str, provider: Provider | None = None) -> Trial:
        """By `provider` as it is given, an empty password being the one that is kept for it; else by the server that
        mails of the pool go by. Raises InvalidInput, TooManyRequests."""
        caller.require_administrator()
        if "@" not in to or len(to) > 320 or not to.isprintable() or not to.isascii() or " " in to:
            raise InvalidInput("to", "邮箱格式错误", "not an email address")
        own = await self._own(caller, provider)
        subject = Subject(caller.pool_id, "test-mail", "pool")
        wait_s = await self._tally.begin(subject, OFTEN)
        if wait_s is not None:
            raise TooManyRequests("too many test mails", retry_after_s=wait_s)
        try:
            found = await self._sent(own, to, caller)
        finally:
            self._tally.failed(subject)
        async with self._db.transaction() as tx:
            detail = {"step": found.step, "host": own.host if own else ""}
            await self._audit.write(tx, caller, Event("send", "mail_provider", detail=detail))
        return found

    async def _own(self, caller: Caller, provider: Provider | None) -> Provider | None:
        if provider is not None:
            return await self._mail.complete(caller, provider)
        stored = await self._mail.get_provider(caller)
        return stored if stored and stored.enabled else None

    async def _sent(self, own: Provider | None, to: str, caller: Caller) -> Trial:
        let_go()
        if own is not None:
            return await attempt(own, to, caller.lang, self._outgoing.allowed)
        if self._server is None:
            return Trial("name", "no_server", is_own=False)
        # What a server of the operator's answers is the operator's business: it may tell names of their network.
        return replace(await attempt(self._server, to, caller.lang, None), is_own=False, said="")
