"""Namespaces: one of them with what is in it, and its deletion, which tells what goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from poolhouse.resources.model import DEFAULT_NAMESPACE, SYSTEM_NAMESPACE
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, segment

ONE, CHANGE, DELETE = "GET get-namespace", "POST update-namespace", "POST delete-namespaces-batch"
ROLES = "GET list-namespace-roles"
FIXED = (DEFAULT_NAMESPACE, SYSTEM_NAMESPACE)
"""Those that can be neither deleted nor called otherwise."""
MOST_OFFERED = 50
PAGE_SIZE = 50


async def offered(visit: Visit) -> Sequence[tuple[str, str]]:
    """To choose from where they are few."""
    found = await visit.ask("GET list-namespaces", {"page": 1, "limit": MOST_OFFERED})
    return [(one["code"], _called(one)) for one in found["list"]]


def _called(one: Mapping[str, Any]) -> str:
    return one["code"] if one["name"] in ("", one["code"]) else f"{one['name']} ({one['code']})"


async def counts(visit: Visit) -> list[tuple[str, int]]:
    """Word and number of what is in it, as far as their roles show it."""
    code = visit.path["namespace"]
    asked = (
        ("resources", "GET list-common-resource", {"namespaceCodeList": code}),
        ("data-resources", "GET list-data-resources", {"namespaceCodes": [code]}),
        ("roles", ROLES, {"code": code}),
    )
    return [
        (word, (await visit.ask(operation, {**values, "page": 1, "limit": 1}))["totalCount"])
        for word, operation, values in asked
        if visit.may(operation)
    ]


async def gone_with_it(visit: Visit) -> Mapping[str, Any]:
    return {"goes": await counts(visit)}


async def show(visit: Visit, rendering: Rendering) -> Response:
    code, number = visit.path["namespace"], page_of(visit.http.query)
    one = await visit.ask(ONE, {"code": code})
    roles = None
    if visit.may(ROLES):
        roles = await visit.ask(ROLES, {"code": code, "page": number, "limit": PAGE_SIZE})
    return rendering.page(
        visit,
        "access/namespace.html",
        one=one,
        here=f"{visit.pool_address}/namespaces/{segment(code)}",
        counts=await counts(visit),
        fixed=code in FIXED,
        roles=roles,
        number=number,
        last=roles is None or number * PAGE_SIZE >= roles["totalCount"],
    )


PAGES = (Page("GET", "/pools/{pool}/namespaces/{namespace}", show, calls=(ONE,)),)
