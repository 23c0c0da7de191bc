"""One resource: what it is, its actions, and to whom it is granted."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.access import grants
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, segment

ONE, CHANGE, DELETE = "GET get-resource", "POST update-resource", "POST delete-resources-batch"
TARGETS = "POST get-resource-authorized-targets"
PATH = "resources/{namespace}/{resource}"
PAGE_SIZE = 50


def address(visit: Visit) -> str:
    namespace, code = segment(visit.path["namespace"]), segment(visit.path["resource"])
    return f"{visit.pool_address}/resources/{namespace}/{code}"


async def show(visit: Visit, rendering: Rendering) -> Response:
    namespace, code, number = visit.path["namespace"], visit.path["resource"], page_of(visit.http.query)
    one = await visit.ask(ONE, {"code": code, "namespace": namespace})
    asked: dict[str, Any] = {"resource": code, "namespace": namespace, "page": number, "limit": PAGE_SIZE}
    targets = await visit.ask(TARGETS, asked)
    given = await visit.ask(grants.LIST, {"resource": code, "namespace": namespace, "limit": PAGE_SIZE})
    return rendering.page(
        visit,
        "access/resource.html",
        one=one,
        here=address(visit),
        targets=targets,
        given=given,
        number=number,
        last=number * PAGE_SIZE >= targets["totalCount"],
    )


PAGES = (Page("GET", f"/pools/{{pool}}/{PATH}", show, calls=(ONE, TARGETS, grants.LIST)),)
