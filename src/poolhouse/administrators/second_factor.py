"""An administrator's authenticator (TOTP) and the recovery codes that stand in for it, each once."""

from __future__ import annotations

import asyncio
import hashlib
import time

from poolhouse.administrators import postgres
from poolhouse.administrators.model import Administrator, NewFactor
from poolhouse.administrators.service import for_the_log
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Tx
from poolhouse.errors import CodeWrong, FactorExists, FactorNotFound
from poolhouse.mfa import totp

CODES = 10
_LETTERS = 10


class SecondFactor:
    def __init__(self, db: Database, box: SecretBox, audit: AuditLog) -> None:
        self._db, self._box, self._audit = db, box, audit

    async def begin(self, administrator: Administrator, issuer: str) -> NewFactor:
        """A secret of no effect until a code of it is confirmed. Raises FactorExists."""
        secret = totp.new_secret()
        if not await postgres.put_factor(self._db, administrator.id, self._sealed(administrator.id, secret)):
            raise FactorExists(user_id=administrator.id)
        return await _shown(secret, issuer, administrator.username)

    async def pending(self, administrator: Administrator, issuer: str) -> NewFactor | None:
        """What `begin` answered, while it is not confirmed."""
        row = await postgres.find_factor(self._db, administrator.id)
        if row is None or row["confirmed"]:
            return None
        return await _shown(self._opened(administrator.id, row["secret"]), issuer, administrator.username)

    async def confirm(self, asking: Caller, administrator: Administrator, code: str) -> list[str]:
        """Puts it into force and answers the recovery codes, shown this once. Raises FactorNotFound, CodeWrong."""
        row = await postgres.find_factor(self._db, administrator.id)
        if row is None or row["confirmed"]:
            raise FactorNotFound(user_id=administrator.id)
        step = self._step(administrator.id, row["secret"], code, row["last_step"])
        if step is None:
            raise CodeWrong("an authenticator to be confirmed", factor="totp")
        codes = [totp.recovery_code(_LETTERS) for _ in range(CODES)]
        async with self._db.transaction() as tx:
            if not await postgres.use_step(tx, administrator.id, step):
                raise CodeWrong("used", factor="totp")
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
        return totp.matching_step(secret, code.strip(), time.time(), last_step)

    def _sealed(self, administrator_id: str, secret: str) -> bytes:
        return self._box.encrypt(secret, _place(administrator_id))

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


async def _shown(secret: str, issuer: str, account: str) -> NewFactor:
    uri = totp.uri(secret, issuer, account)
    return NewFactor(secret, uri, await asyncio.to_thread(totp.drawn, uri))
