"""`verifyPassword(password, hash, salt, user)`, the ninth function: checks hashes of forms Poolhouse does not know.

It belongs to the pool and needs no custom database: settings and `env` are the connection's where there is one,
switched on or not. What it cannot answer is never a wrong password.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.customdb import postgres
from poolhouse.customdb.model import PASSWORD_FUNCTION, CustomDatabase, LiveConnection
from poolhouse.customdb.runner import ScriptRunner
from poolhouse.db.database import Database
from poolhouse.errors import (
    Conflict,
    CustomDatabaseUnavailable,
    LoginRefused,
    PasswordFunctionUnavailable,
    ScriptFailed,
)
from poolhouse.sandbox.warnings import kind_of


class PasswordFunction:
    def __init__(self, db: Database, box: SecretBox, runner: ScriptRunner) -> None:
        self._db, self._box, self._runner = db, box, runner

    async def is_published(self, pool_id: str) -> bool:
        return await postgres.published_source(self._db, pool_id, PASSWORD_FUNCTION) is not None

    async def fits(
        self, caller: Caller, password: str, stored: str, salt: str | None, user: Mapping[str, Any]
    ) -> bool:
        """Raises PasswordFunctionUnavailable when it is not published any more, throws, is stopped, or answers
        anything but true or false; Overloaded."""
        source = await postgres.published_source(self._db, caller.pool_id, PASSWORD_FUNCTION)
        if source is None:
            raise PasswordFunctionUnavailable("the stored hash is for verifyPassword, which is not published")
        found = await postgres.find(self._db, caller.pool_id, self._box)
        active = LiveConnection(found or CustomDatabase(caller.pool_id), {PASSWORD_FUNCTION: source})
        args = (password, stored, salt, dict(user))
        try:
            answer = await self._runner.invoke(caller, active, PASSWORD_FUNCTION, *args)
        except (ScriptFailed, CustomDatabaseUnavailable, LoginRefused, Conflict) as error:
            # What Auth0's kinds of errors mean elsewhere they do not mean here: it answers, or it does not.
            raise PasswordFunctionUnavailable(f"verifyPassword threw: {error}") from error
        if not isinstance(answer, bool):
            refused = ScriptFailed(f"verifyPassword must return true or false, not {kind_of(answer).en}")
            await self._runner.refuse_answer(caller, active, PASSWORD_FUNCTION, args, refused)
            raise PasswordFunctionUnavailable(refused.facts["thrown"])
        return answer
