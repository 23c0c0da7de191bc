"""The two translations a scripted directory owns: profile -> User, and a draft -> what a script is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

import msgspec

from poolhouse import emails, phones
from poolhouse.errors import InvalidInput, ScriptFailed
from poolhouse.texts import is_placeholder, is_storable, storable, trimmed, without_nul, written
from poolhouse.times import birthdate, parse_time, v3_time
from poolhouse.users.model import Status, User
from poolhouse.users.profile_fields import BLOB, BOOLEANS, COUNTS, FIELDS, KNOWN_BY, TEXT, TIMES, WRITABLE
from poolhouse.users.readings import boolean, moment, says_nothing, status
from poolhouse.users.rules import GENDERS, spelled
from poolhouse.users.same_person import LARGEST_EXACT

_STAMPS = frozenset({"created_at", "updated_at"})

NAMES: dict[str, str] = {spelled(field): field for field in FIELDS if field in WRITABLE | _STAMPS} | {
    "lastIp": "last_ip"
}
"""Profile key -> field of User. Both spellings of lastIP: the documented templates use lastIp."""

_SPELLINGS: dict[str, list[str]] = {}
"""Field of User -> every name a script may know it by."""
for _name, _field in NAMES.items():
    _SPELLINGS.setdefault(_field, []).append(_name)

LONGEST_TOKEN = BLOB

_TIMES = TIMES | _STAMPS
EMPTIED = KNOWN_BY | _TIMES | {"phone_country_code", "birthdate", "expired_at"}
"""Where an old database's word for nothing would be taken for a value."""
DECIDING = BOOLEANS | {"status", "token_expired_at"}
"""Fields that decide whether somebody gets in, or as whom: a value that cannot be read must not be passed over."""
_EXPECTED = dict.fromkeys(BOOLEANS, "true or false") | {
    "status": f"one of {', '.join(Status)}",
    "token_expired_at": "a time",
}


class ScriptUser(User, frozen=True, gc=False):
    """A user as a script tells them. `token` is the store's own, passed on and never kept.

    Source: docs/contract/custom-database.md#profiles.
    """

    token: str | None = None

    def __repr__(self) -> str:
        return f"ScriptUser(id={self.id!r})"


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
    if len(text) > 256 or not is_storable(text):
        raise ScriptFailed(f"{function} returned an unusable id", cause=f"{len(text)} characters")
    return text


def profile_values(profile: Mapping[str, Any], function: str, zone: tzinfo = UTC) -> dict[str, Any]:
    """The fields of a profile that are ours and usable; unknown keys, passwords and misfits are left out.

    A script's database owes us nothing: a value of the wrong type must not lock its user out, nor may what it
    writes for nothing (`-`, `0`, `N/A`) make one person of two. Only what decides is read or refused: raises
    ScriptFailed naming the field. `zone` is that of times without one.
    """
    values, lost = _values(profile, zone)
    for key in lost:
        if (field := NAMES[key]) in DECIDING:
            raise ScriptFailed(
                f"{function} returned a value of {key} that cannot be read: expected {_EXPECTED[field]}",
                cause=f"{key}: {profile[key]!r}"[:200],
            )
    return values


def misfits(profile: Mapping[str, Any]) -> list[str]:
    """The keys of a profile whose value is not of their field's kind, as the script spells them."""
    return _values(profile, UTC)[1]


def _values(profile: Mapping[str, Any], zone: tzinfo) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    lost: list[str] = []
    for key, given in profile.items():
        field = NAMES.get(key)
        if field is None or given is None or (field in EMPTIED and is_nothing(given)):
            continue
        value = _usable(field, given, zone)
        if value is not None:
            values[field] = value
        elif not says_nothing(given) and (given != [] or field in DECIDING):
            lost.append(key)
    country = values.get("phone_country_code")
    if "phone" in values and phones.find_key(values["phone"], country) is None:
        lost.append("phone")  # but stays: whose extension it is must not be taken for somebody else's silence
    return values, lost


def user_of(profile: Mapping[str, Any], pool_id: str, function: str, zone: tzinfo = UTC) -> User:
    """The user a profile describes. Raises ScriptFailed when it has no id, or a field that decides is unreadable."""
    user_id = script_id(profile, function)
    given = profile.get("token")
    token = given if isinstance(given, str) and 0 < len(given) <= LONGEST_TOKEN else None
    values = profile_values(profile, function, zone)
    return ScriptUser(id=user_id, pool_id=pool_id, **values, token=token)


def script_values(values: Mapping[str, Any], zone: tzinfo = UTC) -> dict[str, Any]:
    """Fields of a draft as a script reads them: every spelling of a profile, times as ISO text.

    West and east of UTC with the digits and the offset of `zone`: a column without a zone keeps the digits alone.
    """
    return {
        name: _written(value, zone) if isinstance(value, datetime) else msgspec.to_builtins(value)
        for field, value in values.items()
        for name in _SPELLINGS[field]
    }


def _written(value: datetime, zone: tzinfo) -> str:
    if zone == UTC:
        return v3_time(value)
    try:
        return value.astimezone(zone).isoformat(timespec="milliseconds")
    except OverflowError:
        return v3_time(value)


def _usable(field: str, value: Any, zone: tzinfo) -> Any:
    if field in TEXT:
        return _text(field, value, zone)
    if field in BOOLEANS:
        return boolean(value)
    if field in COUNTS:
        return count_of(value)
    if field in _TIMES:
        return moment(value, zone)
    if field == "status":
        return status(value)
    return [storable(str(source)[:256]) for source in value[:20]] if isinstance(value, list) else None


def _text(field: str, value: Any, zone: tzinfo) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(storable(without_nul(str(value))))[: TEXT[field]]
    text = written(text) if field in KNOWN_BY else trimmed(text)
    if field == "gender":
        return GENDERS.get(text, "U")
    if says_nothing(text):
        return None
    try:
        return _fitting(field, text, zone)
    except InvalidInput:
        return None


def _fitting(field: str, text: str, zone: tzinfo) -> str:
    if field == "email":
        return emails.stored(text)
    if field == "phone_country_code":
        phones.country_code_of(text)
    if field == "expired_at":
        parse_time(text, field)
    return birthdate(text, field, None if zone == UTC else zone) if field == "birthdate" else text


def is_nothing(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    return value == 0 or (isinstance(value, str) and is_placeholder(value))


def count_of(value: Any) -> int | None:
    """A number from 0 below 2^31, or its digits; None for anything else a script may say."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**31:
        return None
    return int(value) if value == int(value) else None
