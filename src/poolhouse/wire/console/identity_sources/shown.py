"""All identity sources, one with its connections, and where each connection is switched on."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.client.table_access import WHICH_SIGN_IN
from poolhouse.errors import ConnectionNotFound
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.tenants.editing import named_applications
from poolhouse.wire.console.visit import Visit, redirect, segment

LIST, ONE, SWITCH = "GET list-ext-idp", "GET get-ext-idp", "POST change-ext-idp-conn-state"
PATH = "sources/{source}"
CONNECTION = f"{PATH}/connections/{{connection}}"


async def the_connection(visit: Visit) -> Any:
    """Raises ConnectionNotFound, also for a connection of another source."""
    source = await visit.ask(ONE, {"id": visit.path["source"]})
    for one in source["connections"]:
        if one["id"] == visit.path["connection"]:
            return one
    raise ConnectionNotFound(connection_id=visit.path["connection"])


async def show_all(visit: Visit, rendering: Rendering) -> Response:
    found = await visit.ask(LIST)
    return rendering.page(
        visit,
        "identity_sources/all.html",
        warns=WHICH_SIGN_IN[visit.lang == "en-US"],
        sources=found["list"],
        may_create=visit.may("POST create-ext-idp"),
        here=f"{visit.pool_address}/sources",
    )


async def show(visit: Visit, rendering: Rendering) -> Response:
    source = await visit.ask(ONE, {"id": visit.path["source"]})
    return rendering.page(
        visit,
        "identity_sources/one.html",
        warns=WHICH_SIGN_IN[visit.lang == "en-US"],
        source=source,
        applications=await named_applications(visit),
        here=_here(visit),
    )


async def switch(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    connection = await the_connection(visit)
    enabled = form.get("enabled") == "yes"
    await visit.ask(SWITCH, {"id": connection["id"], "appId": form.get("app", ""), "enabled": enabled})
    return redirect(f"{_here(visit)}?done=done_saved")


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/sources/{segment(visit.path['source'])}"


PAGES = (
    Page("GET", "/pools/{pool}/sources", show_all, calls=(LIST,)),
    Page("GET", f"/pools/{{pool}}/{PATH}", show, calls=(ONE,)),
    Page("POST", f"/pools/{{pool}}/{CONNECTION}/switch", switch, calls=(ONE, SWITCH)),
)
