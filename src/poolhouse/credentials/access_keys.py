"""Use cases on access keys, and what `service.py` asks of them to know who signs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.credentials import postgres
from poolhouse.credentials.model import AccessKey
from poolhouse.crypto.compare import same_secret
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database
from poolhouse.errors import (
    AccessKeyNotFound,
    InvalidInput,
    InvalidOperation,
    NotAuthenticated,
    NotPermitted,
    PoolNotFound,
    SignatureRefused,
    TooLarge,
)
from poolhouse.ids import is_id, new_id, new_secret

CACHE_S = 1.0
"""A disabled key stops working within this time on every node."""
CACHED_KEYS = 10_000
USE_NOTED_EVERY_S = 60.0
KEYS_A_POOL = 100
SCOPE_LENGTH = 64


class HasSecret(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def secret(self) -> str: ...


class Pools(Protocol):
    """Of `pools.service.PoolService`, what is needed here."""

    async def get(self, pool_id: str) -> HasSecret: ...


class AccessKeyService:
    def __init__(self, db: Database, pools: Pools, box: SecretBox, audit: AuditLog) -> None:
        self._db, self._pools, self._box, self._audit = db, pools, box, audit
        self._cache: dict[str, tuple[float, AccessKey | None]] = {}
        self._noted: dict[str, float] = {}

    # -- administrators

    async def create(
        self,
        caller: Caller,
        *,
        user_id: str | None = None,
        tenant_id: str | None = None,
        scopes: Iterable[str] | None = None,
    ) -> AccessKey:
        """The new key; its secret is shown this once. A limited key makes only keys as limited as itself."""
        caller.require_administrator()
        wanted = None if scopes is None else frozenset(scopes)
        if wanted is not None and any(not scope or len(scope) > SCOPE_LENGTH for scope in wanted):
            raise InvalidInput("scopes")
        if caller.scopes is not None and (wanted is None or not wanted <= caller.scopes):
            raise NotPermitted()
        key = AccessKey(new_id(), caller.pool_id, new_secret(), user_id, tenant_id, wanted)
        async with self._db.transaction() as tx:
            if await postgres.count(tx, caller.pool_id) >= KEYS_A_POOL:
                raise TooLarge("accessKey", f"最多 {KEYS_A_POOL} 个", f"at most {KEYS_A_POOL}")
            stored = await postgres.insert(tx, key, self._box)
            await self._audit.write(tx, caller, Event("create", "access_key", key.id))
        return stored

    async def list(
        self,
        caller: Caller,
        *,
        user_id: str | None = None,
        tenant_id: str | None = None,
        enabled: bool | None = None,
    ) -> list[AccessKey]:
        """Newest first; the pool's own pair last, unless a filter leaves it out. Secrets are masked."""
        caller.require_administrator()
        keys = await postgres.list_all(
            self._db, caller.pool_id, self._box, user_id=user_id, tenant_id=tenant_id, enabled=enabled
        )
        if user_id is None and tenant_id is None and enabled is not False:
            keys.append(await self._own(caller.pool_id))
        return [masked(key) for key in keys]

    async def get(self, caller: Caller, key_id: str) -> AccessKey:
        """With its secret masked. Raises AccessKeyNotFound."""
        caller.require_administrator()
        if key_id == caller.pool_id:
            return masked(await self._own(key_id))
        key = await postgres.find(self._db, caller.pool_id, key_id, self._box)
        if key is None:
            raise AccessKeyNotFound()
        return masked(key)

    async def update(self, caller: Caller, key_id: str, *, enabled: bool) -> None:
        caller.require_administrator()
        self._refuse_own(caller, key_id)
        async with self._db.transaction() as tx:
            if not await postgres.update(tx, caller.pool_id, key_id, enabled=enabled):
                raise AccessKeyNotFound()
            await self._audit.write(
                tx, caller, Event("enable" if enabled else "disable", "access_key", key_id)
            )
        self._cache.pop(key_id, None)

    async def delete(self, caller: Caller, key_id: str) -> None:
        caller.require_administrator()
        self._refuse_own(caller, key_id)
        async with self._db.transaction() as tx:
            if not await postgres.delete(tx, caller.pool_id, key_id):
                raise AccessKeyNotFound()
            await self._audit.write(tx, caller, Event("delete", "access_key", key_id))
        self._cache.pop(key_id, None)

    # -- authentication

    async def resolve(self, key_id: str) -> AccessKey | None:
        """The enabled key of any pool, with its secret; may be a second old."""
        if not is_id(key_id):
            return None
        cached = self._cache.get(key_id)
        if cached and cached[0] > time.monotonic():
            return cached[1]
        key = await self._load(key_id)
        if key is not None and key.own:  # the pool is kept a second already, and given up when it changes
            return key
        if len(self._cache) >= CACHED_KEYS:
            self._cache.clear()
        self._cache[key_id] = (time.monotonic() + CACHE_S, key)
        return key

    async def authenticate(self, key_id: str, secret: str) -> AccessKey:
        """The key, if this is its secret. Unknown, disabled and wrong look alike: NotAuthenticated."""
        key = await self.resolve(key_id)
        expected = key.secret if key else new_secret()
        if not same_secret(expected, secret) or key is None:
            raise NotAuthenticated("wrong access key or secret")
        return key

    async def spend(self, key: AccessKey, signature: bytes) -> None:
        """Takes a verified signature, once on all nodes. Raises SignatureRefused(reason="replay")."""
        if not await postgres.spend(self._db, key.pool_id, signature):
            raise SignatureRefused("replayed", reason="replay")

    async def note_use(self, pool_id: str, key_id: str) -> None:
        """Written at most once a minute and node, however busy the key is."""
        now = time.monotonic()
        if now - self._noted.get(key_id, -USE_NOTED_EVERY_S) < USE_NOTED_EVERY_S:
            return
        if len(self._noted) >= CACHED_KEYS:
            self._noted.clear()
        self._noted[key_id] = now
        await postgres.note_use(self._db, pool_id, key_id)

    # --

    async def _load(self, key_id: str) -> AccessKey | None:
        try:
            pool = await self._pools.get(key_id)
            return AccessKey(pool.id, pool.id, pool.secret, own=True)
        except PoolNotFound:
            key = await postgres.find_in_any_pool(self._db, key_id, self._box)
            return key if key and key.enabled else None

    async def _own(self, pool_id: str) -> AccessKey:
        pool = await self._pools.get(pool_id)
        used_at = await postgres.used_at(self._db, pool_id, pool_id)
        return AccessKey(pool.id, pool.id, pool.secret, own=True, used_at=used_at)

    @staticmethod
    def _refuse_own(caller: Caller, key_id: str) -> None:
        if key_id == caller.pool_id:
            raise InvalidOperation(
                "用户池自身的密钥不能禁用或删除，只能刷新",
                "the pool's own key can be renewed, not disabled or deleted",
            )


def masked(key: AccessKey) -> AccessKey:
    return replace(key, secret=f"{key.secret[:4]}{'*' * 28}")
