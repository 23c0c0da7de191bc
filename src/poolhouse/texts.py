"""Short texts a caller gives: codes, names, descriptions, addresses of pictures and pages.

What somebody is known by comes from keyboards, spreadsheets and old databases: `written` is the one spelling of
it, `require_visible` refuses what nobody could type again, and `is_placeholder` knows an old database's nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from poolhouse.errors import InvalidInput

PROGRAMS = frozenset({"javascript", "data", "vbscript", "blob", "file", "filesystem", "about", "view-source"})
"""Schemes of addresses that are a program, or a page of its own, to a browser that is sent there."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: controls, marks of direction and width, halves of characters, separators of lines."""
_EDGES = "".join(
    character
    for character in map(chr, (*range(0x3001), 0xFEFF))
    if character.isspace() or unicodedata.category(character) == "Cf"
)
_NOTHING = frozenset("-‐‑‒–—―_./\\:0*? ")
_NOTHINGS = frozenset(
    {
        "null",
        "(null)",
        "<null>",
        "\\n",
        "none",
        "nil",
        "undefined",
        "nan",
        "n/a",
        "#n/a",
        "无",
        "暂无",
        "没有",
        "空",
    }
)

Reason = tuple[str, str]
"""Why a value is refused, in Chinese and in English."""
EMPTY: Reason = ("不能为空", "must not be empty")
BLANK: tuple[None, str] = (None, "must not be empty")
"""Where the official specs compare the Chinese sentence to its end (docs/contract/v3.md#texts). So `overlong`."""
_NUL: Reason = ("包含空字符", "contains a NUL character")
_SURROGATE: Reason = ("含有非法的代理字符", "contains a lone surrogate")

_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif|bmp|x-icon);base64,", re.IGNORECASE)


def trimmed(text: str) -> str:
    """Without the blanks, and the marks nobody sees, that come along at the ends when text is copied."""
    return text.strip(_EDGES)


def written(text: str) -> str:
    """The one spelling of a name: NFC, `trimmed`. Kept so, and looked up so."""
    return trimmed(text if text.isascii() else unicodedata.normalize("NFC", text))


def require_visible(text: str, field: str) -> str:
    """`text`; InvalidInput for one that looks like another: control characters, zero width, changes of direction."""
    if not text.isprintable() and any(unicodedata.category(character) in _INVISIBLE for character in text):
        raise InvalidInput(field, "含有不可见字符", "contains an invisible character")
    return text


def is_placeholder(text: str) -> bool:
    """Whether an old database says with this that there is nothing: `-`, `0`, `N/A`, `NULL`, `无`, blanks."""
    folded = trimmed(unicodedata.normalize("NFKC", text[:64])).casefold()
    return len(text) <= 64 and (folded in _NOTHINGS or _NOTHING.issuperset(folded))


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


def fault_of(text: str) -> Reason | None:
    """Why UTF-8 or PostgreSQL does not hold it: NUL, or half of a surrogate pair. None where both do."""
    if "\0" in text:
        return _NUL
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE
    return None


def is_storable(text: str) -> bool:
    """Whether UTF-8 and PostgreSQL hold it."""
    return fault_of(text) is None


def without_nul(text: str) -> str:
    """For names that are told back, and for columns of a fixed length that were filled up with it."""
    return text.replace("\0", "")


def storable(value: Any) -> Any:
    """`value`, a text or JSON of them, with U+FFFD for what no UTF-8 and no PostgreSQL holds: half of a surrogate
    pair and NUL. For what must be kept or passed on whatever stands in it; what a caller gives is refused instead.
    """
    if isinstance(value, str):
        if not value.isascii():
            value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list | tuple) else value


def required_text(value: str, field: str, longest: int) -> str:
    """`value`, if it says something and fits in `longest` characters; else InvalidInput naming `field`."""
    if not value.strip():
        raise InvalidInput(field, *BLANK)
    return _fitting(value, field, longest)


def optional_text(value: str | None, field: str, longest: int) -> str | None:
    return None if value is None else _fitting(value, field, longest)


def _fitting(value: str, field: str, longest: int) -> str:
    if len(value) > longest:
        raise InvalidInput(field, *overlong(longest))
    if fault := fault_of(value):
        raise InvalidInput(field, *fault)
    return value


def overlong(most: int) -> tuple[None, str]:
    return None, f"at most {most} characters"


def too_long(most: int) -> Reason:
    return f"最多 {most} 个字符", f"at most {most} characters"


def too_many(most: int) -> Reason:
    return f"最多 {most} 项", f"at most {most} entries"
