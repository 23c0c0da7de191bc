"""Whom a form names that gives something: a user, a role, a group or a department."""

from __future__ import annotations

from poolhouse.errors import InvalidInput
from poolhouse.texts import EMPTY
from poolhouse.wire.console.finding import user_id
from poolhouse.wire.console.visit import Visit


async def named_target(visit: Visit, field: str) -> tuple[str, str]:
    """(kind, identifier): a user by any name of theirs, the others by code or id. Raises InvalidInput naming `field`
    where nobody is named."""
    form = visit.form()
    kind, identifier = form.get("kind", ""), form.get("identifier", "").strip()
    if not identifier:
        raise InvalidInput(field, *EMPTY)
    if kind == "USER":
        identifier = await user_id(visit, identifier) or identifier
    return kind, identifier
