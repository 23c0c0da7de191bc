"""Words in the names of things: a term over a few texts of a row, which an index of trigrams finds.

The index is on `key(...)` of the same columns, led by nothing and followed by the pool (migration 0148). What it finds
is judged by `strpos`, as is all where there is no such index: case is folded there, and nothing else.
"""

from __future__ import annotations

import re
import unicodedata

from poolhouse.db.where import Where

_PAIR = re.compile("[a-z0-9]{2}")
_ASCII = "[\\x01-\\x7f]"


def key(alias: str, columns: tuple[str, ...]) -> str:
    """What is searched: the columns one after another, each with a mark behind it."""
    return (
        "poolhouse_search_key("
        + " || ".join(f"coalesce({alias}.{one}, '') || chr(31)" for one in columns)
        + ")"
    )


def has_words(where: Where, alias: str, columns: tuple[str, ...], words: str) -> str:
    """A term: one of the columns has the words in it."""
    place = where.arg(words)
    texts = ", ".join(f"{alias}.{one}" for one in columns)
    inside = f"strpos(lower(concat_ws(chr(10), {texts})), lower({place}::text)) > 0"
    terms = [inside, f"{key(alias, columns)} like poolhouse_search_pattern({place}::text)"]
    if (pair := begun_by(words)) is not None:
        terms.append(f"{key(alias, columns)} ~ {where.arg(pair)}")
    return f"({' and '.join(terms)})"


def begun_by(words: str) -> str | None:
    """For two letters or digits, which have no trigram: an expression of all trigrams that they begin. No field of a
    key ends with them, and no character beyond ASCII comes right after them."""
    pair = unicodedata.normalize("NFKC", words).lower()
    return pair + _ASCII if _PAIR.fullmatch(pair) else None
