"""The server's own signing keys: one that signs for each algorithm, whatever the pool, and those it follows.

A client that takes the first key of the published list, as the Java one does, finds the one that signs. So a new key
is announced: published behind it, and first from the moment it signs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args

import structlog
from asyncpg import Record

from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.db.database import Database
from poolhouse.errors import DatabaseLost
from poolhouse.ids import new_id
from poolhouse.sessions import postgres, stored_keys
from poolhouse.sessions.tokens import SigningKey
from poolhouse.times import now
from poolhouse.ttl_cache import TtlCache

ServerAlgorithm = Literal["RS256", "ES256"]
ALGORITHMS: tuple[ServerAlgorithm, ...] = get_args(ServerAlgorithm)
"""In the order in which their keys are published."""

NEWEST_KEPT_S = 60.0
PUBLISHED_KEPT_S = 60
"""How long whoever asks for the published keys may keep them: what their answer says."""
LISTED_KEPT_S = 1.0
"""How old they are when they are told: a key that signs at once is asked for by whoever sees its first token."""
ANNOUNCED = timedelta(seconds=NEWEST_KEPT_S + PUBLISHED_KEPT_S)
"""How long a new key is published before it signs: every node knows it by then, and who kept the older list."""

_ALL = "published"
_log = structlog.get_logger(__name__)


KeyState = Literal["coming", "signing", "verifying"]


class ServerKey(NamedTuple):
    """What an operator is told of a key."""

    id: str
    algorithm: ServerAlgorithm
    state: KeyState
    signs_from: datetime
    needed_until: datetime


class _Listed(NamedTuple):
    """A key as it is published, or None for one that the server's secret key does not open; a pool's has no
    `signs_from`."""

    algorithm: ServerAlgorithm
    signs_from: datetime | None
    entry: dict[str, Any] | None


class ServerKeys:
    def __init__(self, db: Database, box: SecretBox) -> None:
        self._db, self._box = db, box
        self._signing: TtlCache[Sequence[tuple[datetime, SigningKey]]] = TtlCache(NEWEST_KEPT_S)
        self._listed: TtlCache[Sequence[_Listed]] = TtlCache(LISTED_KEPT_S)
        self._public: dict[str, dict[str, Any] | None] = {}

    async def signing(self, algorithm: ServerAlgorithm) -> SigningKey:
        """The key that signs by now; made by whoever needs it first, once, however many do at once."""
        keys = await self._signing.get(algorithm, lambda: self._known(algorithm))
        at = now()
        return next((key for signs_from, key in keys if signs_from <= at), keys[-1][1])

    async def rotate(self, algorithm: ServerAlgorithm, after: timedelta) -> str:
        """The id of a new key, which signs when `after` has passed."""
        await self.signing(algorithm)  # or this would be the first one, and nothing would sign until then
        key_id = new_id()
        await self._make(algorithm, key_id, key_id, after)
        self._signing.drop(algorithm)
        self._listed.drop(_ALL)
        return key_id

    async def all(self) -> list[ServerKey]:
        """In the order of `published`."""
        found = []
        for algorithm in ALGORITHMS:
            rows = await self._rows(algorithm)
            for row in rows:
                state: KeyState = "coming" if row["signs_from"] > rows[0]["signs_from"] else "verifying"
                if row is rows[0]:
                    state = "signing"
                found.append(ServerKey(row["id"], algorithm, state, row["signs_from"], row["needed_until"]))
        return found

    async def published(self) -> list[dict[str, Any]]:
        """JWKS entries: of each algorithm the key that signs, then the others; the pools' RSA keys after the RSA ones.

        Of a key that the server's secret key does not open nothing is said: the others are still published.
        """
        listed = await self._listed.get(_ALL, self._list)
        at = now()
        ordered: list[_Listed] = []
        for algorithm in ALGORITHMS:
            of_kind = [one for one in listed if one.algorithm == algorithm]
            ordered += sorted(of_kind, key=lambda one: _place(one, at))
        return [one.entry for one in ordered if one.entry is not None]

    async def _list(self) -> Sequence[_Listed]:
        rows = [
            *await self._rows("RS256"),
            *await postgres.pools_rsa_keys(self._db),
            *await self._rows("ES256"),
        ]
        public: dict[str, dict[str, Any] | None] = {}
        for row in rows:
            key_id = row["id"]
            if key_id in self._public:
                public[key_id] = self._public[key_id]
                continue
            try:
                public[key_id] = await self._entry(row)
            except DatabaseLost:  # the machine of one pool: the keys of the others are published
                _log.error("signing_key_out_of_reach", key_id=key_id)
        self._public = public
        return [
            _Listed(row.get("algorithm", "RS256"), row.get("signs_from"), public.get(row["id"]))
            for row in rows
        ]

    async def _rows(self, algorithm: ServerAlgorithm) -> list[Record]:
        rows = await postgres.server_keys(self._db, algorithm)
        if not rows:
            await self._make(algorithm, new_id(), "first", timedelta(0))
            rows = await postgres.server_keys(self._db, algorithm)
        return rows

    async def _known(self, algorithm: ServerAlgorithm) -> Sequence[tuple[datetime, SigningKey]]:
        """Those that sign or will, the last to begin first; never none."""
        rows = await self._rows(algorithm)
        coming = [row for row in rows[1:] if row["signs_from"] > rows[0]["signs_from"]]
        return [(row["signs_from"], stored_keys.opened(self._box, row)) for row in (*coming, rows[0])]

    async def _make(
        self, algorithm: ServerAlgorithm, key_id: str, fingerprint: str, after: timedelta
    ) -> None:
        private = await asyncio.to_thread(stored_keys.generated, algorithm)
        sealed = stored_keys.sealed(self._box, private, key_id)
        await postgres.insert_server_key(self._db, key_id, algorithm, fingerprint, sealed, after)

    async def _entry(self, row: Record) -> dict[str, Any] | None:
        whole = row if "sealed" in row else await postgres.find_key(self._db, row["pool_id"], row["id"])
        if whole is None:
            return None
        try:
            return await asyncio.to_thread(self._public_half, whole)
        except SecretUnreadable:
            _log.error("signing_key_unreadable", key_id=row["id"])
            return None

    def _public_half(self, row: Record) -> dict[str, Any]:
        key = stored_keys.opened(self._box, row)
        return {**key.key.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": key.algorithm}


def _place(one: _Listed, at: datetime) -> tuple[int, float]:
    """Where a key stands among those of its kind: those that sign or have signed, those to come, the pools'; of each
    the newest first."""
    if one.signs_from is None:
        return 2, 0.0
    return int(one.signs_from > at), -one.signs_from.timestamp()
