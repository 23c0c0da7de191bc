"""An administrator's authenticator (TOTP) and the recovery codes that stand in for it, each once."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

import msgspec

from poolhouse import clock
from poolhouse.administrators import postgres
from poolhouse.administrators.model import Administrator, NewFactor
from poolhouse.administrators.service import for_the_log
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.db.database import Database, Tx
from poolhouse.errors import CodeWrong, FactorExists, FactorNotFound, TokenExpired
from poolhouse.mfa import totp

CODES = 10
_LETTERS = 10
_DRAFT_S = 900
_DRAFT = "administrator-factor"


@dataclass(frozen=True, slots=True)
class _Draft:
    """An authenticator to be, for the session that proved the password. `ends_at`: Unix seconds."""

    administrator_id: str
    session_id: str
    secret: str
    ends_at: float


class SecondFactor:
    def __init__(self, db: Database, box: SecretBox, audit: AuditLog) -> None:
        self._db, self._box, self._audit = db, box, audit

    async def begin(self, administrator: Administrator, session_id: str, issuer: str) -> NewFactor:
        """A secret of no effect, kept by whoever asked, until a code of it is confirmed in the same session. Nothing
        of it can be seen from another: what a stolen session finds is not half a factor. Raises FactorExists."""
        if administrator.second_factor:
            raise FactorExists(user_id=administrator.id)
        draft = _Draft(administrator.id, session_id, totp.new_secret(), clock.epoch_s() + _DRAFT_S)
        return await self._shown(draft, issuer, administrator.username)

    async def pending(
        self, administrator: Administrator, session_id: str, ticket: str, issuer: str
    ) -> NewFactor:
        """What `begin` answered, to be shown again. Raises TokenExpired."""
        draft = self._draft(administrator, session_id, ticket)
        return await self._shown(draft, issuer, administrator.username)

    async def confirm(
        self, asking: Caller, administrator: Administrator, session_id: str, ticket: str, code: str
    ) -> list[str]:
        """Puts it into force and answers the recovery codes, shown this once. Raises TokenExpired where `begin` was
        too long ago, or not of this session; CodeWrong; FactorExists."""
        draft = self._draft(administrator, session_id, ticket)
        step = totp.matching_step(draft.secret, code.strip(), clock.epoch_s(), 0)
        if step is None:
            raise CodeWrong("an authenticator to be confirmed", factor="totp")
        codes = [totp.recovery_code(_LETTERS) for _ in range(CODES)]
        async with self._db.transaction() as tx:
            sealed = self._box.encrypt(draft.secret, _place(administrator.id))
            if not await postgres.put_factor(tx, administrator.id, sealed):
                raise FactorExists(user_id=administrator.id)
            await postgres.use_step(tx, administrator.id, step)
            await postgres.confirm_factor(tx, administrator.id, [_digest(code) for code in codes])
            await self._write(tx, asking, administrator.id, "bind_mfa")
        return codes

    async def use(self, administrator_id: str, code: str) -> None:
        """A code of the authenticator or a recovery code, which is used up. Raises CodeWrong."""
        row = await postgres.find_factor(self._db, administrator_id)
        if row is None or not row["confirmed"]:
            raise FactorNotFound(user_id=administrator_id)
        given = code.strip().lower().replace("-", "").replace(" ", "")
        step = self._step(administrator_id, row["secret"], given, row["last_step"])
        if step is not None and await postgres.use_step(self._db, administrator_id, step):
            return
        if len(given) == _LETTERS and await postgres.use_recovery_code(
            self._db, administrator_id, _digest(given)
        ):
            return
        raise CodeWrong("wrong or used", factor="totp")

    async def remove(self, asking: Caller, administrator: Administrator, code: str) -> None:
        """For whoever has it still. Raises FactorNotFound, CodeWrong."""
        await self.use(administrator.id, code)
        async with self._db.transaction() as tx:
            await postgres.delete_factor(tx, administrator.id)
            await self._write(tx, asking, administrator.id, "unbind_mfa")

    def _step(self, administrator_id: str, sealed: bytes, code: str, last_step: int) -> int | None:
        secret = self._opened(administrator_id, sealed)
        return totp.matching_step(secret, code.strip(), clock.epoch_s(), last_step)

    def _draft(self, administrator: Administrator, session_id: str, ticket: str) -> _Draft:
        try:
            opened = self._box.decrypt(bytes.fromhex(ticket), _DRAFT)
            draft = msgspec.json.decode(opened, type=_Draft)
        except (ValueError, IndexError, SecretUnreadable) as error:
            raise TokenExpired("no ticket of ours") from error
        if (draft.administrator_id, draft.session_id) != (administrator.id, session_id):
            raise TokenExpired("another session's")
        if draft.ends_at < clock.epoch_s():
            raise TokenExpired("the ticket ran out")
        return draft

    async def _shown(self, draft: _Draft, issuer: str, account: str) -> NewFactor:
        uri = totp.uri(draft.secret, issuer, account)
        ticket = self._box.encrypt(msgspec.json.encode(draft).decode(), _DRAFT).hex()
        return NewFactor(draft.secret, uri, await asyncio.to_thread(totp.drawn, uri), ticket)

    def _opened(self, administrator_id: str, sealed: bytes) -> str:
        return self._box.decrypt(sealed, _place(administrator_id))

    async def _write(self, tx: Tx, asking: Caller, administrator_id: str, operation: Operation) -> None:
        event = Event(operation, "mfa_factor", administrator_id)
        await self._audit.write(tx, for_the_log(asking, administrator_id), event)


def _place(administrator_id: str) -> str:
    return f"administrator:{administrator_id}"


def _digest(code: str) -> bytes:
    """A code has 49 random bits, and tries at it are counted with those at the password."""
    return hashlib.sha256(code.encode()).digest()
