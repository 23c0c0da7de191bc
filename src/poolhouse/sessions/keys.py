"""The keys tokens are signed with. Replaced keys stay to verify, so a rotation logs nobody out."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from typing import Any, Literal

from asyncpg import Record
from joserfc.jwk import OctKey, RSAKey

from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.pool import Database
from poolhouse.errors import TokenInvalid
from poolhouse.ids import new_id
from poolhouse.sessions import postgres
from poolhouse.sessions.tokens import KeyHint, SigningKey

Generated = Literal["management", "rsa"]

NEWEST_KEPT_S = 60.0
_MOST_CACHED = 2000


class KeyRing:
    """A key never changes, so found ones are kept; which is the newest is asked again after a minute."""

    def __init__(self, db: Database, box: SecretBox) -> None:
        self._db, self._box = db, box
        self._found: OrderedDict[tuple[str, str], SigningKey] = OrderedDict()
        self._newest: dict[tuple[str, str, str], tuple[float, SigningKey]] = {}

    async def find(self, hint: KeyHint) -> SigningKey:
        """The key a token names. Raises TokenInvalid."""
        found = self._found.get((hint.pool_id, hint.key_id))
        if found is None:
            row = await postgres.find_key(self._db, hint.pool_id, hint.key_id)
            if row is None:
                raise TokenInvalid("no such key")
            found = self._remember(hint.pool_id, row)
        if found.algorithm != hint.algorithm:
            raise TokenInvalid("the key's algorithm is another")
        return found

    async def newest(self, pool_id: str, purpose: Generated) -> SigningKey:
        """The key that signs: HS256 for management tokens, RS256 for `rsa`. Made when first needed."""
        slot = (pool_id, purpose, "")
        known = self._newest.get(slot)
        if known and known[0] > time.monotonic():
            return known[1]
        rows = await postgres.keys_of(self._db, pool_id, purpose)
        if not rows:
            await self._make(pool_id, purpose, "first")
            rows = await postgres.keys_of(self._db, pool_id, purpose)
        return self._sign_with(slot, self._remember(pool_id, rows[0]))

    async def of_app(self, pool_id: str, app_id: str, secret: str) -> SigningKey:
        """HS256 with the application's secret; tokens of an earlier secret still verify."""
        fingerprint = hashlib.sha256(f"poolhouse app secret:{secret}".encode()).hexdigest()
        slot = (pool_id, app_id, fingerprint)
        known = self._newest.get(slot)
        if known:
            return known[1]
        row = await self._app_row(pool_id, app_id, fingerprint)
        if row is None:
            await self._keep(pool_id, "app", app_id, fingerprint, "HS256", secret)
            row = await self._app_row(pool_id, app_id, fingerprint)
            assert row is not None
        return self._sign_with(slot, self._remember(pool_id, row))

    async def rotate(self, pool_id: str, purpose: Generated) -> SigningKey:
        """A new key signs from now on here, and within a minute on every node."""
        await self._make(pool_id, purpose, new_id())
        self._newest.pop((pool_id, purpose, ""), None)
        return await self.newest(pool_id, purpose)

    async def public_keys(self, pool_id: str) -> list[dict[str, Any]]:
        """The pool's JWKS entries, the signing one first."""
        await self.newest(pool_id, "rsa")
        rows = await postgres.keys_of(self._db, pool_id, "rsa")
        keys = [self._remember(pool_id, row) for row in rows]
        return [
            {**key.key.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": key.algorithm}
            for key in keys
        ]

    async def _app_row(self, pool_id: str, app_id: str, fingerprint: str) -> Record | None:
        rows = await postgres.keys_of(self._db, pool_id, "app", app_id)
        return next((row for row in rows if row["fingerprint"] == fingerprint), None)

    async def _make(self, pool_id: str, purpose: Generated, fingerprint: str) -> None:
        if purpose == "rsa":
            private = RSAKey.generate_key(2048, private=True).as_pem(private=True).decode()
            await self._keep(pool_id, purpose, "", fingerprint, "RS256", private)
        else:
            await self._keep(pool_id, purpose, "", fingerprint, "HS256", secrets.token_hex(32))

    async def _keep(
        self, pool_id: str, purpose: str, app_id: str, fingerprint: str, algorithm: str, key: str
    ) -> None:
        key_id = new_id()
        sealed = self._box.encrypt(key, _place(pool_id, key_id))
        await postgres.insert_key(self._db, pool_id, key_id, purpose, app_id, fingerprint, algorithm, sealed)

    def _remember(self, pool_id: str, row: Record) -> SigningKey:
        slot = (pool_id, row["id"])
        if slot not in self._found:
            secret = self._box.decrypt(row["sealed"], _place(pool_id, row["id"]))
            imported = RSAKey.import_key(secret) if row["algorithm"] == "RS256" else OctKey.import_key(secret)
            self._found[slot] = SigningKey(
                pool_id, row["id"], row["algorithm"], imported, row["purpose"], row["app_id"]
            )
            if len(self._found) > _MOST_CACHED:
                self._found.popitem(last=False)
        return self._found[slot]

    def _sign_with(self, slot: tuple[str, str, str], key: SigningKey) -> SigningKey:
        if len(self._newest) > _MOST_CACHED:
            self._newest.clear()
        self._newest[slot] = (time.monotonic() + NEWEST_KEPT_S, key)
        return key


def _place(pool_id: str, key_id: str) -> str:
    return f"signing-key:{pool_id}:{key_id}"
