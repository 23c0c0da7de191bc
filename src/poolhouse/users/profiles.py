"""The two translations a scripted directory owns: profile -> User, and a draft -> what a script is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from poolhouse import emails, phones
from poolhouse.errors import InvalidInput, ScriptFailed
from poolhouse.texts import is_placeholder, storable, trimmed, written
from poolhouse.times import birthdate, parse_time, unix_time, v3_time
from poolhouse.users.agreement import LARGEST_EXACT
from poolhouse.users.model import User
from poolhouse.users.rules import BOOLEANS, COUNTS, GENDERS, KNOWN_BY, TEXT, TIMES, spelled

NAMES: dict[str, str] = {spelled(field): field for field in (*TEXT, *BOOLEANS, *TIMES, *COUNTS)} | {
    "lastIp": "last_ip",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "status": "status",
    "registerSource": "register_source",
}
"""Profile key -> field of User. Both spellings of lastIP: the documented templates use lastIp."""

_TIMES = TIMES | {"created_at", "updated_at"}
EMPTIED = KNOWN_BY | _TIMES | {"phone_country_code", "birthdate", "expired_at"}
"""Where an old database's word for nothing would be taken for a value."""
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
    if isinstance(value, bool) or not isinstance(value, str | int) or str(value).strip() == "":
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

    A script's database owes us nothing: a value of the wrong type must not lock its user out, nor may what it
    writes for nothing (`-`, `0`, `N/A`) make one person of two.
    """
    return _values(profile)[0]


def misfits(profile: Mapping[str, Any]) -> list[str]:
    """The keys of a profile whose value says something that their field cannot hold, as the script spells them."""
    return _values(profile)[1]


def _values(profile: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    lost: list[str] = []
    for key, given in profile.items():
        field = NAMES.get(key)
        if field is None or given is None or (field in EMPTIED and is_nothing(given)):
            continue
        value = _usable(field, given)
        if value is not None:
            values[field] = value
        elif given not in ("", []):
            lost.append(key)
    country = values.get("phone_country_code")
    if "phone" in values and phones.find_key(values["phone"], country) is None:
        del values["phone"]
        lost.append("phone")
    return values, lost


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
    text = str(storable(str(value).replace("\x00", "")))[: TEXT[field]]
    text = written(text) if field in KNOWN_BY else trimmed(text)
    if field == "gender":
        return GENDERS.get(text, "U")
    if not text:
        return None
    try:
        return _fitting(field, text)
    except InvalidInput:
        return None


def _fitting(field: str, text: str) -> str:
    if field == "email":
        return emails.stored(text)
    if field == "phone_country_code":
        phones.country_code_of(text)
    if field == "expired_at":
        parse_time(text, field)
    return birthdate(text, field) if field == "birthdate" else text


def is_nothing(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    return value == 0 or (isinstance(value, str) and is_placeholder(value))


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
