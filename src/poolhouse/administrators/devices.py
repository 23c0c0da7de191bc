"""Browsers that somebody signed in with before, so that whoever guesses at a name keeps its owner out of none of them.

What a browser keeps is sealed and names the account, the browser and the password of the time. Tries from such a
browser are counted for it alone, apart from those at the name; a new password ends the trust of every other one.
Source: OWASP, Slow Down Online Guessing Attacks with Device Cookies.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

import msgspec

from poolhouse import clock
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.ids import new_secret

LIFETIME_S = 31_536_000
ACCOUNTS = 3
"""That one browser is known for, the latest ones: a cookie has 4 KiB at most."""
_LONGEST = 4096
_PLACE = "administrator-devices"


@dataclass(frozen=True, slots=True)
class _Known:
    """`stamp` is of the password's hash; `ends_at`: Unix seconds."""

    administrator_id: str
    device_id: str
    stamp: str
    ends_at: float


class Devices:
    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def are_any(self, kept: str) -> bool:
        """Whether it is worth asking the database whose name was typed."""
        return bool(self._opened(kept))

    def trusted(self, kept: str, administrator_id: str, stored: str) -> str:
        """The id of the browser that keeps `kept`, "" where it is not known for that account and its password, whose
        hash is `stored`."""
        for one in self._opened(kept):
            if one.administrator_id == administrator_id and hmac.compare_digest(one.stamp, stamp(stored)):
                return one.device_id
        return ""

    def noted(self, kept: str, administrator_id: str, stored: str) -> str:
        """What the browser is to keep instead, after somebody signed in with it."""
        before = self._opened(kept)
        known = next(
            (one.device_id for one in before if one.administrator_id == administrator_id), new_secret()
        )
        fresh = _Known(administrator_id, known, stamp(stored), clock.epoch_s() + LIFETIME_S)
        others = [one for one in before if one.administrator_id != administrator_id]
        text = msgspec.json.encode([fresh, *others][:ACCOUNTS]).decode()
        return base64.urlsafe_b64encode(self._box.encrypt(text, _PLACE)).decode()

    def _opened(self, kept: str) -> list[_Known]:
        """None of what is not ours."""
        if not kept or len(kept) > _LONGEST:
            return []
        try:
            text = self._box.decrypt(base64.urlsafe_b64decode(kept), _PLACE)
        except (ValueError, IndexError, SecretUnreadable):
            return []
        at = clock.epoch_s()
        return [one for one in msgspec.json.decode(text, type=list[_Known]) if one.ends_at > at]


def stamp(stored: str) -> str:
    """Tells one password from the next, and nothing about either."""
    return hashlib.sha256(stored.encode()).hexdigest()[:32]
