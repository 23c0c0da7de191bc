"""Environment variables of a pool: kept encrypted, for what runs on the pool's behalf."""

from __future__ import annotations

import re

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.audit.states import Secret
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput, NotFound
from poolhouse.pools import postgres_lists

_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
LONGEST_VALUE = 16_384
MOST = 200


class Environment:
    def __init__(self, db: Database, box: SecretBox, audit: AuditLog) -> None:
        self._db, self._box, self._audit = db, box, audit

    async def list(self, caller: Caller) -> dict[str, str]:
        """By key, values in clear: the documented listing shows them to administrators."""
        caller.require_administrator()
        return await postgres_lists.environment(self._db, caller.pool_id, self._box)

    async def of_pool(self, pool_id: str) -> dict[str, str]:
        """For the pool's scripts, who see them as `env`."""
        return await self.list(Caller(pool_id, kind="system"))

    async def put(self, caller: Caller, key: str, value: str) -> None:
        """Adds or replaces. The value never reaches the audit log."""
        caller.require_administrator()
        if not _KEY.match(key):
            raise InvalidInput(
                "key", "只能包含字母、数字、_ . -，最长 128", "letters, digits, _ . - and at most 128"
            )
        if len(value) > LONGEST_VALUE:
            raise InvalidInput("value", f"最长 {LONGEST_VALUE} 个字符", f"at most {LONGEST_VALUE} characters")
        async with self._db.transaction() as tx:
            before = (await postgres_lists.environment(tx, caller.pool_id, self._box)).get(key)
            await postgres_lists.put_environment(tx, caller.pool_id, key, value, self._box)
            if len(await postgres_lists.environment(tx, caller.pool_id, self._box)) > MOST:
                raise InvalidInput("key", f"最多 {MOST} 个环境变量", f"at most {MOST} variables")
            event = Event(
                "update",
                "environment",
                key,
                before=None if before is None else {"value": Secret(before)},
                after={"value": Secret(value)},
            )
            await self._audit.write(tx, caller, event)

    async def delete(self, caller: Caller, key: str) -> None:
        """Raises NotFound."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            if not await postgres_lists.delete_environment(tx, caller.pool_id, key):
                raise NotFound(key=key)
            await self._audit.write(tx, caller, Event("delete", "environment", key))
