"""All identity sources, one with its connections, and one connection: what its provider is told, where it is switched
on, whether it works, and how the last sign-ins by it failed."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.table_access import WHICH_SIGN_IN
from poolhouse.errors import ConnectionNotFound, NotSupported, PoolhouseError
from poolhouse.federation.registering import REGISTERING
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.tenants.editing import named_applications
from poolhouse.wire.console.visit import Visit, redirect, segment

LIST, ONE, SWITCH = "GET list-ext-idp", "GET get-ext-idp", "POST change-ext-idp-conn-state"
TEST = "POST test-ext-idp-connection"
STATUS = "GET get-ext-idp-connection-status"
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
    return rendering.page(
        visit,
        "identity_sources/one.html",
        warns=WHICH_SIGN_IN[visit.lang == "en-US"],
        source=await visit.ask(ONE, {"id": visit.path["source"]}),
        applications=await named_applications(visit),
        here=_here(visit),
    )


async def show_connection(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def test(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    connection = await the_connection(visit)
    try:
        found = await visit.ask(TEST, {"id": connection["id"]})
    except PoolhouseError as error:
        trace.note(error=error)
        return await _page(visit, rendering, status_of(error), error=error.message(visit.lang))
    return await _page(visit, rendering, tried=found)


async def _page(visit: Visit, rendering: Rendering, status: int = 200, **facts: Any) -> Response:
    connection = await the_connection(visit)
    try:
        told = await visit.ask(STATUS, {"id": connection["id"]})
    except NotSupported:
        told = None
    register = REGISTERING.get(connection["type"])
    return rendering.page(
        visit,
        "identity_sources/connection.html",
        status,
        warns="" if told else WHICH_SIGN_IN[visit.lang == "en-US"],
        one=connection,
        told=told,
        register=register[visit.lang == "en-US"] if register else "",
        applications=await named_applications(visit),
        source=_here(visit),
        here=_at(visit),
        may_test=visit.may(TEST),
        **{"tried": None} | facts,
    )


async def switch(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    connection = await the_connection(visit)
    enabled = form.get("enabled") == "yes"
    await visit.ask(SWITCH, {"id": connection["id"], "appId": form.get("app", ""), "enabled": enabled})
    return redirect(f"{_at(visit)}?done=done_saved")


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/sources/{segment(visit.path['source'])}"


def _at(visit: Visit) -> str:
    return f"{_here(visit)}/connections/{segment(visit.path['connection'])}"


PAGES = (
    Page("GET", "/pools/{pool}/sources", show_all, calls=(LIST,)),
    Page("GET", f"/pools/{{pool}}/{PATH}", show, calls=(ONE,)),
    Page("GET", f"/pools/{{pool}}/{CONNECTION}", show_connection, calls=(ONE, STATUS)),
    Page("POST", f"/pools/{{pool}}/{CONNECTION}/switch", switch, calls=(ONE, SWITCH)),
    Page("POST", f"/pools/{{pool}}/{CONNECTION}/test", test, calls=(ONE, TEST)),
)
