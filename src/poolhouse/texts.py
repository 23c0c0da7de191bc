"""Short texts a caller gives: codes, names, descriptions, addresses of pictures and pages."""

from __future__ import annotations

import re
from typing import Any

from poolhouse.errors import InvalidInput

PROGRAMS = frozenset({"javascript", "data", "vbscript", "blob", "file", "filesystem", "about", "view-source"})
"""Schemes of addresses that are a program, or a page of its own, to a browser that is sent there."""

_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif|bmp|x-icon);base64,", re.IGNORECASE)


def no_program(field: str, value: Any) -> None:
    """Refuses `javascript:...` where a picture's or page's address is meant: whoever shows it makes a link of it.

    What is no address at all stays: old directories hold file names there. A picture as `data:` does too.
    """
    if not isinstance(value, str):
        return
    start = "".join(character for character in value[:512] if character > " ")  # as browsers read it
    scheme, colon, _ = start.partition(":")
    if colon and scheme.lower() in PROGRAMS and not _PICTURE.match(start):
        raise InvalidInput(field, "不是网页或图片的地址", "not the address of a page or a picture")


def storable(value: Any) -> Any:
    """`value`, a text or JSON of them, with U+FFFD for what no UTF-8 and no PostgreSQL holds: half of a surrogate
    pair and NUL. For what must be kept or passed on whatever stands in it; what a caller gives is refused instead.
    """
    if isinstance(value, str):
        if not value.isascii():
            value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list | tuple) else value


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
