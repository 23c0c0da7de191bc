"""Days in the address of a list."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from poolhouse.errors import InvalidInput

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


def day(name: str, value: str) -> datetime:
    """The beginning of a day of UTC. Raises InvalidInput naming the part of the address that is none."""
    try:
        if not _DAY.match(value):
            raise ValueError
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput(name, "应为日期，如 2026-11-27", "must be a date such as 2026-11-27") from None
