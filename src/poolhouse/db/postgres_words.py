"""Words in the names of things: a term over a few texts of a row, which an index of trigrams finds where few have them.

The index is on `key(...)` of the same columns, followed by the pool (migration 0148). What it finds is folded again for
each row, which takes ten times as long as to judge one by `strpos`: so what many have is looked for without it. Case is
folded by `strpos`, and nothing else, which has the last word in either way.
"""

from __future__ import annotations

import re
import unicodedata

from poolhouse.db.database import Reads
from poolhouse.db.where import Where

RARE = 500
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
    texts = ", ".join(f"{alias}.{one}" for one in columns)
    return f"strpos(lower(concat_ws(chr(10), {texts})), lower({where.arg(words)}::text)) > 0"


async def add_words(
    db: Reads, where: Where, table: str, alias: str, columns: tuple[str, ...], words: str
) -> None:
    """Adds the term, and that of the index where no more than RARE rows of the pool have the words."""
    where.add(has_words(where, alias, columns, words))
    if await _is_rare(db, where.args[0], table, alias, columns, words):
        where.add(_in_index(where, alias, columns, words))


async def _is_rare(
    db: Reads, pool_id: str, table: str, alias: str, columns: tuple[str, ...], words: str
) -> bool:
    where = Where(pool_id, alias)
    where.add(_in_index(where, alias, columns, words))
    found: int = await db.search_fetchval(
        f"select count(*) from (select 1 from {table} {alias} where {where.sql} limit {RARE + 1:d}) few",
        *where.args,
    )
    return found <= RARE


def _in_index(where: Where, alias: str, columns: tuple[str, ...], words: str) -> str:
    terms = [f"{key(alias, columns)} like poolhouse_search_pattern({where.arg(words)}::text)"]
    if (pair := begun_by(words)) is not None:
        terms.append(f"{key(alias, columns)} ~ {where.arg(pair)}")
    return " and ".join(terms)


def begun_by(words: str) -> str | None:
    """For two letters or digits, which have no trigram: an expression of all trigrams that they begin. No field of a
    key ends with them, and no character beyond ASCII comes right after them."""
    pair = unicodedata.normalize("NFKC", words).lower()
    return pair + _ASCII if _PAIR.fullmatch(pair) else None
