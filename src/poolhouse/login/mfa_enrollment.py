"""Enrolls a user's own second factor: gives a secret, and activates it by one of its codes within ten minutes."""

from __future__ import annotations

from datetime import timedelta

from poolhouse.accounts.records import UserRecords
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput
from poolhouse.login import tickets
from poolhouse.mfa.model import Association
from poolhouse.mfa.service import MfaService
from poolhouse.pools.service import PoolService

LIFETIME = timedelta(minutes=10)
TRIES = 10


class MfaEnrollment:
    def __init__(self, *, db: Database, pools: PoolService, users: UserRecords, mfa: MfaService) -> None:
        self._db, self._pools, self._users, self._mfa = db, pools, users, mfa

    async def begin(self, caller: Caller) -> tuple[str, Association]:
        """The ticket for `finish`, and the secret to show. Raises FactorExists."""
        user = await self._users.get(caller, caller.require_user())
        pool = await self._pools.get(caller.pool_id)
        made = await self._mfa.associate(caller, user.id, pool.name, user.display_name)
        ticket = await tickets.issue(self._db, pool.id, "enrol", user.id, lifetime=LIFETIME, tries=TRIES)
        return ticket, made

    async def finish(self, caller: Caller, ticket: str, code: str) -> None:
        """Raises TokenInvalid, TokenExpired (the ticket), InvalidInput for another's, CodeWrong, FactorNotFound."""
        user_id = caller.require_user()
        held = await tickets.spend_try(self._db, caller.pool_id, "enrol", ticket)
        if held.user_id != user_id:
            raise InvalidInput("enrollmentToken", "不属于当前用户", "another user's")
        await self._mfa.confirm(caller, user_id, code)
        await tickets.consume(self._db, held)
