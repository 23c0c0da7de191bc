"""Ids: 24 lower-case hex digits, time-ordered, so that an index on them grows at its end."""

from __future__ import annotations

import re
import secrets
import time

_ID = re.compile(r"[0-9a-f]{24}\Z")


def new_id() -> str:
    """Six bytes of Unix milliseconds, six random ones."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(6)}"


def new_secret() -> str:
    """32 lower-case hex digits: an application's or a pool's secret."""
    return secrets.token_hex(16)


def is_id(value: str) -> bool:
    return _ID.match(value) is not None
