"""Does a password fit what is stored? The one place that asks, whoever judges: our hasher, another system's form,
or the pool's `verifyPassword`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher, Verified
from poolhouse.customdb.password_function import PasswordFunction
from poolhouse.db.database import Database, Executor
from poolhouse.users.model import User
from poolhouse.users.profiles import NAMES, script_values
from poolhouse.users.stored_hashes import StoredHash, accepted, opened

TheUser = Callable[[], Awaitable[User | None]]
"""Reads the user, for whoever needs more than the hash."""

_SHOWN = frozenset(NAMES.values()) - {"oauth"}


class StoredPasswords:
    def __init__(self, db: Database, hasher: PasswordHasher, function: PasswordFunction) -> None:
        self._db, self._hasher, self._function = db, hasher, function

    async def accept(self, pool_id: str, stored: str, salt: str | None) -> str:
        """What to store of a hash that comes from elsewhere. Raises InvalidInput for what nobody could verify."""
        return accepted(stored, salt, function=await self._function.is_published(pool_id))

    async def has_function(self, pool_id: str) -> bool:
        return await self._function.is_published(pool_id)

    async def verify(self, caller: Caller, password: str, stored: str, the_user: TheUser) -> Verified:
        """Raises PasswordFunctionUnavailable where the pool's function judges and cannot; Overloaded."""
        kept = opened(stored)
        if kept is None:
            return await self._hasher.verify(password, stored, caller.pool_id)
        if not password:
            return Verified(False)
        return await self._judged(caller, password, kept, the_user)

    async def waste(self, caller: Caller, password: str) -> None:
        """What verifying costs, for nothing."""
        await self._hasher.waste(password, caller.pool_id)

    async def _judged(self, caller: Caller, password: str, kept: StoredHash, the_user: TheUser) -> Verified:
        """Not sooner than a login of nobody is refused: the time must not tell whose hash the function judges."""
        waste = asyncio.ensure_future(self._hasher.waste(password, caller.pool_id))
        try:
            user = await the_user()
            if user is None:
                return Verified(False)
            ok = await self._function.fits(caller, password, kept.hash, kept.salt, script_profile(user))
            return Verified(ok, needs_rehash=True)
        finally:
            await asyncio.gather(waste, return_exceptions=True)

    async def dependents(self, pool_id: str) -> int:
        """Whose password the pool's function judges, and nothing else can."""
        return await dependents(self._db, pool_id)


async def dependents(db: Executor, pool_id: str) -> int:
    count: int = await db.fetchval(
        "select count(*) from users where pool_id = $1 and starts_with(password_hash, '{verifyPassword')",
        pool_id,
    )
    return count


def script_profile(user: User) -> dict[str, object]:
    """A profile as scripts read it, without what is secret."""
    values = {field: getattr(user, field) for field in User.__struct_fields__ if field in _SHOWN}
    return {"id": user.id, **script_values(values)}
