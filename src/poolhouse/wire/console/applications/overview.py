"""What an application is, and what whoever builds it must know; and who is signed in to it."""

from __future__ import annotations

from starlette.responses import Response

from poolhouse.client.model import Facts, got
from poolhouse.client.table import COMMANDS
from poolhouse.wire.console.applications.frame import HERE, ONE, OVERVIEW, PEOPLE, framed
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of
from poolhouse.wire.console.words import titled

PAGE_SIZE = 50
_SHOWN_APART = ("appId", "appName")


async def overview(visit: Visit, rendering: Rendering) -> Response:
    facts = await framed(visit, OVERVIEW)
    shows = COMMANDS["app show"].shows
    assert isinstance(shows, Facts)
    issuer = f"{visit.origin}/oidc"
    return rendering.page(
        visit,
        "applications/overview.html",
        facts=[
            (titled(column.title, visit.lang), got(facts["app"], column.path), column.kind)
            for column in shows.columns
            if column.path not in _SHOWN_APART
        ],
        endpoints=(
            ("app_issuer", issuer),
            ("app_discovery", f"{issuer}/.well-known/openid-configuration"),
        ),
        **facts,
    )


async def people(visit: Visit, rendering: Rendering) -> Response:
    """Who has a session at it, who came last first."""
    facts, number = await framed(visit, PEOPLE), page_of(visit.http.query)
    paging = {"page": number, "limit": PAGE_SIZE}
    found = await visit.ask(
        PEOPLE.calls[0], {"appId": visit.path["application"], "options": {"pagination": paging}}
    )
    return rendering.page(
        visit,
        "applications/people.html",
        found=found,
        number=number,
        last=number * PAGE_SIZE >= found["totalCount"],
        **facts,
    )


PAGES = (
    Page("GET", f"{HERE}/people", people, calls=(ONE, *PEOPLE.calls)),
    Page("GET", HERE, overview, calls=(ONE,)),
)
