"""`multipart/form-data` (RFC 7578) of a body that has been read whole: what a form with a file sends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from poolhouse.errors import InvalidInput

MOST_PARTS = 400
_TYPE = re.compile(r'multipart/form-data *;[^"]{0,100}?boundary=("?)([0-9A-Za-z\'()+_,./:=?-]{1,70})\1', re.I)
_NAME = re.compile(rb'; *name="([^"\r\n]{0,200})"')
_FILE = re.compile(rb'; *filename="([^"\r\n]{0,300})"')
_LONGEST_HEAD = 2048


@dataclass(frozen=True, slots=True)
class Part:
    """`filename` is None of what is no file; a field for one that was left empty has the name ""."""

    name: str
    content: bytes
    filename: str | None = None


def is_multipart(content_type: str) -> bool:
    return content_type[:20].lower().startswith("multipart/form-data")


def parts_of(content_type: str, body: bytes) -> list[Part]:
    """Raises InvalidInput for what is none, or has more than MOST_PARTS."""
    found = _TYPE.match(content_type[:256])
    if found is None:
        raise _no_form()
    mark = b"\r\n--" + found[2].encode()
    pieces = (b"\r\n" + body).split(mark, MOST_PARTS + 1)
    if len(pieces) > MOST_PARTS + 1 or len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise _no_form()
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    end = piece.find(b"\r\n\r\n", 0, _LONGEST_HEAD)
    head = piece[:end] if end >= 0 else b""
    name, filename = _NAME.search(head), _FILE.search(head)
    if name is None:
        raise _no_form()
    try:
        named = filename[1].decode() if filename else None
        return Part(name[1].decode(), piece[end + 4 :], named)
    except UnicodeDecodeError as error:
        raise _no_form() from error


def _no_form() -> InvalidInput:
    return InvalidInput("body", "不是合法的表单", "not a form")
