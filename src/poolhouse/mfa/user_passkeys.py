"""Users' passkeys: making them, what one proves, and whose there are.

Who may begin, at which page, and what a sign-in is worth are `login.passkey_login`'s to decide.
Decision: docs/decisions/0082-passkeys-of-users.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from poolhouse.aside import aside
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Tx
from poolhouse.errors import (
    PasskeyCopied,
    PasskeyExists,
    PasskeyNotFound,
    PasskeyRefused,
    TooLarge,
)
from poolhouse.ids import new_id
from poolhouse.mfa import passkeys as ceremony
from poolhouse.mfa import postgres_passkeys as rows
from poolhouse.mfa.model import AskedPasskey, PasskeyKind, UserPasskey
from poolhouse.mfa.passkey_tickets import PasskeyTicket, PasskeyTickets
from poolhouse.mfa.passkeys import Site
from poolhouse.texts import written
from poolhouse.times import now

MOST = 20
"""Passkeys of one user."""
_LONGEST_PLATFORM = 200
_MAKE, _USE = "make", "use"
StillHere = Callable[[Tx], Awaitable[None]]
"""Raises where whoever began may not end it any more; what it read stays so until the transaction's end."""


class UserPasskeys:
    """`user_id` is whose passkeys; the caller is that user, or an administrator of their pool."""

    def __init__(self, db: Database, box: SecretBox, audit: AuditLog) -> None:
        self._db, self._audit = db, audit
        self._tickets = PasskeyTickets(box, "user-passkey")

    async def list(self, caller: Caller, user_id: str) -> list[UserPasskey]:
        """Oldest first."""
        caller.require_user_or_administrator(user_id)
        return await rows.list_passkeys(self._db, caller.pool_id, user_id)

    # -- making one ----------------------------------------------------------------------------------------

    async def begin(
        self,
        caller: Caller,
        site: Site,
        *,
        pool_name: str,
        account: str,
        person: str,
        whose: str | None = None,
    ) -> AskedPasskey:
        """`account` and `person`: the names under which the authenticator will list it. `whose`: from where the answer
        must come; None: from the caller's session. Raises TooLarge."""
        user_id = caller.require_user()
        known = await self.list(caller, user_id)
        _require_room(len(known))
        challenge, ticket = self._tickets.issue(_MAKE, whose or _whose(caller), site)
        options = ceremony.to_make(
            site,
            challenge,
            handle=handle_of(caller.pool_id, user_id),
            account=account,
            person=person,
            others=[one.credential_id for one in known if one.rp_id == site.rp_id],
            rp_name=pool_name,
        )
        return AskedPasskey(options, ticket)

    async def add(
        self,
        caller: Caller,
        site: Site,
        ticket: str,
        sent: str,
        *,
        name: str,
        kind: PasskeyKind,
        still_here: StillHere,
        whose: str | None = None,
    ) -> UserPasskey:
        """`sent`: what the browser answered to `begin`, as JSON. Without a name it has the day's. Raises TokenExpired
        where that was too long ago or from elsewhere, PasskeyRefused, PasskeyExists, InvalidInput (name), TooLarge, and
        what `still_here` does."""
        user_id, name = caller.require_user(), ceremony.checked_name(name.strip() or _of_today(caller))
        opened = self._tickets.open(ticket, _MAKE, whose or _whose(caller), site)
        credential = ceremony.read_made(sent)
        turn = f"passkeys {caller.pool_id} {user_id}"
        made = await aside(turn, ceremony.made, credential, site, opened.challenge)
        passkey = UserPasskey(
            pool_id=caller.pool_id,
            id=new_id(),
            user_id=user_id,
            credential_id=made.credential_id,
            rp_id=site.rp_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            backup_eligible=made.backup_eligible,
            backed_up=made.backed_up,
            kind=kind,
            name=name,
            app_id=caller.app_id,
            platform=written(caller.user_agent)[:_LONGEST_PLATFORM],
            created_at=now(),
        )
        async with self._db.transaction() as tx:
            await rows.lock(tx, caller.pool_id, user_id)
            await still_here(tx)
            _require_room(len(await rows.list_passkeys(tx, caller.pool_id, user_id)))
            await _spend(tx, caller.pool_id, opened)
            if not await rows.insert(tx, passkey):
                raise PasskeyExists("a user has it")
            await self._write(tx, caller, "create", passkey)
        return passkey

    # -- what becomes of it --------------------------------------------------------------------------------

    async def rename(self, caller: Caller, passkey: UserPasskey, name: str) -> None:
        """Raises PasskeyNotFound; InvalidInput (name), TooLarge."""
        caller.require_user_or_administrator(passkey.user_id)
        name = ceremony.checked_name(name)
        async with self._db.transaction() as tx:
            old = await rows.rename(tx, caller.pool_id, passkey.id, name)
            if old is None:
                raise PasskeyNotFound()
            await self._write(tx, caller, "update", old, before={"name": old.name}, after={"name": name})

    async def remove(self, caller: Caller, user_id: str, passkeys: Sequence[UserPasskey]) -> int:
        """How many there were still. The last one, too: it is a way in beside the others."""
        caller.require_user_or_administrator(user_id)
        async with self._db.transaction() as tx:
            gone = await rows.delete(tx, caller.pool_id, user_id, [one.id for one in passkeys])
            for one in gone:
                await self._write(tx, caller, "delete", one)
        return len(gone)

    async def of_credential(
        self, caller: Caller, credential_id: str, user_id: str | None = None
    ) -> UserPasskey:
        """by what browsers call it (base64url); `user_id`: of this user alone, as for a user it is
        theirs. Raises PasskeyNotFound."""
        if user_id is None:
            caller.require_administrator()
        else:
            caller.require_user_or_administrator(user_id)
        try:
            raw = ceremony.bytes_of(credential_id)
        except PasskeyRefused as error:
            raise PasskeyNotFound() from error
        found = await rows.by_credential(self._db, caller.pool_id, raw)
        if found is None or user_id not in (None, found.user_id):
            raise PasskeyNotFound()
        return found

    # -- signing in ----------------------------------------------------------------------------------------

    def ask(self, site: Site, whose: str, *, only: Sequence[UserPasskey] = ()) -> AskedPasskey:
        """For whoever it will be, or by one of these; `whose`: where the answer must come from."""
        challenge, ticket = self._tickets.issue(_USE, whose, site)
        asked = ceremony.to_use(site, challenge, [one.credential_id for one in only])
        return AskedPasskey(asked, ticket)

    async def prove(
        self, caller: Caller, site: Site, whose: str, ticket: str, sent: str, *, of: str | None = None
    ) -> UserPasskey:
        """Whose passkey signed what `ask` answered; `of`: this user's, whom it was asked of. Raises TokenExpired,
        PasskeyRefused, PasskeyCopied: these with `passkey` among their facts where one of the pool's is meant."""
        opened = self._tickets.open(ticket, _USE, whose, site)
        credential = ceremony.read_used(sent)
        passkey = await rows.by_credential(self._db, caller.pool_id, credential.credential_id)
        if passkey is None or passkey.rp_id != site.rp_id:
            raise PasskeyRefused("nobody's, or of another site")
        if of not in (None, passkey.user_id):
            raise PasskeyRefused("somebody else's")
        handle = credential.user_handle
        if (handle or of is None) and handle != handle_of(passkey.pool_id, passkey.user_id):
            raise PasskeyRefused("of another person than it says", passkey=passkey)
        turn = f"passkeys {caller.neighborhood}"
        used = await ceremony.proven(turn, credential, site, opened.challenge, passkey)
        async with self._db.transaction() as tx:
            await _spend(tx, caller.pool_id, opened, passkey)
            if not await rows.note_use(
                tx, caller.pool_id, passkey.id, used.sign_count, used.backed_up, now()
            ):
                if await rows.by_credential(tx, caller.pool_id, passkey.credential_id) is None:
                    raise PasskeyRefused("removed meanwhile", passkey=passkey)
                raise PasskeyCopied("the counter is not ahead", passkey=passkey)
        return passkey

    async def _write(
        self, tx: Tx, caller: Caller, operation: Operation, passkey: UserPasskey, **more: Any
    ) -> None:
        event = Event(
            operation,
            "passkey",
            passkey.id,
            user_id=passkey.user_id,
            app_id=caller.app_id,
            detail={"name": passkey.name, "site": passkey.rp_id},
            **more,
        )
        await self._audit.write(tx, caller, event)


def handle_of(pool_id: str, user_id: str) -> bytes:
    """By which an authenticator tells its accounts at one host apart: 32 bytes, of ids of any length. With the pool's
    in it: two pools on one host may have users of one id, and the second's passkey would replace the first's."""
    return hashlib.sha256(f"{pool_id}:{user_id}".encode()).digest()


def _whose(caller: Caller) -> str:
    """Of whom the answer to `begin` must come: whoever stole it has another session."""
    return f"{caller.pool_id}:{caller.session_id}:{caller.actor_id}"


async def _spend(tx: Tx, pool_id: str, ticket: PasskeyTicket, passkey: UserPasskey | None = None) -> None:
    if not await rows.spend(tx, pool_id, ticket.digest, ticket.ends):
        raise PasskeyRefused("a challenge that was answered before", passkey=passkey)


def _of_today(caller: Caller) -> str:
    word = "Passkey" if caller.lang == "en-US" else "通行密钥"
    return f"{word} {now():%Y-%m-%d}"


def _require_room(there: int) -> None:
    if there >= MOST:
        raise TooLarge("passkey", f"最多 {MOST} 个通行密钥", f"at most {MOST} passkeys")
