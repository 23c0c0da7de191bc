"""Ids: 24 lower-case hex digits, time-ordered, so that an index on them grows at its end."""

from __future__ import annotations

import re
import secrets
import threading
from datetime import UTC, datetime, timedelta

from poolhouse import clock

_ID = re.compile(r"[0-9a-f]{24}\Z")
_RANDOM_BITS = 48
_LATEST_MS = 253_370_764_800_000
"""The year 9999: later ones are no times that PostgreSQL's driver knows."""
PUT_BACK_MS = 60_000
"""A clock that is put back further is followed: what is looked up by the time of its id would not be found."""
_latest = 0
_latest_lock = threading.Lock()


def new_id() -> str:
    """Six bytes of Unix milliseconds, six random ones; within a process each is greater than the one before, so that
    what is written together, at one `created_at`, is listed in the order it was given in, unless the clock was put back
    by more than PUT_BACK_MS."""
    global _latest
    fresh = int(clock.epoch_s() * 1000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    with _latest_lock:
        behind_ms = (_latest >> _RANDOM_BITS) - (fresh >> _RANDOM_BITS)
        _latest = _latest + 1 + secrets.randbits(32) if 0 <= behind_ms <= PUT_BACK_MS else fresh
        return f"{_latest:024x}"


def time_of(one: str) -> datetime:
    """When an id was made: as far as `is_id`'s form goes, any is of some time."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=min(int(one[:12], 16), _LATEST_MS))


def new_secret() -> str:
    """32 lower-case hex digits: an application's or a pool's secret."""
    return secrets.token_hex(16)


def is_id(value: str) -> bool:
    return _ID.match(value) is not None
