"""The way in, and the first page of a pool."""

from __future__ import annotations

from starlette.responses import Response

from poolhouse.errors import PoolNotFound
from poolhouse.paging import PageRequest
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, redirect

MOST_POOLS = 200
LAST = 8
LOG = "POST get-user-action-logs"


async def enter(visit: Visit, rendering: Rendering) -> Response:
    """Whoever has one pool is in it at once."""
    who, pools = visit.who, []
    if who.is_owner:
        pools = (await visit.services.pools.list(PageRequest(1, MOST_POOLS))).items
    else:
        for pool_id in list(who.roles)[:MOST_POOLS]:
            try:
                pools.append(await visit.services.pools.get(pool_id))
            except PoolNotFound:
                continue
    if len(pools) == 1 and not visit.http.query.text("choose"):
        return redirect(f"/console/pools/{pools[0].id}")
    return rendering.page(visit, "pools.html", pools=pools)


async def show(visit: Visit, rendering: Rendering) -> Response:
    people = visit.may("GET list-users")
    users = (await visit.ask("GET list-users", {"page": 1, "limit": 1}))["totalCount"] if people else None
    logs = {}
    if visit.may(LOG):
        for name, success in (("sign_ins", True), ("refusals", False)):
            asked = {"eventType": "login", "success": success, "pagination": {"page": 1, "limit": LAST}}
            logs[name] = (await visit.ask(LOG, asked))["list"]
    pool = await visit.services.pools.get(visit.path["pool"])
    return rendering.page(visit, "home.html", pool=pool, users=users, logs=logs)


PAGES = (
    Page("GET", "", enter, "administrator"),
    Page("GET", "/pools/{pool}", show),
)
