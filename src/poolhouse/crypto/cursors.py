"""Where somebody was in a list, as a text that they hand back: sealed, so that nobody else can write or read one."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.errors import InvalidInput

LONGEST = 512
"""Characters of a cursor; the longest that is given out has some 200."""


class Cursors:
    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def seal(self, place: Any, of: str) -> str:
        """`place`: plain data. `of`: which list it is a place of."""
        sealed = self._box.encrypt(msgspec.json.encode(place).decode(), f"cursor/{of}")
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, cursor: str, of: str) -> Any:
        """Raises InvalidInput for what is no cursor of this list."""
        try:
            if len(cursor) > LONGEST:
                raise ValueError
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            return msgspec.json.decode(self._box.decrypt(sealed, f"cursor/{of}"))
        except (ValueError, binascii.Error, SecretUnreadable) as error:
            raise InvalidInput("cursor", "不是此列表的游标", "not a cursor of this list") from error
