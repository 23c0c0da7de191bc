"""The form of somebody new: in which department, chosen by name where there are few to choose from."""

from __future__ import annotations

from typing import Any

from poolhouse.client.model import Arg
from poolhouse.wire.console import field_values
from poolhouse.wire.console.fields import Fields
from poolhouse.wire.console.nearest import departments
from poolhouse.wire.console.visit import Visit
from poolhouse.wire.console.words import Texts

TO = "departmentIds"
MOST_OFFERED = 50
"""More are typed by their ids: a form of some hundred boxes is none."""


async def varies(visit: Visit, arguments: list[Arg], now: Any) -> Fields:
    """With custom fields. Whoever is limited to departments has to choose among those."""
    found = await field_values.of("USER")(visit, arguments, now)
    (asked,) = (arg for arg in found.arguments if arg.to == TO)
    places = await departments(visit)
    is_limited = visit.caller is not None and visit.caller.limits is not None
    by_name = 0 < len(places) <= MOST_OFFERED
    choices = tuple(one.department_id for one in places) if by_name else ()
    offered = asked._replace(choices=choices, needed=is_limited)
    helps = {} if by_name else {asked.key: Texts(visit.lang).new_user_departments}
    return Fields(
        [offered if arg is asked else arg for arg in found.arguments],
        {**found.labels, asked.key: {one.department_id: one.name for one in places}},
        {**found.helps, **helps},
    )
