"""What the administrator of an access key may still do: a key can have no more."""

from __future__ import annotations

from poolhouse.administrators import postgres
from poolhouse.administrators.roles import scopes_of
from poolhouse.credentials.access_keys import CACHE_S, Rights
from poolhouse.db.database import Database
from poolhouse.ids import is_id
from poolhouse.ttl_cache import TtlCache


class KeyHolders:
    """A right that is taken away is gone from their keys within a second, on every node."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._recent: TtlCache[Rights | None] = TtlCache(CACHE_S)

    async def rights(self, administrator_id: str, pool_id: str) -> Rights | None:
        """None for who is no administrator, is disabled, or has no role in the pool."""
        if not is_id(administrator_id):
            return None
        return await self._recent.get(
            f"{administrator_id}:{pool_id}", lambda: self._rights(administrator_id, pool_id)
        )

    async def _rights(self, administrator_id: str, pool_id: str) -> Rights | None:
        found = await postgres.find(self._db, administrator_id)
        if found is None or found.disabled:
            return None
        if found.is_owner:
            return Rights(None)
        roles = found.roles.get(pool_id, ())
        return Rights(scopes_of(roles), found.limits.get(pool_id)) if roles else None
