"""Whether two records are of one person: what was typed, what a script answered, what our tables hold.

A script is the customer's, and its database may compare as it likes: without case, by any of its columns, one
field for e-mail, telephone and username. So silence is no contradiction, and what was typed may be any of the
identifiers a profile says. But a profile that says somebody else's name is somebody else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from poolhouse import emails, phones
from poolhouse.errors import EmailTaken, PhoneTaken, UserExists, UsernameTaken
from poolhouse.users.model import KeyKind, User, UserKey

LOGIN_KEYS: tuple[KeyKind, ...] = ("email", "phone", "username")
_SAID = (*LOGIN_KEYS, "id", "external_id", "unionid", "openid")
_TAKEN: Mapping[str, type[UserExists]] = {
    "username": UsernameTaken,
    "email": EmailTaken,
    "phone": PhoneTaken,
}
LARGEST_EXACT = 2**53 - 1
"""The largest whole number JavaScript keeps apart from its neighbors."""


def contradicts(user: User, key: UserKey) -> bool:
    """Whether the user says they are somebody else than `key` asked for."""
    if getattr(user, key.kind) is None:
        return False
    typed = {key.value, key.stored}
    return not any(_alike(field, value, text) for field, value in _said(user) for text in typed)


def differ(one: User, other: User) -> bool:
    """Whether they share no identifier, though both say one of the same kind."""
    both = [(kind, a, b) for kind in LOGIN_KEYS if (a := getattr(one, kind)) and (b := getattr(other, kind))]
    return bool(both) and not any(_alike(kind, a, b) for kind, a, b in both)


def keys_of(values: Mapping[str, Any]) -> list[UserKey]:
    """By what somebody else might be known who has these identifiers: each, and a username also as the address or
    the telephone number it looks like."""
    keys = []
    for field in LOGIN_KEYS:
        if not (value := values.get(field)) or not isinstance(value, str):
            continue
        if field != "phone":
            keys.append(UserKey(field, value))
        if field == "username" and emails.is_address(value):
            keys.append(UserKey("email", value))
        if field == "phone" or (field == "username" and phones.find_key(value)):
            keys.append(UserKey("phone", value, values.get("phone_country_code")))
    return list(dict.fromkeys(keys))


def keys_typed(name: str) -> list[UserKey]:
    """By what somebody may be known who typed this into a field for any name: a username may look like anything, so
    it comes last."""
    email = [UserKey("email", name)] if "@" in name else []
    phone = [UserKey("phone", name)] if phones.find_key(name) else []
    return [*email, *phone, UserKey("username", name)]


def taken(key: UserKey, user_id: str | None) -> UserExists:
    """The refusal of somebody new, or of `user_id` who changes."""
    return (UserExists if user_id is None else _TAKEN[key.kind])(field=key.kind)


def may_be_rounded(user_id: str) -> bool:
    """Whether a double of JavaScript may have lost the last digits of this number on its way into text."""
    if not (user_id.isascii() and user_id.isdecimal() and 16 <= len(user_id) <= 21):
        return False
    number = int(user_id)
    return number > LARGEST_EXACT and int(Decimal(repr(float(number)))) == number


def _said(user: User) -> list[tuple[str, str]]:
    said = [(field, value) for field in _SAID if (value := getattr(user, field))]
    if user.phone and user.phone_country_code:
        number = phones.find_key(user.phone, user.phone_country_code) or user.phone
        said = [(field, number if field == "phone" else value) for field, value in said]
    return said


def _alike(field: str, one: str, other: str) -> bool:
    return _folded(one) == _folded(other) or (field == "phone" and phones.alike(one, other))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
