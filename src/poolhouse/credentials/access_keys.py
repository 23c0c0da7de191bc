"""Use cases on access keys, and what `service.py` asks of them to know who signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller, Limits
from poolhouse.credentials import postgres
from poolhouse.credentials.model import AccessKey
from poolhouse.credentials.scopes import SCOPES
from poolhouse.crypto.compare import same_secret
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database
from poolhouse.db.postgres_lookup import Lookup
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
MOST_SCOPES = 2 * len(SCOPES)
"""Of a request: each may be named, and be named twice."""


class HasSecret(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def secret(self) -> str: ...


class Pools(Protocol):
    """Of `pools.service.PoolService`, what is needed here."""

    async def get(self, pool_id: str) -> HasSecret: ...


@dataclass(frozen=True, slots=True)
class Rights:
    """What an administrator may do in a pool; `scopes`: None is everything. `limits`: within which alone."""

    scopes: frozenset[str] | None
    limits: Limits | None = None


class Holders(Protocol):
    """Of `administrators.holders.KeyHolders`, what is needed here."""

    async def rights(self, administrator_id: str, pool_id: str) -> Rights | None:
        """None for who is no administrator, is disabled, or has no role in the pool."""
        ...


class AccessKeyService:
    def __init__(self, db: Database, pools: Pools, box: SecretBox, audit: AuditLog, holders: Holders) -> None:
        self._db, self._pools, self._box, self._audit = db, pools, box, audit
        self._holders = holders
        self._lookup = Lookup(db, "access_key")
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
        """The new key; its secret is shown this once. It belongs to the administrator who makes it, or whose key makes
        it. A limited key makes only keys as limited as itself. Raises InvalidInput naming the scopes there are."""
        caller.require_administrator()
        wanted = None if scopes is None else _known(list(scopes))
        if caller.scopes is not None and (wanted is None or not wanted <= caller.scopes):
            raise NotPermitted()
        key = AccessKey(new_id(), caller.pool_id, new_secret(), user_id, tenant_id, wanted)
        key = replace(key, administrator_id=await self._holder_behind(caller))
        detail = {"scopes": None if wanted is None else sorted(wanted)}
        async with self._db.transaction() as tx:
            if await postgres.count(tx, caller.pool_id) >= KEYS_A_POOL:
                raise TooLarge("accessKey", f"最多 {KEYS_A_POOL} 个", f"at most {KEYS_A_POOL}")
            stored = await postgres.insert(tx, key, self._box)
            await self._audit.write(tx, caller, Event("create", "access_key", key.id, detail=detail))
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

    async def of_administrator(self, caller: Caller, administrator_id: str) -> Sequence[AccessKey]:
        """Theirs in every pool, newest first, with secrets masked; for whoever may see the administrator, which the
        caller has asked."""
        caller.require_administrator()
        found = await postgres.list_of_administrator(self._db, administrator_id, self._box)
        return [masked(key) for key in found]

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
        """The enabled key of any pool, with its secret and no scope that its administrator has not; may be a second
        old. None, too, where its administrator has nothing left in the pool."""
        if not is_id(key_id):
            return None
        # First as what the lookup table knows: asked for as a pool's id, a key's may lead to a machine that is lost.
        if key := await self._recent.get(key_id, lambda: self._enabled(key_id)):
            return await self._limited(key)
        try:  # not kept here: the pool is, and given up when its secret changes
            return _pair_of(await self._pools.get(key_id))
        except PoolNotFound:
            return None

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
        key = await self._lookup.find(
            key_id, lambda pool_id: postgres.find_to_authenticate(self._db, pool_id, key_id, self._box)
        )
        return key if key and key.enabled else None

    async def limits(self, key: AccessKey) -> AccessKey | None:
        """`key` as it may be used now, by what its administrator may do; None where it opens nothing."""
        return await self._limited(key) if key.enabled else None

    async def _limited(self, key: AccessKey) -> AccessKey | None:
        if key.administrator_id is None:
            return key
        rights = await self._holders.rights(key.administrator_id, key.pool_id)
        if rights is None:
            return None
        if rights.scopes is None:
            return key
        scopes = rights.scopes if key.scopes is None else key.scopes & rights.scopes
        return replace(key, scopes=scopes, limits=rights.limits)

    async def _holder_behind(self, caller: Caller) -> str | None:
        """The administrator who asks, or whose key does; None for the operator and the pool's own secret."""
        if caller.kind != "administrator" or caller.actor_id in ("", caller.pool_id):
            return None
        if await self._holders.rights(caller.actor_id, caller.pool_id):
            return caller.actor_id
        key = await postgres.find(self._db, caller.pool_id, caller.actor_id, self._box)
        return key.administrator_id if key else None

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


def _known(scopes: list[str]) -> frozenset[str]:
    """Raises TooLarge, InvalidInput naming those there are."""
    if len(scopes) > MOST_SCOPES:
        raise TooLarge("scopes", f"最多 {MOST_SCOPES} 个", f"at most {MOST_SCOPES}")
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        named, allowed = unknown[0][:64], ", ".join(SCOPES)
        raise InvalidInput(
            "scopes", f"没有“{named}”，可取值：{allowed}", f"there is no “{named}”; one of {allowed}"
        )
    return frozenset(scopes)


def _pair_of(pool: HasSecret) -> AccessKey:
    """The pool's own key."""
    return AccessKey(pool.id, pool.id, pool.secret, own=True)


def masked(key: AccessKey) -> AccessKey:
    return replace(key, secret=f"{key.secret[:4]}{'*' * 28}")
