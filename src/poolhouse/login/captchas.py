"""The challenge after too many failures: digits as a picture, and as sound for people who cannot see it."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import CodeExpired
from poolhouse.ids import new_id
from poolhouse.login import postgres
from poolhouse.login.lockout import asker

if TYPE_CHECKING:
    from captcha.audio import AudioCaptcha
    from captcha.image import ImageCaptcha

LIFETIME_S = 300
DIGITS = 5
MOST_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Challenge:
    """`image` is a PNG. `answer` is for tests and never leaves the server."""

    id: str
    image: bytes = field(repr=False)
    answer: str = field(repr=False)


class Captchas:
    """Good for one try of the address that asked, within five minutes; three of an address at most."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def issue(self, caller: Caller) -> Challenge:
        answer = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        captcha_id = new_id()
        async with self._db.transaction() as tx:
            await postgres.insert_captcha(
                tx, caller.pool_id, captcha_id, asker(caller), answer, LIFETIME_S, MOST_AT_ONCE
            )
        image = await asyncio.to_thread(_picture, answer)
        return Challenge(captcha_id, image, answer)

    async def sound(self, caller: Caller, captcha_id: str) -> bytes:
        """The same digits, spoken: WAV. Raises CodeExpired."""
        answer = await postgres.captcha_answer(self._db, caller.pool_id, captcha_id, asker(caller))
        if answer is None:
            raise CodeExpired("no such captcha")
        return await asyncio.to_thread(_sound, answer)


def _picture(answer: str) -> bytes:
    return _painter().generate(answer).getvalue()


def _sound(answer: str) -> bytes:
    return bytes(_voice().generate(answer))


@lru_cache(maxsize=1)
def _painter() -> ImageCaptcha:
    from captcha.image import ImageCaptcha  # with all of Pillow, for the few who failed too often

    return ImageCaptcha(width=160, height=60)


@lru_cache(maxsize=1)
def _voice() -> AudioCaptcha:
    from captcha.audio import AudioCaptcha

    return AudioCaptcha()
