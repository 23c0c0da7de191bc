"""Times inside are aware UTC datetimes. Each wire has its own spelling of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from poolhouse.errors import InvalidInput

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?\s*([Zz]|[+-]\d{2}:?\d{2})?\Z", re.ASCII
)

_FIRST_MILLISECOND = 100_000_000_000
"""A number of seconds this large is the year 5138; of milliseconds, 1973."""
LATEST_S = 253_402_300_800
"""Seconds from 1970 to the year 10000, which no datetime reaches."""


def now() -> datetime:
    return datetime.now(UTC)


def parse_time(value: str, field: str, zone: ZoneInfo | None = None) -> datetime:
    """An ISO 8601 time with Z, with an offset, or naive (then in `zone`, default UTC).

    Anything else, epoch digits above all, is refused naming `field`. Source: seed 002 (signedUp, lastLogin),
    reference/custom-database.md 4.1.
    """
    if not _ISO.match(value):
        raise InvalidInput(field, "应为 ISO 8601 时间", "expected an ISO 8601 time")
    try:
        parsed = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.replace(" ", "T", 1).strip()))
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=zone or UTC)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(field, "时间超出范围", "not a real time") from error


def numeric_date(value: object) -> int | None:
    """A JWT's seconds since 1970 (RFC 7519 NumericDate), whole; None for what is no moment up to the year 9999."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LATEST_S:
        return None
    return int(value)


def unix_time(value: float, field: str) -> datetime:
    """Unix milliseconds, or seconds where milliseconds would lie before 1973. Raises InvalidInput naming `field`."""
    try:
        return datetime.fromtimestamp(value / 1000 if abs(value) >= _FIRST_MILLISECOND else value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidInput(field, "时间超出范围", "not a real time") from error


def v2_time(value: datetime, zone: ZoneInfo) -> str:
    """`2021-03-11T20:52:50+08:00`: seconds, the pool's offset; UTC where the calendar ends, as in 9999-12-31."""
    try:
        value = value.astimezone(zone)
    except OverflowError:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="seconds")


@lru_cache(8192)
def v3_time(value: datetime) -> str:
    """`2022-07-03T02:20:30.000Z`: UTC with milliseconds."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
