"""Use cases on second factors. When one is asked for at login is `poolhouse.login`'s to decide."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from poolhouse import clock
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Tx
from poolhouse.errors import CodeWrong, FactorExists, FactorNotFound, InvalidInput
from poolhouse.ids import new_id
from poolhouse.mfa import postgres, totp
from poolhouse.mfa.model import Association, Factor

_RECOVERY_CHARACTERS = 20
_LONGEST_SECRET = 256


class MfaService:
    """The caller of what changes a factor is the user, or an administrator; `user_id` is whose factor."""

    def __init__(self, db: Database, box: SecretBox, audit: AuditLog) -> None:
        self._db, self._box, self._audit = db, box, audit

    async def is_enabled(self, pool_id: str, user_id: str) -> bool:
        return await postgres.is_confirmed(self._db, pool_id, user_id)

    async def list(self, caller: Caller, user_id: str) -> list[Factor]:
        caller.require_user_or_administrator(user_id)
        row = await postgres.find(self._db, caller.pool_id, user_id)
        if row is None:
            return []
        return [Factor(row["id"], caller.pool_id, user_id, row["confirmed"], row["created_at"])]

    async def associate(self, caller: Caller, user_id: str, issuer: str, account: str) -> Association:
        """A new secret, of no effect until a code of it is confirmed. Raises FactorExists."""
        caller.require_user_or_administrator(user_id)
        secret, recovery = totp.new_secret(), _recovery_code()
        async with self._db.transaction() as tx:
            await self._put(tx, caller.pool_id, user_id, secret, recovery, confirmed=False)
        uri = totp.uri(secret, issuer, account)
        return Association(secret, uri, await asyncio.to_thread(totp.drawn, uri), recovery)

    async def confirm(self, caller: Caller, user_id: str, code: str) -> None:
        """The first code puts the factor into force. Raises FactorNotFound, CodeWrong."""
        caller.require_user_or_administrator(user_id)
        await self._verify(caller, user_id, code, "bind_mfa", confirmed=False)

    async def verify(self, caller: Caller, user_id: str, code: str) -> None:
        """A code at login. It is used up. Raises FactorNotFound, CodeWrong (also for a used one)."""
        await self._verify(caller, user_id, code, "verify_mfa", confirmed=True)

    async def recover(self, caller: Caller, user_id: str, recovery_code: str) -> str:
        """In place of a code: the recovery code, which is used up. Answers the next one."""
        if not recovery_code.strip():
            raise CodeWrong("empty recovery code", factor="no recovery")
        fresh = _recovery_code()
        given = _digest(recovery_code.strip().lower())
        async with self._db.transaction() as tx:
            used = await postgres.use_recovery(tx, caller.pool_id, user_id, given, _digest(fresh))
            if used:
                await self._audit.write(tx, caller, _event("verify_mfa", user_id, method="recovery"))
        if not used:
            await self._refuse(caller, "verify_mfa", user_id)
            raise CodeWrong("wrong recovery code", factor="recovery")
        return fresh

    async def delete(self, caller: Caller, user_id: str) -> None:
        """Raises FactorNotFound."""
        caller.require_user_or_administrator(user_id)
        async with self._db.transaction() as tx:
            if not await postgres.delete(tx, caller.pool_id, [user_id]):
                raise FactorNotFound(user_id=user_id)
            await self._audit.write(tx, caller, _event("unbind_mfa", user_id))

    async def import_secrets(self, caller: Caller, factors: Sequence[tuple[str, str, str | None]]) -> None:
        """(user id, secret, recovery code) of each, in force at once. For administrators; all or nothing."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            for user_id, secret, recovery in factors:
                await self.bring(tx, caller, user_id, secret, recovery)

    async def bring(self, tx: Tx, caller: Caller, user_id: str, secret: str, recovery: str | None) -> None:
        """A factor in force at once, inside another use case's transaction, which has asked who may."""
        if not totp.key_of(secret) or len(secret) > _LONGEST_SECRET:
            raise InvalidInput("secret", "不能为空或过长", "must not be empty or too long")
        await self._put(tx, caller.pool_id, user_id, secret, recovery, confirmed=True)
        await self._audit.write(tx, caller, _event("bind_mfa", user_id, method="import"))

    async def export_secret(self, caller: Caller, user_id: str) -> str:
        """The TOTP secret itself, for administrators who move users elsewhere. Raises FactorNotFound."""
        caller.require_administrator()
        row = await postgres.find(self._db, caller.pool_id, user_id)
        if row is None:
            raise FactorNotFound(user_id=user_id)
        async with self._db.transaction() as tx:
            await self._audit.write(tx, caller, _event("export", user_id))
        return self._box.decrypt(row["secret"], _place(caller.pool_id, user_id, row["id"]))

    async def _verify(
        self, caller: Caller, user_id: str, code: str, operation: Operation, *, confirmed: bool
    ) -> None:
        row = await postgres.find(self._db, caller.pool_id, user_id)
        if row is None or (confirmed and not row["confirmed"]):
            raise FactorNotFound(user_id=user_id)
        secret = self._box.decrypt(row["secret"], _place(caller.pool_id, user_id, row["id"]))
        step = totp.matching_step(secret, code.strip(), clock.epoch_s(), row["last_step"])
        async with self._db.transaction() as tx:
            # The code that confirms a factor may open the login right after it, within its half minute.
            last = step if confirmed or step is None else step - 1
            used = last is not None and await postgres.use_step(tx, caller.pool_id, row["id"], user_id, last)
            if used:
                await self._audit.write(tx, caller, _event(operation, user_id))
        if not used:
            await self._refuse(caller, operation, user_id)
            raise CodeWrong("wrong or used totp", factor="totp" if code.strip() else "no totp")

    async def _put(
        self, tx: Tx, pool_id: str, user_id: str, secret: str, recovery: str | None, *, confirmed: bool
    ) -> None:
        factor_id = new_id()
        kept = await postgres.put(
            tx,
            pool_id,
            user_id,
            factor_id,
            self._box.encrypt(secret, _place(pool_id, user_id, factor_id)),
            _digest(recovery.strip().lower()) if recovery and recovery.strip() else None,
            confirmed,
            replace_confirmed=confirmed,
        )
        if not kept:
            raise FactorExists(user_id=user_id)

    async def _refuse(self, caller: Caller, operation: Operation, user_id: str) -> None:
        await self._audit.write_refusal(
            caller, Event(operation, "mfa_factor", user_id=user_id, success=False)
        )


def _event(operation: Operation, user_id: str, **detail: object) -> Event:
    return Event(operation, "mfa_factor", user_id=user_id, detail=detail)


def _place(pool_id: str, user_id: str, factor_id: str) -> str:
    return f"mfa:{pool_id}:{user_id}:{factor_id}"


def _recovery_code() -> str:
    return totp.recovery_code(_RECOVERY_CHARACTERS)


def _digest(recovery_code: str) -> bytes:
    """One code has 99 random bits (an imported one is the importer's business), so one hash does."""
    return hashlib.sha256(recovery_code.encode()).digest()
