"""A tenant made, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolhouse.client.model import Arg, Values
from poolhouse.wire.console.fields import Fields
from poolhouse.wire.console.forms import Form
from poolhouse.wire.console.visit import Visit

ONE = "GET get-tenant"
APPLICATIONS = "GET list-applications"
MOST_CHOICES = 50
"""As many applications as v3 lists at once; where a pool has more, their ids are typed."""
_PATH = "tenants/{tenant}"
_WORDS = "tenant_field_"


async def named_applications(visit: Visit) -> dict[str, str]:
    """Id -> name; empty where their roles show none, or there are too many for a choice."""
    if not visit.may(APPLICATIONS):
        return {}
    found = await visit.ask(APPLICATIONS, {"page": 1, "limit": MOST_CHOICES})
    return (
        {one["appId"]: one["appName"] for one in found["list"]} if found["totalCount"] <= MOST_CHOICES else {}
    )


async def _varied(visit: Visit, arguments: list[Arg], now: Any) -> Fields:
    """With the applications to choose from. One it has that is gone stands among them."""
    named = await named_applications(visit)
    if named:
        named |= {one: one for one in (now or {}).get("appIds", ()) if one not in named}
        arguments = [arg._replace(choices=tuple(named)) if arg.to == "appIds" else arg for arg in arguments]
    return Fields(arguments, {"app": named})


def _made(values: Values, now: Any) -> Values:
    return {"appIds": [], **values}


async def _members(visit: Visit) -> Mapping[str, Any]:
    found = await visit.ask(ONE, {"tenantId": visit.path["tenant"], "withMembersCount": True})
    return {"goes": [("tenant_memberships", found["membersCount"])]}


FORMS = (
    Form(
        "tenants/new", "tenant create", "tenants", sends=_made, varies=_varied, words=_WORDS, makes="tenant"
    ),
    Form(f"{_PATH}/edit", "tenant update", _PATH, "tenant", ONE, varies=_varied, words=_WORDS),
)
DELETIONS = (
    Form(
        f"{_PATH}/delete",
        "tenant delete",
        "tenants",
        "tenant",
        ONE,
        confirms=("name",),
        tells=_members,
    ),
)
