"""A sign-in under way at an identity source: good once, for ten minutes, in the browser that began it.

`state` names the row and brings a secret; the row holds digests of the secret and of what the browser keeps in its form
cookie, and everything else sealed. A provider's form comes without that cookie (it is another site's form), so it is
held in the row until the browser follows a redirect of ours and brings the cookie along.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import msgspec
from msgspec import structs

from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.db.database import Database
from poolhouse.errors import ProviderFailed, SignInLapsed
from poolhouse.federation import postgres
from poolhouse.federation.model import ExternalUser, Pairs
from poolhouse.ids import new_id

LIFETIME = timedelta(minutes=10)
TURN_LASTS = timedelta(seconds=90)
"""Longer than the script of a custom database may take to make a user, with what it waits for."""
MOST_POSTED = 256 * 1024
_SHAPE = re.compile(r"([0-9a-f]{24})[.x]([0-9a-f]{24})[.x]([0-9a-f]{24})\Z")
"""74 characters: SAML gives a RelayState 80. The x is for WeChat, whose state is of letters and digits, up to 128."""

Aim = Literal["page", "popup", "link", "native"]


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """`origin`, `callback`: ours, as they were when it began. `request`: the sealed authorization request that the
    sign-in is for (`page`). `user_id`, `session_id`, `ticket`: who links an identity, by which login, and by which
    address that is good once (`link`). `posted`: the form that is held for it. `came`: who has come and is to say whose
    account is theirs."""

    aim: Aim
    app_id: str
    origin: str = ""
    callback: str = ""
    request: str = ""
    user_id: str = ""
    session_id: str = ""
    ticket: str = ""
    remembered: dict[str, str] = {}
    posted: Pairs | None = None
    came: ExternalUser | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One that was taken."""

    pool_id: str
    connection_id: str
    kept: Kept


class Attempts:
    def __init__(self, db: Database, box: SecretBox) -> None:
        self._db, self._box = db, box

    def new_state(self, pool_id: str) -> str:
        return f"{pool_id}.{new_id()}.{secrets.token_hex(12)}"

    async def open(self, state: str, connection_id: str, kept: Kept, browser: str) -> None:
        """`state`: of `new_state`. `browser`: what only this browser keeps."""
        pool_id, attempt_id, secret = _parts(state)
        sealed = self._sealed(kept, pool_id, attempt_id)
        await postgres.insert_attempt(
            self._db,
            pool_id,
            attempt_id,
            connection_id,
            digest=_digest(secret),
            browser=_digest(browser),
            sealed=sealed,
            lifetime=LIFETIME,
        )

    async def hold(self, state: str, form: Pairs) -> None:
        """Raises SignInLapsed where there is no such attempt, or a form is held for it already."""
        pool_id, attempt_id, secret = _parts(state)
        if sum(len(name) + len(value) for name, value in form) > MOST_POSTED:
            raise ProviderFailed("redirect", "身份源返回的内容过长", "the provider's form is too long")
        before = await postgres.sealed_of(self._db, pool_id, attempt_id, _digest(secret))
        kept = self._open(before, pool_id, attempt_id)
        if before is None or kept.posted is not None:
            raise lapsed()
        after = self._sealed(structs.replace(kept, posted=form), pool_id, attempt_id)
        if not await postgres.seal_again(self._db, pool_id, attempt_id, before, after):
            raise lapsed()

    async def take(self, state: str, browser: str) -> Attempt:
        """Raises SignInLapsed: none of ours, taken already, too old, or begun in another browser."""
        pool_id, attempt_id, secret = _parts(state)
        row = await postgres.take_attempt(self._db, pool_id, attempt_id, _digest(secret), _digest(browser))
        if row is None:
            raise lapsed()
        return Attempt(pool_id, row["connection_id"], self._open(row["sealed"], pool_id, attempt_id))

    async def spend(self, pool_id: str, connection_id: str, ticket: str) -> bool:
        """Notes a ticket of `ids.new_id` as used, until it would have run out by itself. False where it was before."""
        claim = Kept(aim="link", app_id="")
        return await self._claimed(pool_id, ticket, connection_id, claim, secrets.token_bytes(32), LIFETIME)

    async def begin_turn(self, pool_id: str, connection_id: str, named: str) -> str | None:
        """What ends the turn of whatever has this name, in all processes; None where another has it. A turn that is
        not ended ends by itself after TURN_LASTS."""
        turn_id, holder = _turn(named), secrets.token_hex(16)
        await postgres.end_old_turn(self._db, pool_id, turn_id)
        claim, digest = Kept(aim="page", app_id=""), _digest(holder)
        begun = await self._claimed(pool_id, turn_id, connection_id, claim, digest, TURN_LASTS)
        return holder if begun else None

    async def end_turn(self, pool_id: str, named: str, holder: str) -> None:
        await postgres.end_turn(self._db, pool_id, _turn(named), _digest(holder))

    async def look(self, state: str) -> Attempt:
        """The attempt, which stays there. Raises SignInLapsed."""
        pool_id, attempt_id, secret = _parts(state)
        sealed = await postgres.sealed_of(self._db, pool_id, attempt_id, _digest(secret))
        connection_id = await postgres.connection_of(self._db, pool_id, attempt_id, _digest(secret))
        if connection_id is None:
            raise lapsed()
        return Attempt(pool_id, connection_id, self._open(sealed, pool_id, attempt_id))

    async def meant(self, state: str) -> tuple[str, str] | None:
        """Pool and connection of an attempt that is there, whoever asks: for the log."""
        try:
            pool_id, attempt_id, secret = _parts(state)
        except SignInLapsed:
            return None
        found = await postgres.connection_of(self._db, pool_id, attempt_id, _digest(secret))
        return (pool_id, found) if found else None

    async def _claimed(
        self, pool_id: str, row_id: str, connection_id: str, kept: Kept, digest: bytes, lifetime: timedelta
    ) -> bool:
        """Whether the row, which no browser can take, is this caller's. False where it is there already."""
        return await postgres.insert_once(
            self._db,
            pool_id,
            row_id,
            connection_id,
            digest=digest,
            browser=b"",
            sealed=self._sealed(kept, pool_id, row_id),
            lifetime=lifetime,
        )

    def _sealed(self, kept: Kept, pool_id: str, attempt_id: str) -> bytes:
        return self._box.encrypt(msgspec.json.encode(kept).decode(), _place(pool_id, attempt_id))

    def _open(self, sealed: bytes | None, pool_id: str, attempt_id: str) -> Kept:
        try:
            return msgspec.json.decode(
                self._box.decrypt(sealed or b"", _place(pool_id, attempt_id)), type=Kept
            )
        except (SecretUnreadable, IndexError, ValueError) as error:
            raise lapsed() from error


def pool_of(state: str) -> str:
    """Raises SignInLapsed."""
    return _parts(state)[0]


def _parts(state: str) -> tuple[str, str, str]:
    shape = _SHAPE.match(state)
    if shape is None:
        raise lapsed()
    return shape[1], shape[2], shape[3]


def lapsed() -> SignInLapsed:
    return SignInLapsed(
        "state",
        "登录已完成、已过期，或不是在此浏览器中开始的",
        "the sign-in is done already, is too old, or was begun in another browser",
    )


def _turn(named: str) -> str:
    return hashlib.sha256(named.encode()).hexdigest()[:24]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _place(pool_id: str, attempt_id: str) -> str:
    return f"{pool_id}/federation_attempts/sealed/{attempt_id}"
