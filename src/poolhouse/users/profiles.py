"""The two translations a scripted directory owns: profile -> User, and a draft -> what a script is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from poolhouse.errors import InvalidInput, ScriptFailed
from poolhouse.texts import storable
from poolhouse.times import parse_time, unix_time, v3_time
from poolhouse.users.agreement import LARGEST_EXACT
from poolhouse.users.model import User
from poolhouse.users.rules import BOOLEANS, COUNTS, GENDERS, TEXT, TIMES, spelled

NAMES: dict[str, str] = {spelled(field): field for field in (*TEXT, *BOOLEANS, *TIMES, *COUNTS)} | {
    "lastIp": "last_ip",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "status": "status",
    "registerSource": "register_source",
}
"""Profile key -> field of User. Both spellings of lastIP: the documented templates use lastIp."""

_TIMES = TIMES | {"created_at", "updated_at"}
_STATUSES = {"Activated", "Suspended", "Resigned", "Archived", "Deactivated"}


def script_id(profile: Any, function: str) -> str:
    """The id a script returned, as a string. Raises ScriptFailed when there is none."""
    if not isinstance(profile, Mapping):
        raise ScriptFailed(
            f"{function} must return a user profile", cause=f"returned {type(profile).__name__}"
        )
    value = profile.get("id")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ScriptFailed(f"{function} must return a profile with a non-empty id", cause=f"id: {value!r}")
    if isinstance(value, int) and abs(value) > LARGEST_EXACT:
        raise ScriptFailed(
            f"{function} returned a number beyond 2^53 as id, whose last digits are lost: return it as text",
            cause=f"id: {value!r}"[:64],
        )
    text = str(value)
    if len(text) > 256 or "\x00" in text:
        raise ScriptFailed(f"{function} returned an unusable id", cause=f"{len(text)} characters")
    return text


def profile_values(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a profile that are ours and usable; unknown keys, passwords and misfits are left out.

    A script's database owes us nothing: a value of the wrong type must not lock its user out.
    """
    values: dict[str, Any] = {}
    for key, given in profile.items():
        field = NAMES.get(key)
        if field is None or given is None:
            continue
        value = _usable(field, given)
        if value is not None:
            values[field] = value
    return values


def user_of(profile: Mapping[str, Any], pool_id: str, function: str) -> User:
    """The user a profile describes. Raises ScriptFailed when it has no id."""
    return User(id=script_id(profile, function), pool_id=pool_id, **profile_values(profile))


def script_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a draft as a script reads them: profile spelling, times as ISO text."""
    return {
        spelled(field): v3_time(value) if isinstance(value, datetime) else msgspec.to_builtins(value)
        for field, value in values.items()
    }


def _usable(field: str, value: Any) -> Any:
    if field in TEXT:
        return _text(field, value)
    if field in BOOLEANS:
        return value if isinstance(value, bool) else _number_as_boolean(value)
    if field in COUNTS:
        return count_of(value)
    if field in _TIMES:
        return _time(value)
    if field == "status":
        return value if isinstance(value, str) and value in _STATUSES else None
    return [storable(str(source)[:256]) for source in value[:20]] if isinstance(value, list) else None


def _text(field: str, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(storable(str(value).replace("\x00", "")))[: TEXT[field]].strip()
    if field == "gender":
        return GENDERS.get(text, "U")
    if field == "email":
        return text.lower() or None
    return text or None


def _number_as_boolean(value: Any) -> bool | None:
    return (
        bool(value)
        if value in (0, 1, "0", "1", "t", "f") and value not in ("0", "f")
        else (False if value in (0, "0", "f") else None)
    )


def count_of(value: Any) -> int | None:
    """A number from 0 below 2^31, or its digits; None for anything else a script may say."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**31:
        return None
    return int(value)


def _time(value: Any) -> datetime | None:
    """ISO text, or Unix seconds or milliseconds as a number."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return unix_time(value, "time")
        return parse_time(value, "time") if isinstance(value, str) else None
    except InvalidInput:
        return None
