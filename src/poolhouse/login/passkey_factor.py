"""A passkey as the second step of a login: the one that somebody has, or the first factor of who must have one.

Decision: docs/decisions/0098-passkeys-as-second-step.md.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.errors import InvalidOperation, PasskeyRefused, TokenExpired
from poolhouse.login import tickets
from poolhouse.login.mfa_login import MfaLogin
from poolhouse.login.model import LoggedIn
from poolhouse.login.passkey_login import PasskeyLogin
from poolhouse.login.tickets import Ticket
from poolhouse.mfa.model import AskedPasskey, PasskeyKind
from poolhouse.mfa.user_passkeys import UserPasskeys
from poolhouse.users.model import User


class PasskeyFactor:
    """`ticket` is the mfaToken; a wrong answer costs one of its tries. `own` and `origin` as with PasskeyLogin."""

    def __init__(
        self, *, db: Database, audit: AuditLog, steps: MfaLogin, login: PasskeyLogin, passkeys: UserPasskeys
    ) -> None:
        self._db, self._audit = db, audit
        self._steps, self._login, self._passkeys = steps, login, passkeys

    # -- one that is there ---------------------------------------------------------------------------------

    async def ask(self, caller: Caller, ticket: str, own: str, origin: str | None = None) -> AskedPasskey:
        """Of the passkeys that are good at the page that asks. Raises TokenInvalid, TokenExpired (the ticket), and
        InvalidOperation where there is none, the pool has none, or the page may not ask."""
        site = await self._login.site(caller, own, origin)
        held, user = await self._steps.held(caller, ticket)
        known = await self._passkeys.list(_as(caller, user), user.id)
        here = [one for one in known if one.rp_id == site.rp_id]
        if not here:
            raise _nowhere(sorted({one.rp_id for one in known}))
        return self._passkeys.ask(site, _whose(held), only=here)

    async def prove(
        self,
        caller: Caller,
        ticket: str,
        own: str,
        challenge: str,
        sent: str,
        origin: str | None = None,
    ) -> LoggedIn:
        """`challenge`: the ticket of `ask`. Raises as `ask`, TooManyRequests, PasskeyRefused, PasskeyCopied."""
        site = await self._login.site(caller, own, origin)
        held, user = await self._steps.attempt(caller, ticket)
        try:
            passkey = await self._passkeys.prove(caller, site, _whose(held), challenge, sent, of=user.id)
        except PasskeyRefused as error:
            await self._steps.refuse(caller, error, user.id)
            raise
        event = Event(
            "verify_mfa", "mfa_factor", user_id=user.id, detail={"method": "passkey", "name": passkey.name}
        )
        await self._audit.write(self._db, caller, event)
        return await self._steps.finish(caller, held, user)

    # -- the first -----------------------------------------------------------------------------------------

    async def begin(self, caller: Caller, ticket: str, own: str, origin: str | None = None) -> AskedPasskey:
        """For who must have a second factor and has none. What it asks for is noted on the ticket, as clients send
        nothing back but what the browser answered. Raises as `ask`, NotPermitted, FactorExists."""
        site = await self._login.site(caller, own, origin)
        held, user = await self._steps.held(caller, ticket)
        await self._steps.require_first(caller, held, user)
        pool_name, account = await self._login.names(caller, user)
        asked = await self._passkeys.begin(
            _as(caller, user),
            site,
            pool_name=pool_name,
            account=account,
            person=user.display_name,
            whose=_whose(held),
        )
        await tickets.note(self._db, held, passkey=asked.ticket)
        return asked

    async def bind(
        self,
        caller: Caller,
        ticket: str,
        own: str,
        sent: str,
        origin: str | None = None,
        *,
        name: str = "",
        kind: PasskeyKind = "other",
    ) -> LoggedIn:
        """Adds it, and logs in. Raises as `begin` and `UserPasskeys.add`."""
        site = await self._login.site(caller, own, origin)
        held, user = await self._steps.attempt(caller, ticket)
        await self._steps.require_first(caller, held, user)
        challenge = held.detail.get("passkey")
        if not isinstance(challenge, str):
            raise TokenExpired("no passkey was asked for with this ticket")
        try:
            await self._passkeys.add(
                _as(caller, user),
                site,
                challenge,
                sent,
                name=name,
                kind=kind,
                still_here=partial(_consumed, held),
                whose=_whose(held),
            )
        except PasskeyRefused as error:
            await self._steps.refuse(caller, error, user.id)
            raise
        return await self._steps.finish(caller, held, user, consumed=True)


def _as(caller: Caller, user: User) -> Caller:
    return replace(caller, kind="user", actor_id=user.id)


def _whose(held: Ticket) -> str:
    return f"{held.pool_id}:{held.user_id}:second step {held.id}"


async def _consumed(held: Ticket, tx: Tx) -> None:
    """A ticket makes one passkey. Deleting a user, or letting them in no more, ends their tickets: not between this and
    the passkey."""
    await tickets.consume(tx, held)


def _nowhere(elsewhere: list[str]) -> InvalidOperation:
    if not elsewhere:
        return InvalidOperation("没有通行密钥", "there is no passkey")
    names = ", ".join(elsewhere)
    return InvalidOperation(
        f"通行密钥属于另一个网站（{names}）",
        f"the passkey is of another site ({names}), and is good there alone",
    )
