"""Whom a call was about, as far as the log says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poolhouse.wire.console.debugging.output import visible

NAMES = ("username", "email", "phone")
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Whom:
    """`name`: what was typed, else their id. `user_id`: of somebody here, "" where only their name is known."""

    name: str = ""
    typed: str = ""
    user_id: str = ""


def whom(row: Mapping[str, Any]) -> Whom:
    """Of a row of the log."""
    given = row["arguments"][0] if row["arguments"] else None
    said = [given] if row["name"] in ("login", "getUser") else []  # Auth0's form is given a name alone
    if isinstance(given, Mapping):
        said = [given.get(name) for name in NAMES]
    typed = next((one for one in said if one and isinstance(one, str)), "")
    name = typed or row["scriptUserId"] or ""
    return Whom(visible(name)[:LONGEST], typed, row["userId"] or "")
