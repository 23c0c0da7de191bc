"""The keys tokens are signed with. A replaced key stays to verify until all it signed has expired, so a rotation
logs nobody out; then maintenance deletes it."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import structlog
from asyncpg import Record
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import OctKey, RSAKey

from poolhouse.apps.model import App
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.db.database import Database
from poolhouse.errors import TokenInvalid
from poolhouse.ids import new_id
from poolhouse.sessions import postgres, tokens
from poolhouse.sessions.tokens import Claims, KeyHint, SigningKey
from poolhouse.times import now
from poolhouse.ttl_cache import TtlCache

Generated = Literal["management", "rsa"]

NEWEST_KEPT_S = 60.0
DAY_S = 86_400
_MOST_CACHED = 2000

_log = structlog.get_logger(__name__)


class KeyRing:
    """A key never changes, so found ones are kept; which is the newest is asked again after a minute."""

    def __init__(self, db: Database, box: SecretBox) -> None:
        self._db, self._box = db, box
        self._found: OrderedDict[str, SigningKey] = OrderedDict()
        self._needed_until: dict[str, float] = {}
        self._public: dict[str, dict[str, Any] | None] = {}
        self._publishing = asyncio.Lock()
        self._newest: TtlCache[SigningKey] = TtlCache(NEWEST_KEPT_S, _MOST_CACHED)

    async def find(self, hint: KeyHint) -> SigningKey:
        """The key a token names. Raises TokenInvalid."""
        found = self._found.get(hint.key_id)
        if found is None:
            row = await postgres.find_key(self._db, hint.key_id)
            if row is None:
                raise TokenInvalid("no such key")
            found = self._remember(row)
        if not hint.fits(found):
            raise TokenInvalid("the key's algorithm or pool is another")
        return found

    async def read(self, token: str) -> Claims:
        """What a token says that one of our keys signed and that has not expired; whether what it was made
        from still stands is not asked here. Raises TokenInvalid, TokenExpired."""
        return tokens.read(token, await self.find(tokens.hint(token)), now())

    async def sign(self, claims: Mapping[str, Any], key: SigningKey) -> str:
        """The token of these claims; `key` is kept until their `exp`, which is written down once a day."""
        known = self._needed_until.get(key.key_id, 0)
        if claims["exp"] > known:
            until = claims["exp"] + DAY_S
            self._needed_until[key.key_id] = until  # at once: the others of a burst need not wait for the row
            try:
                await postgres.keep_key(self._db, key.pool_id, key.key_id, datetime.fromtimestamp(until, UTC))
            except BaseException:
                self._needed_until[key.key_id] = known
                raise
        return tokens.sign(claims, key)

    async def newest(self, pool_id: str, purpose: Generated) -> SigningKey:
        """The key that signs: HS256 for management tokens, RS256 for `rsa`. Made when first needed."""
        return await self._newest.get(f"{pool_id}:{purpose}", lambda: self._find_newest(pool_id, purpose))

    async def app_changed(self, app: App) -> None:
        """Whose tokens are RS256 may fetch the published keys before the first of them is made."""
        if app.settings.id_token_algorithm == "RS256":
            await self.newest(app.pool_id, "rsa")

    async def of_app(self, pool_id: str, app_id: str, secret: str) -> SigningKey:
        """HS256 with the application's secret; tokens of an earlier secret still verify."""
        fingerprint = hashlib.sha256(f"poolhouse app secret:{secret}".encode()).hexdigest()
        slot = f"{pool_id}:{app_id}:{fingerprint}"
        return await self._newest.get(slot, lambda: self._find_of_app(pool_id, app_id, secret, fingerprint))

    async def rotate(self, pool_id: str, purpose: Generated) -> SigningKey:
        """A new key signs from now on here, and within a minute on every node."""
        await self._make(pool_id, purpose, new_id())
        self._newest.drop(f"{pool_id}:{purpose}")
        return await self.newest(pool_id, purpose)

    async def public_keys(self, pool_id: str | None = None) -> list[dict[str, Any]]:
        """The JWKS entries of the pool, or of all; a pool's signing one first. Whoever asks, no key is made."""
        rows = [row for row in await postgres.published_keys(self._db) if pool_id in (None, row["pool_id"])]
        async with self._publishing:
            for key_id in [row["id"] for row in rows if row["id"] not in self._public]:
                if (whole := await postgres.find_key(self._db, key_id)) is not None:
                    self._public[key_id] = await asyncio.to_thread(self._published, whole)
        return [entry for row in rows if (entry := self._public.get(row["id"])) is not None]

    def _published(self, row: Record) -> dict[str, Any] | None:
        """None for a key that the server's secret key does not open: the others are still published."""
        try:
            key = self._opened(row)
        except SecretUnreadable:
            _log.error("signing_key_unreadable", pool_id=row["pool_id"], key_id=row["id"])
            return None
        return {**key.key.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": key.algorithm}

    async def _find_newest(self, pool_id: str, purpose: Generated) -> SigningKey:
        rows = await postgres.keys_of(self._db, pool_id, purpose)
        if not rows:
            await self._make(pool_id, purpose, "first")
            rows = await postgres.keys_of(self._db, pool_id, purpose)
        return self._remember(rows[0])

    async def _find_of_app(self, pool_id: str, app_id: str, secret: str, fingerprint: str) -> SigningKey:
        row = await self._app_row(pool_id, app_id, fingerprint)
        if row is None:
            await self._keep(pool_id, "app", app_id, fingerprint, "HS256", secret)
            row = await self._app_row(pool_id, app_id, fingerprint)
            assert row is not None
        return self._remember(row)

    async def _app_row(self, pool_id: str, app_id: str, fingerprint: str) -> Record | None:
        rows = await postgres.keys_of(self._db, pool_id, "app", app_id)
        return next((row for row in rows if row["fingerprint"] == fingerprint), None)

    async def _make(self, pool_id: str, purpose: Generated, fingerprint: str) -> None:
        if purpose == "rsa":
            private = await asyncio.to_thread(_new_rsa_key)
            await self._keep(pool_id, purpose, "", fingerprint, "RS256", private)
        else:
            await self._keep(pool_id, purpose, "", fingerprint, "HS256", secrets.token_hex(32))

    async def _keep(
        self, pool_id: str, purpose: str, app_id: str, fingerprint: str, algorithm: str, key: str
    ) -> None:
        key_id = new_id()
        sealed = self._box.encrypt(key, _place(pool_id, key_id))
        await postgres.insert_key(self._db, pool_id, key_id, purpose, app_id, fingerprint, algorithm, sealed)

    def _remember(self, row: Record) -> SigningKey:
        key_id = row["id"]
        if key_id not in self._found:
            self._found[key_id] = self._opened(row)
            self._needed_until[key_id] = row["needed_until"].timestamp()
            if len(self._found) > _MOST_CACHED:
                forgotten, _ = self._found.popitem(last=False)
                self._needed_until.pop(forgotten, None)
        return self._found[key_id]

    def _opened(self, row: Record) -> SigningKey:
        secret = self._box.decrypt(row["sealed"], _place(row["pool_id"], row["id"]))
        key = _rsa_key(secret) if row["algorithm"] == "RS256" else OctKey.import_key(secret)
        return SigningKey(
            row["pool_id"],
            row["id"],
            row["algorithm"],
            key,
            purpose=row["purpose"],
            app_id=row["app_id"],
        )


def _place(pool_id: str, key_id: str) -> str:
    return f"signing-key:{pool_id}:{key_id}"


def _new_rsa_key() -> str:
    """PEM. Tens of milliseconds and more: for a thread."""
    return RSAKey.generate_key(2048, private=True).as_pem(private=True).decode()


def _rsa_key(pem: str) -> RSAKey:
    """Ours, and sealed since it was made: proving its numbers prime again would take fifty milliseconds."""
    raw = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(raw, RSAPrivateKey)
    return RSAKey(raw, raw)
