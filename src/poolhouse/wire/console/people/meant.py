"""Who is meant by what somebody pasted: one rule for the list of users and for `Ctrl-K`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from poolhouse.errors import InvalidInput, NotFound
from poolhouse.wire.console.visit import Visit

FIND = "GET get-user"
ALONE = ("user_id", "email", "phone")
"""Whoever has just this is meant, and nobody else."""
BESIDE = ("username", "external_id", "identity")
"""May be a part of what others have, too."""


@dataclass(slots=True)
class Meant:
    """`alone`: whom the words name, and nobody else; `beside`: whose own name they are."""

    alone: dict[str, Any] | None = None
    beside: list[dict[str, Any]] = field(default_factory=list)

    @property
    def all(self) -> list[dict[str, Any]]:
        return [self.alone] if self.alone else self.beside


async def meant(visit: Visit, words: str) -> Meant:
    found = Meant()
    for kind in (*ALONE, *BESIDE) if words else ():
        if not _might_be(kind, words):
            continue
        value = f"custom-database:{words}" if kind == "identity" else words
        try:
            user = await visit.ask(FIND, {"userId": value, "userIdType": kind})
        except (NotFound, InvalidInput):
            continue
        if kind in ALONE:
            return Meant(user)
        if user["userId"] not in [one["userId"] for one in found.beside]:
            found.beside.append(user)
    return found


def called(user: dict[str, Any]) -> str:
    names = ("name", "nickname", "username", "email", "phone", "userId")
    return next(str(user[name]) for name in names if user.get(name))


def _might_be(kind: str, words: str) -> bool:
    if kind == "email":
        return "@" in words
    return kind != "phone" or sum(map(str.isdigit, words)) >= 7
