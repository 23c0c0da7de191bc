"""What an erasure looks for: everything somebody was called, and what stands in the records instead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from poolhouse.db.database import Tx

GONE = "***"
SHORTEST = 2
"""Characters of a name that is looked for within longer texts: one is in nearly all of them."""


@dataclass(frozen=True, slots=True)
class Person:
    """`instead` is a new id that nothing leads to: acts of one person stay acts of one. `sign_in`: names that were
    theirs alone, `called`: these and all others, both in lower case. `old_ids`: in other systems, as they are written
    there."""

    user_id: str
    instead: str
    sign_in: frozenset[str]
    called: frozenset[str]
    old_ids: tuple[str, ...] = ()

    @property
    def needles(self) -> list[str]:
        return sorted(name for name in {*self.called, self.user_id.lower()} if len(name) >= SHORTEST)

    def is_in(self, text: str) -> bool:
        """As a word: the name li is not in `client`."""
        low = text.lower()
        return any(_has_word(low, name) for name in self.needles)

    def taken_from(self, value: Any) -> Any:
        """JSON, with the id replaced and every text that names them struck out."""
        if isinstance(value, dict):
            return {self.taken_from(key): self.taken_from(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.taken_from(one) for one in value]
        if not isinstance(value, str):
            return value
        text = value.replace(self.user_id, self.instead)
        return GONE if self.is_in(text) else text


Erase = Callable[[Tx, str, Person], Awaitable[int]]
"""`(tx, pool_id, person)`: takes a person, who is deleted by then, out of what a domain keeps of acts. Gives how many
rows it changed. Who is told is one table: services/consequences.py."""


def digest_of_tombstone(pool_id: str, old_id: str) -> str:
    """What stands in a tombstone for the id in an old database once the person is erased: it says that they must not
    come again, and not who they were."""
    return f"erased:{sha256(f'{pool_id} {old_id}'.encode()).hexdigest()}"


def spellings_of_tombstones(pool_id: str, old_ids: Iterable[str]) -> dict[str, str]:
    """How a tombstone may name each: spelling -> id."""
    found: dict[str, str] = {}
    for one in old_ids:
        found[one] = found[digest_of_tombstone(pool_id, one)] = one
    return found


def _has_word(text: str, name: str) -> bool:
    at = text.find(name)
    while at >= 0:
        before, after = text[at - 1 : at] if at else "", text[at + len(name) : at + len(name) + 1]
        if not (_joins(before, name[0]) or _joins(name[-1], after)):
            return True
        at = text.find(name, at + 1)
    return False


def _joins(left: str, right: str) -> bool:
    """Whether two characters are of one word. Chinese has no spaces between words."""
    return all(one.isascii() and one.isalnum() for one in (left, right))
