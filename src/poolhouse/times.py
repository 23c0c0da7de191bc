"""Times inside are aware UTC datetimes. Each wire has its own spelling of them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from poolhouse import clock
from poolhouse.errors import InvalidInput

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?\s*([Zz]|[+-]\d{2}:?\d{2})?\Z", re.ASCII
)

_DATE = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)\Z", re.ASCII)
_DIGITS_OF_A_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})\Z", re.ASCII)
_YEAR = re.compile(r"\d{4}\Z", re.ASCII)
DEFAULT_ZONE = "Asia/Shanghai"
_OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])\Z", re.ASCII)
_ZONE = re.compile(r"[A-Z][A-Za-z]{1,30}(?:/[A-Z][A-Za-z0-9_+-]{1,30}){1,2}\Z", re.ASCII)
_FIRST_MILLISECOND = 100_000_000_000
"""A number of seconds this large is the year 5138; of milliseconds, 1973."""
LATEST_S = 253_402_300_800
"""Seconds from 1970 to the year 10000, which no datetime reaches."""


def now() -> datetime:
    """By the database's clock: `poolhouse.clock`."""
    return clock.now()


@lru_cache(256)
def zone_named(name: str, field: str) -> tzinfo:
    """Of an IANA name (`Asia/Shanghai`, `UTC`) or an offset (`+08:00`). Raises InvalidInput naming `field`."""
    if name == "UTC":
        return UTC
    if offset := _OFFSET.match(name):
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-ahead if offset[1] == "-" else ahead)
    try:
        if _ZONE.match(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise InvalidInput(
        field,
        "应为时区名(如 Asia/Shanghai)或偏移(如 +08:00)",
        "must be a time zone such as Asia/Shanghai or +08:00",
    )


def parse_time(value: str, field: str, zone: tzinfo | None = None) -> datetime:
    """An ISO 8601 time with Z, with an offset, or naive (then in `zone`, default UTC); a plain date is its midnight.

    Anything else, epoch digits above all, is refused naming `field`. Source: docs/contract/users.md#times.
    """
    if is_plain_date(value):
        day = parse_date(value, field)
        try:
            return datetime(day.year, day.month, day.day, tzinfo=zone or UTC).astimezone(UTC)
        except OverflowError as error:
            raise InvalidInput(field, "时间超出范围", "not a real time") from error
    if not _ISO.match(value.strip()):
        raise InvalidInput(field, "应为 ISO 8601 时间", "expected an ISO 8601 time")
    try:
        parsed = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.strip().replace(" ", "T", 1)))
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=zone or UTC)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(field, "时间超出范围", "not a real time") from error


def is_plain_date(value: str) -> bool:
    """Whether it names a day and no hour: `2024-01-01`, `2024/1/1`, `2024年1月1日`; perhaps one no calendar has."""
    return _DATE.match(value.strip()) is not None


def parse_date(value: str, field: str) -> date:
    """A plain date. Raises InvalidInput naming `field`, also for 30 February."""
    found = _DATE.match(value.strip())
    if not found:
        raise InvalidInput(field, "应为日期，如 1990-05-06", "expected a date like 1990-05-06")
    return _day(*(int(part) for part in found.group(1, 3, 4) if part), *_chinese(found), field=field)


def parse_end(value: str, field: str, zone: ZoneInfo | None = None) -> datetime:
    """`parse_time` of an end that belongs to what it ends: a plain date is its last microsecond."""
    moment = parse_time(value, field, zone)
    return moment + timedelta(days=1, microseconds=-1) if is_plain_date(value) else moment


def birthdate(value: str, field: str, zone: tzinfo | None = None) -> str:
    """`1990-05-06` for a plain date, for its eight digits and for a time of that day; OpenID Connect's `1990` and
    `0000-05-06` (a year that nobody is told) stay. A time that is midnight in `zone` (default Asia/Shanghai) is of
    the day that begins there: so databases hand out dates.

    Raises InvalidInput naming `field`. Source: OpenID Connect Core 5.1.
    """
    text = value.strip()
    if _YEAR.match(text):
        return text
    if text.startswith("0000") and (found := _DATE.match(text)):
        leap = _day(2000, *(int(part) for part in found.group(3, 4) if part), *_chinese(found), field=field)
        return f"0000-{leap:%m-%d}"
    if digits := _DIGITS_OF_A_DATE.match(text):
        return _day(*map(int, digits.groups()), field=field).isoformat()
    if not _ISO.match(text):
        return parse_date(text, field).isoformat()
    moment = parse_time(text, field)
    there = moment.astimezone(zone or ZoneInfo(DEFAULT_ZONE)) if 1 < moment.year < 9999 else moment
    midnight = text[11:].rstrip("Zz").strip().replace(":", "").replace(".", "").strip("0") == ""
    for theirs in (there, there - (there.dst() or timedelta())):  # drivers have an offset, and no summer
        if not midnight and theirs.time() == datetime.min.time():
            return theirs.date().isoformat()
    return parse_date(text[:10], field).isoformat()


def _chinese(found: re.Match[str]) -> list[int]:
    return [int(part) for part in found.group(5, 6) if part]


def _day(year: int, month: int, day: int, *, field: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise InvalidInput(field, "没有这一天", "no such day") from error


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
