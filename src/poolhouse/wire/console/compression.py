"""Files of the console as a browser takes them: compressed once, whoever asks first.

Pages are not compressed: they repeat what was searched for beside tokens of forms and people's data, and the length of
such a compressed answer tells whoever can make a browser ask what else is in it (BREACH, https://breachattack.com).
Decision: docs/decisions/0064-console.md.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from poolhouse.aside import aside

BEST = 9
WORTH = 256
"""Bytes; what is shorter fits into a packet as it is."""
MOST_CODINGS = 32
"""A browser names four."""


def takes_gzip(accepted: str) -> bool:
    """`accepted`: the header Accept-Encoding. Source: RFC 9110, 12.5.3."""
    any_other = False
    for given in accepted.lower().split(",", MOST_CODINGS)[:MOST_CODINGS]:
        coding, _, parameter = given.partition(";")
        name, _, value = parameter.partition("=")
        taken = name.strip() != "q" or value.strip().strip("0.") != ""
        if coding.strip() in ("gzip", "x-gzip"):
            return taken
        if coding.strip() == "*":
            any_other = taken
    return any_other


class Compressed:
    """`files`: name -> bytes. Each is kept from the first time on, so that a start waits for none."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._kept: dict[str, bytes] = {}

    async def of(self, name: str) -> bytes | None:
        """None: it is no shorter."""
        if name not in self._kept:
            content = self._files[name]
            worth = len(content) >= WORTH
            self._kept[name] = await aside("console files", _gzip, content) if worth else content
        kept = self._kept[name]
        return kept if len(kept) < len(self._files[name]) else None


def _gzip(content: bytes) -> bytes:
    """The same bytes on every node."""
    return gzip.compress(content, BEST, mtime=0)
