"""The keys tokens are signed with. A replaced key stays to verify until all it signed has expired, so a rotation
logs nobody out; then maintenance deletes it.

The server has one key that signs for each published algorithm (`server_keys.py`); a pool has one for its management
tokens, and an application's secret is one. Decision: docs/decisions/0029-signing-keys.md.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asyncpg import Record

from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database
from poolhouse.db.postgres_lookup import Kind, Lookup
from poolhouse.errors import TokenInvalid
from poolhouse.ids import new_id
from poolhouse.sessions import postgres, stored_keys, tokens
from poolhouse.sessions.server_keys import ANNOUNCED, NEWEST_KEPT_S, ServerAlgorithm, ServerKey, ServerKeys
from poolhouse.sessions.tokens import Claims, KeyHint, SigningKey, TokenType
from poolhouse.times import now
from poolhouse.ttl_cache import TtlCache

DAY_S = 86_400
MOST_KEPT = 2000


@dataclass(slots=True)
class _Held:
    key: SigningKey
    needed_until: float


class KeyRing:
    """A key never changes, so found ones are kept; which is the newest is asked again after a minute."""

    def __init__(self, db: Database, box: SecretBox) -> None:
        self._db, self._box = db, box
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._newest: TtlCache[SigningKey] = TtlCache(NEWEST_KEPT_S, MOST_KEPT)
        self._server = ServerKeys(db, box)
        kinds: tuple[Kind, ...] = ("signing_key", "published_key")
        self._lookups = {kind: Lookup(db, kind) for kind in kinds}

    async def find(self, hint: KeyHint) -> SigningKey:
        """The key a token names. Raises TokenInvalid."""
        held = self._held.get(hint.key_id)
        if held is None:
            held = await self._look_for(hint)
        if not hint.fits(held.key):
            raise TokenInvalid("the key's algorithm or pool is another")
        return held.key

    async def read(self, token: str) -> Claims:
        """What a token says that one of our keys signed and that has not expired; whether what it was made
        from still stands is not asked here. Raises TokenInvalid, TokenExpired."""
        return tokens.read(token, await self.find(tokens.hint(token)), now())

    async def sign(self, claims: Mapping[str, Any], key: SigningKey, kind: TokenType = "JWT") -> str:
        """The token of these claims; `key` is kept until their `exp`, which is written down once a day."""
        held = self._held.get(key.key_id) or self._hold(key, 0)
        known = held.needed_until
        if claims["exp"] > known:
            until = claims["exp"] + DAY_S
            held.needed_until = until  # at once: the others of a burst need not wait for the row
            try:
                await self._keep_until(key, datetime.fromtimestamp(until, UTC))
            except BaseException:
                held.needed_until = known
                raise
        return tokens.sign(claims, key, kind)

    async def server(self, algorithm: ServerAlgorithm) -> SigningKey:
        """The server's key that signs by this algorithm, for every pool. Made when first needed."""
        return await self._server.signing(algorithm)

    async def management(self, pool_id: str) -> SigningKey:
        """HS256: signs the pool's management tokens. Made when first needed."""
        return await self._newest.get(pool_id, lambda: self._find_management(pool_id))

    async def of_app(self, pool_id: str, app_id: str, secret: str) -> SigningKey:
        """HS256 with the application's secret; tokens of an earlier secret still verify."""
        fingerprint = hashlib.sha256(f"poolhouse app secret:{secret}".encode()).hexdigest()
        slot = f"{pool_id}:{app_id}:{fingerprint}"
        return await self._newest.get(slot, lambda: self._find_of_app(pool_id, app_id, secret, fingerprint))

    async def rotate_management(self, pool_id: str) -> SigningKey:
        """A new key signs the pool's management tokens from now on here, and within a minute on every node."""
        await self._make_management(pool_id, new_id())
        self._newest.drop(pool_id)
        return await self.management(pool_id)

    async def rotate_server(self, algorithm: ServerAlgorithm, after: timedelta = ANNOUNCED) -> str:
        """The id of a new key of the server's: published at once, it signs when `after` has passed."""
        return await self._server.rotate(algorithm, after)

    async def server_keys(self) -> list[ServerKey]:
        """The server's, as they are published."""
        return await self._server.all()

    async def public_keys(self) -> list[dict[str, Any]]:
        """The JWKS entries: RSA first, and of those the one that signs; then EC likewise."""
        return await self._server.published()

    async def _look_for(self, hint: KeyHint) -> _Held:
        """Where keys of the hint's algorithm are: a secret is of an application or of a pool, others are the server's,
        or a pool's of before."""
        key_id = hint.key_id
        is_secret = hint.algorithm == "HS256"
        row = None if is_secret else await postgres.find_server_key(self._db, key_id)
        if row is None:
            row = await self._lookups["signing_key" if is_secret else "published_key"].find(
                key_id, lambda pool_id: postgres.find_key(self._db, pool_id, key_id)
            )
        if row is None:
            raise TokenInvalid("no such key")
        return self._hold(stored_keys.opened(self._box, row), row["needed_until"].timestamp())

    async def _keep_until(self, key: SigningKey, until: datetime) -> None:
        if key.purpose == "server":
            await postgres.keep_server_key(self._db, key.key_id, until)
        else:
            await postgres.keep_key(self._db, key.pool_id, key.key_id, until)

    async def _find_management(self, pool_id: str) -> SigningKey:
        rows = await postgres.keys_of(self._db, pool_id, "management")
        if not rows:
            await self._make_management(pool_id, "first")
            rows = await postgres.keys_of(self._db, pool_id, "management")
        return self._remember(rows[0])

    async def _find_of_app(self, pool_id: str, app_id: str, secret: str, fingerprint: str) -> SigningKey:
        row = await self._app_row(pool_id, app_id, fingerprint)
        if row is None:
            await self._keep(pool_id, "app", app_id, fingerprint, secret)
            row = await self._app_row(pool_id, app_id, fingerprint)
            assert row is not None
        return self._remember(row)

    async def _app_row(self, pool_id: str, app_id: str, fingerprint: str) -> Record | None:
        rows = await postgres.keys_of(self._db, pool_id, "app", app_id)
        return next((row for row in rows if row["fingerprint"] == fingerprint), None)

    async def _make_management(self, pool_id: str, fingerprint: str) -> None:
        await self._keep(pool_id, "management", "", fingerprint, secrets.token_hex(32))

    async def _keep(self, pool_id: str, purpose: str, app_id: str, fingerprint: str, key: str) -> None:
        key_id = new_id()
        sealed = stored_keys.sealed(self._box, key, key_id, pool_id)
        async with self._db.transaction() as tx:
            await postgres.insert_key(tx, pool_id, key_id, purpose, app_id, fingerprint, "HS256", sealed)

    def _remember(self, row: Record) -> SigningKey:
        held = self._held.get(row["id"])
        if held is None:
            held = self._hold(stored_keys.opened(self._box, row), row["needed_until"].timestamp())
        return held.key

    def _hold(self, key: SigningKey, needed_until: float) -> _Held:
        held = self._held[key.key_id] = _Held(key, needed_until)
        if len(self._held) > MOST_KEPT:
            self._held.popitem(last=False)
        return held
