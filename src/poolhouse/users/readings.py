"""What an old database writes for true, for a status and for a moment.

Source: docs/reference/scripts.md, "What is read".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from poolhouse.errors import InvalidInput
from poolhouse.times import parse_time, unix_time
from poolhouse.users.model import Status

_TRUE = frozenset({"1", "t", "true", "y", "yes", "on", "是"})
_FALSE = frozenset({"0", "f", "false", "n", "no", "off", "否"})
_STATUSES = {name.lower(): name for name in Status} | {
    **dict.fromkeys(
        ("active", "enabled", "enable", "normal", "ok", "正常", "启用", "已激活"), Status.ACTIVATED
    ),
    **dict.fromkeys(("disabled", "disable", "locked", "banned", "禁用", "停用", "冻结"), Status.SUSPENDED),
    **dict.fromkeys(("blocked", "frozen", "锁定", "封禁"), Status.SUSPENDED),
    **dict.fromkeys(("inactive", "未激活"), Status.DEACTIVATED),
    **dict.fromkeys(("离职", "已离职"), Status.RESIGNED),
    **dict.fromkeys(("归档", "已归档"), Status.ARCHIVED),
}
"""Numbers are not among them: 1 is as often "blocked" as it is "active"."""
_LONGEST = 64
"""Characters; what is longer is neither a moment nor an answer to yes or no."""
_EPOCH = re.compile(r"-?[0-9]{9,14}\Z")
_ZERO_DAY = "0000-00-00"


def says_nothing(value: Any) -> bool:
    """NULL, as databases write it too: nothing, an empty text, MySQL's zero date."""
    return value is None or (
        isinstance(value, str) and len(value) <= _LONGEST and value.strip()[:10] in ("", _ZERO_DAY)
    )


def boolean(value: Any) -> bool | None:
    """Also 0 and 1, `Y` and `N` and their like in any case, and the Buffer of a BIT(1) or a CHAR(1); None for
    anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value) if value in (0, 1) else None
    if isinstance(value, str):
        word = value.strip().lower() if len(value) <= _LONGEST else ""
        return True if word in _TRUE else False if word in _FALSE else None
    return None if (found := _bytes(value)) is None else _bits(found)


def status(value: Any) -> Status | None:
    """One of the five, in any case, or a word of old databases that can mean only one of them; None for anything
    else."""
    return _STATUSES.get(value.strip().lower()) if isinstance(value, str) and len(value) <= _LONGEST else None


def _bytes(value: Any) -> bytes | None:
    """Of `{"type": "Buffer", "data": [...]}`."""
    data = value.get("data") if isinstance(value, Mapping) and value.get("type") == "Buffer" else None
    if not isinstance(data, list) or not 0 < len(data) <= 8:
        return None
    whole = all(isinstance(byte, int) and 0 <= byte < 256 for byte in data)
    return bytes(data) if whole else None


def _bits(data: bytes) -> bool | None:
    number = int.from_bytes(data, "big")
    return bool(number) if number in (0, 1) else boolean(data.decode("latin-1"))


def moment(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """Of ISO text, in `zone` where it names none; of a day, its midnight there; of Unix seconds or milliseconds as a
    number or its digits. None for anything else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return unix_time(value, "time")
        if not isinstance(value, str) or len(value) > _LONGEST:
            return None
        text = value.strip()
        if _EPOCH.match(text):
            return unix_time(int(text), "time")
        return parse_time(text, "time", zone)
    except InvalidInput:
        return None
