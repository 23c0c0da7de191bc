"""A form that was sent when its session was over: kept by the browser, sealed, until the same person has signed in.

It may hold a password that was typed, so nobody can read it in the page; and it is good for whoever sent it and for the
address it was sent to, for an hour. Decision: docs/decisions/0064-console.md.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import msgspec

from poolhouse import clock
from poolhouse.administrators.model import Administrator
from poolhouse.aside import aside
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.errors import TokenExpired

_LIFETIME_S = 3600
_PLACE = "administrator-held-form"


@dataclass(frozen=True, slots=True)
class HeldForm:
    """`to`: the address it was sent to, with its query. `ends_at`: Unix seconds."""

    administrator_id: str
    username: str
    to: str
    body: str = field(repr=False)
    ends_at: float


class HeldForms:
    def __init__(self, box: SecretBox) -> None:
        self._box = box

    async def sealed(self, administrator: Administrator, to: str, body: str) -> str:
        """A megabyte takes milliseconds, so not on the event loop."""
        ends_at = clock.epoch_s() + _LIFETIME_S
        form = HeldForm(administrator.id, administrator.username, to, body, ends_at)
        return await aside(f"held {administrator.id}", self._seal, form)

    async def opened(self, whose: str, text: str, to: str) -> HeldForm:
        """`whose`: an address, whose forms are opened one at a time. Raises TokenExpired where it is none of ours, was
        sent elsewhere, or too long ago."""
        form = await aside(f"held {whose}", self._open, text)
        if form.to != to or form.ends_at < clock.epoch_s():
            raise TokenExpired("a form for another address, or of long ago")
        return form

    def _seal(self, form: HeldForm) -> str:
        sealed = self._box.encrypt(msgspec.json.encode(form).decode(), _PLACE)
        return base64.urlsafe_b64encode(sealed).decode()

    def _open(self, text: str) -> HeldForm:
        try:
            opened = self._box.decrypt(base64.urlsafe_b64decode(text), _PLACE)
            return msgspec.json.decode(opened, type=HeldForm)
        except (ValueError, IndexError, SecretUnreadable) as error:
            raise TokenExpired("no form of ours") from error
