"""Days and moments in the address of a list."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime

from poolhouse.errors import InvalidInput

FORMAT = "%Y-%m-%dT%H:%M"
"""Of a moment."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_MINUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\Z", re.ASCII)


def day(name: str, value: str) -> datetime:
    """The beginning of a day of UTC. Raises InvalidInput naming the part of the address that is none."""
    try:
        if not _DAY.match(value):
            raise ValueError
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput(name, "应为日期，如 2026-11-27", "must be a date such as 2026-11-27") from None


def is_moment(value: str) -> bool:
    """Whether it has a time of day, too."""
    return "T" in value


def moment(name: str, value: str) -> datetime:
    """A minute of UTC, such as 2026-11-27T08:30, as a browser writes it. Raises InvalidInput naming the part."""
    if _MINUTE.match(value):
        with suppress(ValueError):
            return datetime.strptime(value, FORMAT).replace(tzinfo=UTC)
    raise InvalidInput(name, "应为时间，如 2026-11-27T08:30", "must be a time such as 2026-11-27T08:30")
