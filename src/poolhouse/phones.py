"""Telephone numbers: the one key that compares, and the several spellings an old database may keep."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from poolhouse.errors import InvalidInput

DEFAULT_COUNTRY_CODE = "+86"
_CHINA = (None, "", DEFAULT_COUNTRY_CODE)
LONGEST = 32
"""Characters of a number as people write it."""
_SHORTEST_TAIL = 7
"""Digits: fewer would make two people's numbers one."""

_WRITTEN = re.compile(r"\+?[0-9 ().\-‐‑‒–—−]+\Z")
_MOBILE_OF_CHINA = re.compile(r"(?:\+86)?(1[3-9][0-9]{9})", re.ASCII)
"""What is one at a glance."""
_A_SPREADSHEETS_FLOAT = re.compile(r"[0-9]{7,32}\.[0-9]*\Z")


def key(phone: str, country_code: str | None = None, field: str = "phone") -> str:
    """The number in E.164, whichever way it is written: a plus, 00 or neither before the country code, blanks,
    dashes, brackets, full-width digits. `13800138000` with `+86` is `+8613800138000`.

    Any number that is possible is one, whether or not it is given out. Raises InvalidInput naming `field`, or
    phoneCountryCode.
    """
    if country_code in _CHINA and (usual := _MOBILE_OF_CHINA.fullmatch(phone)):
        return f"{DEFAULT_COUNTRY_CODE}{usual[1]}"
    text = _digits_written(phone)
    code = country_code_of(country_code) if country_code else int(DEFAULT_COUNTRY_CODE)
    if not text:
        raise _malformed(field)
    region = phonenumbers.region_code_for_country_code(code)
    if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY and not text.startswith("+"):
        text = f"+{code}{text}"
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise _malformed(field) from error
    if not phonenumbers.is_possible_number(parsed):
        raise _malformed(field)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def find_key(phone: str | None, country_code: str | None = None) -> str | None:
    """`key`, or None for what is no number; a country code that is none counts as not given."""
    if not phone:
        return None
    try:
        return key(phone, country_code if is_country_code(country_code) else None)
    except InvalidInput:
        return None


def country_code_of(text: str, field: str = "phoneCountryCode") -> int:
    """86, for `+86`, `86`, `0086` and `CN`. Raises InvalidInput naming `field`."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).strip().removeprefix("+")
    if plain.isascii() and plain.isdecimal():
        code = int(plain)
        known = code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    else:
        code = phonenumbers.country_code_for_region(plain.upper())
        known = code != 0
    if not known:
        raise InvalidInput(field, "不是国家或地区电话代码", "not the calling code of a country")
    return code


def is_country_code(text: str | None) -> bool:
    try:
        return bool(text) and country_code_of(text or "") > 0
    except InvalidInput:
        return False


def spellings(phone: str, country_code: str | None = None) -> list[str]:
    """As given first, then E.164, without its plus, and as dialed at home; what is no number stays as it is.

    Left out is what would be somebody else's: without its plus `+1 390 000 0000` is a telephone of China.
    """
    found = [phone]
    for full in sorted(readings(phone, country_code)):
        number = phonenumbers.parse(full, None)
        others = [full, full[1:], phonenumbers.national_significant_number(number)]
        found += [text for text in others if full in readings(text)]
    return list(dict.fromkeys(found))


def readings(phone: str, country_code: str | None = None) -> frozenset[str]:
    """The keys a text may mean. Digits that are no number given out in China may have lost the plus of another
    country; `13900000000` is a telephone of China and not `+1 390...`."""
    key_ = find_key(phone, country_code)
    if key_ is None or country_code or names_its_country(phone):
        return frozenset({key_} if key_ else ())
    if phonenumbers.is_valid_number(phonenumbers.parse(key_, None)):
        return frozenset({key_})
    abroad = find_key(f"+{phone.strip()}")
    return frozenset({key_, abroad} if abroad else {key_})


def alike(one: str, other: str) -> bool:
    """Whether two spellings may be one number; of what is none, whether the digits of one end in the other's."""
    if (ours := readings(one)) and (theirs := readings(other)):
        return bool(ours & theirs)
    shorter, longer = sorted((_digits(one), _digits(other)), key=len)
    return shorter == longer or (len(shorter) >= _SHORTEST_TAIL and longer.endswith(shorter))


def visible(text: str) -> str:
    """Without the marks that some address books wrap numbers in and nobody sees."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def names_its_country(text: str) -> bool:
    """Whether it begins with a plus or 00."""
    return _digits_written(text).startswith("+")


def plain(phone: str) -> str:
    """The number without blanks, dashes and brackets, in plain digits; its country stays, with a plus, or left out
    as it was. What is no number stays as it is."""
    return _digits_written(phone) or phone


def compact(text: str) -> str | None:
    """The digits of what may be a part of a number, `138 0013` or `+86 138-0013`; None for other text."""
    return _digits_written(text).removeprefix("+") or None


def _digits_written(text: str) -> str:
    """Digits, perhaps after a plus; empty for what nobody writes a telephone number with.

    Two numbers, a letter and a number that a spreadsheet has made a fraction of are no number.
    """
    if len(text) > 2 * LONGEST:
        return ""
    plain = unicodedata.normalize("NFKC", visible(text)).strip()
    if plain.startswith("(") and plain[1:].lstrip().startswith("+"):  # (+86) 138...
        plain = plain[1:].lstrip()
    if not _WRITTEN.match(plain) or _A_SPREADSHEETS_FLOAT.match(plain):
        return ""
    digits = "".join(char for char in plain if char.isdecimal())
    if plain.startswith("+"):
        return f"+{digits}" if digits else ""
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _digits(text: str) -> str:
    """Without the zero that is dialed at home alone: 013800138000 is 13800138000."""
    plain = unicodedata.normalize("NFKC", text[: 4 * LONGEST])
    return "".join(char for char in plain if char.isdecimal()).lstrip("0")


def _malformed(field: str) -> InvalidInput:
    return InvalidInput(field, "手机号格式不正确", "not a phone number")
