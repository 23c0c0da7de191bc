"""Ids: 24 lower-case hex digits, time-ordered, so that an index on them grows at its end."""

from __future__ import annotations

import re
import secrets
import threading
import time

_ID = re.compile(r"[0-9a-f]{24}\Z")
_RANDOM_BITS = 48
_latest = 0
_latest_lock = threading.Lock()


def new_id() -> str:
    """Six bytes of Unix milliseconds, six random ones; within a process each is greater than the one before, so that
    what is written together, at one `created_at`, is listed in the order it was given in."""
    global _latest
    fresh = time.time_ns() // 1_000_000 << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    with _latest_lock:
        is_later = fresh >> _RANDOM_BITS > _latest >> _RANDOM_BITS
        _latest = fresh if is_later else _latest + 1 + secrets.randbits(32)
        return f"{_latest:024x}"


def new_secret() -> str:
    """32 lower-case hex digits: an application's or a pool's secret."""
    return secrets.token_hex(16)


def is_id(value: str) -> bool:
    return _ID.match(value) is not None
