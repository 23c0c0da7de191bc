"""People whom a form or an address names in any way: by id, username, e-mail, phone or external id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from poolhouse.wire.console.visit import Visit

FIND = "POST find-users"


async def found(visit: Visit, names: Sequence[str]) -> list[dict[str, Any]]:
    """Of each name, in their order: whose it is, with `userId` None where it is nobody's. Raises what v3 refuses."""
    people: list[dict[str, Any]] = await visit.ask(FIND, {"values": list(names)})
    return people


async def user_id(visit: Visit, name: str) -> str | None:
    """None where it is nobody's."""
    (one,) = await found(visit, [name])
    id_: str | None = one["userId"]
    return id_
