"""Telephone numbers: the one spelling that compares, and the several an old database may keep."""

from __future__ import annotations

import phonenumbers

from poolhouse.errors import InvalidInput

DEFAULT_COUNTRY_CODE = "+86"
_SHORTEST_TAIL = 7
"""Digits: fewer would make two people's numbers one."""


def e164(phone: str, country_code: str | None = None) -> str:
    """`13800138000` with `+86` is `+8613800138000`. Raises InvalidInput for what cannot be a number."""
    return phonenumbers.format_number(_parsed(phone, country_code), phonenumbers.PhoneNumberFormat.E164)


def spellings(phone: str, country_code: str | None = None) -> list[str]:
    """As given first, then E.164, without its plus, and as dialled at home; what is no number stays as it is.

    `8613800138000` may be a number at home or one whose plus was lost: both are meant.
    """
    found = [phone]
    for text in dict.fromkeys([phone, f"+{phone.lstrip('+0')}"]):
        try:
            number = _parsed(text, country_code)
        except InvalidInput:
            continue
        full = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        found += [full, full[1:], phonenumbers.national_significant_number(number)]
    return list(dict.fromkeys(found))


def alike(one: str, other: str) -> bool:
    """Whether two spellings may be one number: the digits of one end in those of the other."""
    shorter, longer = sorted((_digits(one), _digits(other)), key=len)
    return shorter == longer or (len(shorter) >= _SHORTEST_TAIL and longer.endswith(shorter))


def _parsed(phone: str, country_code: str | None) -> phonenumbers.PhoneNumber:
    text = phone if phone.startswith("+") else f"{_plus(country_code)}{phone}"
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        raise InvalidInput("phone", "手机号格式不正确", "not a phone number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise InvalidInput("phone", "手机号格式不正确", "not a phone number")
    return parsed


def _plus(country_code: str | None) -> str:
    code = (country_code or "").strip() or DEFAULT_COUNTRY_CODE
    return code if code.startswith("+") else f"+{code}"


def _digits(text: str) -> str:
    """Without the zero that is dialled at home alone: 013800138000 is 13800138000."""
    return "".join(char for char in text if char.isdecimal()).lstrip("0")
