"""Administrators' passkeys: making them, and what one proves.

What a browser signs is a challenge of ours, good once and for five minutes: the sealed ticket beside it says for what,
and for whose session or browser. Decision: docs/decisions/0072-passkeys.md.
"""

from __future__ import annotations

from typing import Any

from poolhouse.administrators import postgres, postgres_passkeys
from poolhouse.administrators.model import Administrator, NewPasskey, Passkey
from poolhouse.administrators.proof import Proof
from poolhouse.administrators.service import caller_of_server, for_the_log, require_server_owner
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
    TokenExpired,
    TooLarge,
)
from poolhouse.ids import new_id
from poolhouse.mfa import passkeys as ceremony
from poolhouse.mfa.passkey_tickets import PasskeyTicket, PasskeyTickets
from poolhouse.mfa.passkeys import Site
from poolhouse.times import now

MOST = 20
"""Passkeys of one administrator."""

_PLACE = "administrator-passkey"
_MAKE, _USE = "make", "use"


class Passkeys:
    def __init__(self, db: Database, box: SecretBox, proof: Proof, audit: AuditLog) -> None:
        self._db, self._proof, self._audit = db, proof, audit
        self._tickets = PasskeyTickets(box, _PLACE)

    # -- one's own -----------------------------------------------------------------------------------------

    async def list(self, administrator_id: str) -> list[Passkey]:
        """Oldest first."""
        return await postgres_passkeys.list_passkeys(self._db, administrator_id)

    async def begin(
        self,
        asking: Caller,
        administrator: Administrator,
        session_id: str,
        site: Site,
        password: str,
        code: str = "",
    ) -> NewPasskey:
        """For whoever knows the password, and has the authenticator where one is bound: a passkey signs in without
        either. Raises OldPasswordWrong, CodeWrong, AccountLocked, TooLarge."""
        await self._proof.again(asking, administrator, password)
        if administrator.second_factor:
            await self._proof.code(asking, administrator, code)
        known = await self.list(administrator.id)
        _require_room(len(known))
        challenge, ticket = self._tickets.issue(_MAKE, f"{administrator.id}:{session_id}", site)
        options = ceremony.to_make(
            site,
            challenge,
            handle=administrator.id.encode(),
            account=administrator.username,
            person=administrator.name or administrator.username,
            others=[one.credential_id for one in known if one.rp_id == site.rp_id],
        )
        return NewPasskey(options, ticket)

    async def add(
        self,
        asking: Caller,
        administrator: Administrator,
        session_id: str,
        site: Site,
        ticket: str,
        sent: str,
        name: str,
    ) -> Passkey:
        """`sent`: what the browser answered to `begin`, as JSON. Raises TokenExpired where that was too long ago, or
        of another session; PasskeyRefused, PasskeyExists; InvalidInput (name), TooLarge."""
        name = ceremony.checked_name(name)
        opened = self._tickets.open(ticket, _MAKE, f"{administrator.id}:{session_id}", site)
        credential = ceremony.read_made(sent)
        made = await aside(f"passkeys {administrator.id}", ceremony.made, credential, site, opened.challenge)
        passkey = Passkey(
            id=new_id(),
            administrator_id=administrator.id,
            credential_id=made.credential_id,
            rp_id=site.rp_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            backup_eligible=made.backup_eligible,
            backed_up=made.backed_up,
            name=name,
            created_at=now(),
            used_at=None,
        )
        async with self._db.transaction() as tx:
            # A reset ends every session and takes every passkey away: not before or after this one, but with it.
            here = await postgres_passkeys.still_there(tx, administrator.id)
            if not here or await postgres.find_session(tx, session_id) is None:
                raise TokenExpired("the session has ended since")
            _require_room(len(await postgres_passkeys.list_passkeys(tx, administrator.id)))
            await _spend(tx, opened)
            if not await postgres_passkeys.insert(tx, passkey):
                raise PasskeyExists("an administrator has it")
            await self._write(tx, for_the_log(asking, administrator.id), "create", passkey)
        return passkey

    async def rename(self, asking: Caller, administrator: Administrator, passkey_id: str, name: str) -> None:
        """Raises PasskeyNotFound; InvalidInput (name), TooLarge."""
        name = ceremony.checked_name(name)
        async with self._db.transaction() as tx:
            old = await _found(tx, administrator.id, passkey_id)
            await postgres_passkeys.rename(tx, administrator.id, old.id, name)
            them = for_the_log(asking, administrator.id)
            await self._write(tx, them, "update", old, before={"name": old.name}, after={"name": name})

    async def remove(
        self, asking: Caller, administrator: Administrator, passkey_id: str, password: str
    ) -> None:
        """The last one, too: the password opens the account still. Raises OldPasswordWrong, AccountLocked,
        PasskeyNotFound."""
        await self._proof.again(asking, administrator, password)
        async with self._db.transaction() as tx:
            await self._delete(tx, for_the_log(asking, administrator.id), administrator.id, passkey_id)

    async def take_away(self, caller: Caller, administrator: Administrator, passkey_id: str) -> None:
        """For owners of the server, as of somebody who lost a key; also by its name, where no other of theirs has it.
        Raises PasskeyNotFound."""
        require_server_owner(caller)
        async with self._db.transaction() as tx:
            named = [
                one.id
                for one in await postgres_passkeys.list_passkeys(tx, administrator.id)
                if one.name == passkey_id
            ]
            meant = named[0] if len(named) == 1 else passkey_id
            await self._delete(tx, caller_of_server(caller), administrator.id, meant)

    async def _delete(self, tx: Tx, caller: Caller, administrator_id: str, passkey_id: str) -> None:
        old = await _found(tx, administrator_id, passkey_id)
        await postgres_passkeys.delete(tx, administrator_id, old.id)
        await self._write(tx, caller, "delete", old, before={"name": old.name, "site": old.rp_id})

    # -- signing in ----------------------------------------------------------------------------------------

    def ask(self, site: Site, browser: str) -> NewPasskey:
        """For whoever it will be; `browser` is what it proves with each form that the form is its own."""
        challenge, ticket = self._tickets.issue(_USE, browser, site)
        return NewPasskey(ceremony.to_use(site, challenge), ticket)

    async def prove(self, asking: Caller, site: Site, browser: str, ticket: str, sent: str) -> Passkey:
        """Whose passkey signed what `ask` answered. Raises TokenExpired, PasskeyRefused, PasskeyCopied: these with
        `passkey` among their facts where one of ours is meant."""
        opened = self._tickets.open(ticket, _USE, browser, site)
        credential = ceremony.read_used(sent)
        passkey = await postgres_passkeys.by_credential(self._db, credential.credential_id, site.rp_id)
        if passkey is None:
            raise PasskeyRefused("nobody's, or of another site")
        if credential.user_handle != passkey.administrator_id.encode():
            raise PasskeyRefused("of another person than it says", passkey=passkey)
        whose = f"passkeys {asking.neighborhood}"
        used = await ceremony.proven(whose, credential, site, opened.challenge, passkey)
        async with self._db.transaction() as tx:
            await _spend(tx, opened, passkey)
            at = now()
            if not await postgres_passkeys.note_use(tx, passkey.id, used.sign_count, used.backed_up, at):
                if await postgres_passkeys.find(tx, passkey.administrator_id, passkey.id) is None:
                    raise PasskeyRefused("removed meanwhile", passkey=passkey)
                raise PasskeyCopied("the counter is not ahead", passkey=passkey)
        return passkey

    async def _write(
        self, tx: Tx, caller: Caller, operation: Operation, passkey: Passkey, **more: Any
    ) -> None:
        detail = {"name": passkey.name, "administrator": passkey.administrator_id, "site": passkey.rp_id}
        await self._audit.write(tx, caller, Event(operation, "passkey", passkey.id, detail=detail | more))


async def _spend(tx: Tx, ticket: PasskeyTicket, passkey: Passkey | None = None) -> None:
    if not await postgres_passkeys.spend(tx, ticket.digest, ticket.ends):
        raise PasskeyRefused("a challenge that was answered before", passkey=passkey)


async def _found(tx: Tx, administrator_id: str, passkey_id: str) -> Passkey:
    found = await postgres_passkeys.find(tx, administrator_id, passkey_id)
    if found is None:
        raise PasskeyNotFound()
    return found


def _require_room(there: int) -> None:
    if there >= MOST:
        raise TooLarge("passkey", f"最多 {MOST} 个通行密钥", f"at most {MOST} passkeys")
