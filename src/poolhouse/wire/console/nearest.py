"""Departments to choose from by their names: those nearest to the roots, or to those that a role is limited to."""

from __future__ import annotations

from typing import NamedTuple

from poolhouse.wire.console.visit import Visit

ORGANIZATIONS, NAMES, LIMITS = (
    "GET list-organizations",
    "GET list-department-names",
    "GET get-own-limits",
)
MOST_ORGANIZATIONS, MOST_DEPARTMENTS = 20, 200


class Place(NamedTuple):
    """`name`: with that of the organization, or the path of the department that a role is limited to, before it."""

    organization: str
    department_id: str
    name: str
    is_root: bool = False


async def departments(visit: Visit) -> list[Place]:
    """Each once, as many as a list of choices has room for; none where their roles show none."""
    if not visit.may(NAMES):
        return []
    found: dict[str, Place] = {}
    for top in await _tops(visit):
        found.setdefault(top.department_id, top)
        if (room := MOST_DEPARTMENTS - len(found)) <= 0:
            break
        asked = {"organizationCode": top.organization, "departmentId": top.department_id, "limit": room}
        for one in (await visit.ask(NAMES, asked))["list"]:
            place = Place(top.organization, one["departmentId"], f"{top.name} / {one['name']}")
            found.setdefault(place.department_id, place)
    return list(found.values())


async def _tops(visit: Visit) -> list[Place]:
    if visit.may(ORGANIZATIONS):
        rows = (await visit.ask(ORGANIZATIONS, {"page": 1, "limit": MOST_ORGANIZATIONS}))["list"]
        return [
            Place(one["organizationCode"], one["departmentId"], one["organizationName"], is_root=True)
            for one in rows
        ]
    rows = (await visit.ask(LIMITS))["departments"] if visit.may(LIMITS) else []
    return [Place(one["organizationCode"], one["departmentId"], " / ".join(one["namePath"])) for one in rows]
