"""What a profile field may hold. One table for every way a user is written, whatever the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from poolhouse import emails, phones
from poolhouse.errors import IdentifierRequired, InvalidInput, TooLarge
from poolhouse.misfits import BOOLEAN, STRING, expected, listed, one_of
from poolhouse.texts import fault_of, no_program, require_visible, trimmed, written
from poolhouse.times import birthdate, parse_time
from poolhouse.users.model import AVATAR_PATH, Status
from poolhouse.users.profile_fields import (
    ALSO_IDENTIFYING,
    BOOLEANS,
    COUNTS,
    IDENTIFIERS,
    KNOWN_BY,
    LINKS,
    TEXT,
    TIMES,
    WRITABLE,
)

ALWAYS = frozenset({"signed_up"})
"""Fields that everybody has."""
GENDERS = {"M": "M", "F": "F", "U": "U", "W": "F"}
"""W is one page's slip for F (docs/contract/users.md#fields)."""


def spelled(field: str) -> str:
    """The field as callers write it: `last_ip` is `lastIP` in every document that lets one write it."""
    return _SPELLED.get(field) or _spelled(field)


def _spelled(field: str) -> str:
    if field == "last_ip":
        return "lastIP"
    head, *tail = field.split("_")
    return head + "".join(part.capitalize() for part in tail)


_SPELLED = {field: _spelled(field) for field in WRITABLE}
"""Of what every row of an import has; whatever else somebody gives is not kept."""


def clean(
    values: Mapping[str, Any],
    *,
    email: Callable[[str], str] = emails.stored,
    phone_country_code: str | None = None,
) -> dict[str, Any]:
    """The values as they are stored; the first that cannot be is refused by name.

    Empty strings become null: a form that sends `email: ""` means no e-mail, and two of them must not clash.
    A null where there is no none (`ALWAYS`) is as good as absent. `email` judges an address, `emails.checked` or one
    that takes any text. `phone_country_code` is what a number belongs to that comes without one.
    """
    cleaned = {field: _clean_one(field, value, email) for field, value in values.items()}
    if phone := cleaned.get("phone"):
        phones.key(phone, cleaned.get("phone_country_code") or phone_country_code)
    return {field: value for field, value in cleaned.items() if value is not None or field not in ALWAYS}


def require_identifier(values: Mapping[str, Any]) -> None:
    """One of username, email, phone; an externalId or a third party's id identifies too.

    Source: docs/contract/users.md#rules.
    """
    if not any(values.get(field) for field in (*IDENTIFIERS, *ALSO_IDENTIFYING)):
        raise IdentifierRequired("username", accepted=IDENTIFIERS)


def clean_text(value: Any, field: str, longest: int) -> str | None:
    """A string PostgreSQL and a browser can hold: no NUL, no half of a surrogate pair."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidInput(field, *expected(STRING))
    if len(value) > longest:
        raise TooLarge(field, f"长度不能超过 {longest}", f"must be at most {longest} characters")
    if fault := fault_of(value):
        raise InvalidInput(field, *fault)
    return value


def _clean_one(field: str, value: Any, email: Callable[[str], str]) -> Any:
    if field not in WRITABLE:
        raise InvalidInput(spelled(field), "不可修改", "cannot be written")
    if field in TEXT:
        text = clean_text(value, spelled(field), TEXT[field])
        return _clean_text_field(field, trimmed(text) if text else None, email)
    if field in BOOLEANS:
        return _clean_boolean(field, value)
    if field in TIMES:
        return _clean_time(field, value)
    if field in COUNTS:
        return _clean_count(field, value)
    return _clean_status(value) if field == "status" else _clean_sources(value)


def _clean_text_field(field: str, text: str | None, email: Callable[[str], str]) -> str | None:
    if field == "gender":
        if text is None:
            return "U"
        if text not in GENDERS:
            raise InvalidInput("gender", "应为 M、F 或 U", "must be M, F or U")
        return GENDERS[text]
    if field == "user_source_type" and text is None:
        return "adminCreated"
    if not text:
        return None
    if field == "photo" and text.endswith(AVATAR_PATH):
        return None  # whoever sends back what was shown has none of their own
    if field in LINKS:
        no_program(spelled(field), text)
    if field == "phone":
        text = phones.visible(text)
    if field in KNOWN_BY:
        text = require_visible(written(text), spelled(field))
    if field == "email":
        return email(text)
    if field == "phone_country_code":
        phones.country_code_of(text)
    if field == "birthdate":
        return birthdate(text, field)
    if field == "expired_at":
        parse_time(text, spelled(field))
    return text


def _clean_boolean(field: str, value: Any) -> bool:
    if value is None:
        return False
    if not isinstance(value, bool):
        raise InvalidInput(spelled(field), *expected(BOOLEAN))
    return value


def _clean_time(field: str, value: Any) -> datetime | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise InvalidInput(spelled(field), "应为 ISO 8601 时间", "expected an ISO 8601 time")
    return parse_time(value, spelled(field))


def _clean_count(field: str, value: Any) -> int | None:
    if value is None:
        return 0 if field == "logins_count" else None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise InvalidInput(spelled(field), "应为非负整数", "expected a whole number, not negative")
    return value


def _clean_status(value: Any) -> str:
    try:
        return Status(value).value
    except ValueError as error:
        raise InvalidInput("status", *one_of(Status)) from error


def _clean_sources(value: Any) -> list[str]:
    if value is None:
        return ["unknown"]
    if not isinstance(value, list | tuple) or len(value) > 20:
        raise InvalidInput("registerSource", *expected(listed(STRING)))
    cleaned = (clean_text(source, "registerSource", 64) for source in value)
    return [source for source in cleaned if source]
