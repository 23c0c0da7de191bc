"""Short texts a caller gives: codes, names, descriptions."""

from __future__ import annotations

from poolhouse.errors import InvalidInput


def required_text(value: str, field: str, longest: int) -> str:
    """`value`, if it says something and fits in `longest` characters; else InvalidInput naming `field`."""
    if not value.strip():
        raise InvalidInput(field)
    return _fitting(value, field, longest)


def optional_text(value: str | None, field: str, longest: int) -> str | None:
    return None if value is None else _fitting(value, field, longest)


def _fitting(value: str, field: str, longest: int) -> str:
    if len(value) > longest or "\0" in value:
        raise InvalidInput(field)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(field) from error
    return value
