"""What the role of an administrator is limited to, chosen by name."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.errors import AppNotFound
from poolhouse.wire.console.choosing import MOST_FOUND, Kind, Names
from poolhouse.wire.console.visit import Visit

LIST, ONE = "GET list-application-simple-info", "GET get-application-simple-info"


async def _found(visit: Visit, words: str) -> Names:
    if not visit.may(LIST):
        return {}
    found = await visit.ask(LIST, {"page": 1, "limit": MOST_FOUND, **({"keywords": words} if words else {})})
    return {one["appId"]: one["appName"] for one in found["list"]}


async def _called(visit: Visit, ids: Sequence[str]) -> Names:
    """Their own names where their roles show no application."""
    if not visit.may(ONE):
        return {one: one for one in ids}
    names: dict[str, str] = {}
    for one in ids:
        try:
            names[one] = (await visit.ask(ONE, {"appId": one}))["appName"]
        except AppNotFound:
            continue
    return names


APPLICATIONS = Kind("applications", _found, _called)
