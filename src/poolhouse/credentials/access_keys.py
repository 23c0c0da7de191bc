"""Use cases on access keys, and what `service.py` asks of them to know who signs."""

from __future__ import annotations

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
from poolhouse.ttl_cache import TtlCache

CACHE_S = 1.0
"""A disabled key stops working within this time on every node."""
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
        self._recent: TtlCache[AccessKey | None] = TtlCache(CACHE_S)
        self._noted: TtlCache[None] = TtlCache(USE_NOTED_EVERY_S)

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
            raise InvalidInput(
                "scopes",
                f"每项应为 1 至 {SCOPE_LENGTH} 个字符",
                f"each must be 1 to {SCOPE_LENGTH} characters",
            )
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
        self._recent.drop(key_id)

    async def delete(self, caller: Caller, key_id: str) -> None:
        caller.require_administrator()
        self._refuse_own(caller, key_id)
        async with self._db.transaction() as tx:
            if not await postgres.delete(tx, caller.pool_id, key_id):
                raise AccessKeyNotFound()
            await self._audit.write(tx, caller, Event("delete", "access_key", key_id))
        self._recent.drop(key_id)

    # -- authentication

    async def resolve(self, key_id: str) -> AccessKey | None:
        """The enabled key of any pool, with its secret; may be a second old."""
        if not is_id(key_id):
            return None
        try:  # not kept here: the pool is, and given up when its secret changes
            return _pair_of(await self._pools.get(key_id))
        except PoolNotFound:
            return await self._recent.get(key_id, lambda: self._enabled(key_id))

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
        await self._noted.get(key_id, lambda: postgres.note_use(self._db, pool_id, key_id))

    # --

    async def _enabled(self, key_id: str) -> AccessKey | None:
        key = await postgres.find_in_any_pool(self._db, key_id, self._box)
        return key if key and key.enabled else None

    async def _own(self, pool_id: str) -> AccessKey:
        pair = _pair_of(await self._pools.get(pool_id))
        return replace(pair, used_at=await postgres.used_at(self._db, pool_id, pool_id))

    @staticmethod
    def _refuse_own(caller: Caller, key_id: str) -> None:
        if key_id == caller.pool_id:
            raise InvalidOperation(
                "用户池自身的密钥不能禁用或删除，只能刷新",
                "the pool's own key can be renewed, not disabled or deleted",
            )


def _pair_of(pool: HasSecret) -> AccessKey:
    """The pool's own key."""
    return AccessKey(pool.id, pool.id, pool.secret, own=True)


def masked(key: AccessKey) -> AccessKey:
    return replace(key, secret=f"{key.secret[:4]}{'*' * 28}")
