"""The way in, and the first page of a pool."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from starlette.responses import Response

from poolhouse.errors import PoolNotFound
from poolhouse.paging import PageRequest
from poolhouse.wire.console import statements
from poolhouse.wire.console.charts import Chart
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, redirect

MOST_POOLS = 200
LAST = 8
DAYS = 30
LOG = "POST get-user-action-logs"
LEADS = {
    "scripts_missing": "/scripts",
    "draft_newer": "/scripts",
    "breaker_open": "/scripts",
}
"""Of a step that has a page: where it is done."""


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
    """Whoever is limited to some applications or departments begins with those: figures are of the whole pool."""
    if visit.caller and (limits := visit.caller.limits):
        return redirect(
            f"{visit.pool_address}/{'users' if limits.about == 'departments' else 'applications'}"
        )
    figures = await visit.ask("GET get-pool-statistics", {"days": DAYS})
    logs = {}
    if visit.may(LOG):
        for name, success in (("sign_ins", True), ("refusals", False)):
            newest = {"page": 1, "limit": LAST, "withTotalCount": False}
            asked = {"eventType": "login", "success": success, "pagination": newest}
            logs[name] = (await visit.ask(LOG, asked))["list"]
    pool = await visit.services.pools.get(visit.path["pool"])
    return rendering.page(
        visit,
        "home.html",
        pool=pool,
        figures=figures,
        logs=logs,
        tiles=_tiles(figures),
        statements=await statements.tile(visit),
        charts=_charts(figures),
        steps=await _steps(visit, figures),
        version=version("poolhouse"),
    )


def _tiles(figures: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Word, figure, and where below the pool what is counted is listed, "" where no page lists it."""
    today = figures["days"][-1]
    return [
        ("users_total", figures["users"], "/users"),
        ("tile_logins_today", today["logins"], "/sign_ins?outcome=yes"),
        ("tile_refusals_today", today["refusals"], "/sign_ins?outcome=no"),
        ("tile_mail_waiting", figures["mailWaiting"], ""),
        ("tile_mail_failed", figures["mailFailed"], ""),
    ]


def _charts(figures: dict[str, Any]) -> list[Chart]:
    """Of what happened at all; sign-ins and newcomers also where there were none."""
    names = {"logins": "logins", "new_users": "newUsers", "refusals": "refusals", "moved": "moved"}
    charts = [
        Chart.of(name, [(day["date"], day[field]) for day in figures["days"]])
        for name, field in names.items()
    ]
    return [chart for chart in charts if chart.total or chart.name in ("logins", "new_users")]


async def _steps(visit: Visit, figures: dict[str, Any]) -> list[dict[str, Any]]:
    base = visit.pool_address
    steps: list[dict[str, Any]] = [
        {
            "word": f"step_{step['code']}",
            "about": step["about"],
            "to": base + LEADS[step["code"]] if step["code"] in LEADS else "",
        }
        for step in figures["nextSteps"]
    ]
    if not visit.who.second_factor:
        steps.insert(0, {"word": "step_second_factor", "about": [], "to": "/console/account"})
    return steps


PAGES = (
    Page("GET", "", enter, "administrator"),
    Page("GET", "/pools/{pool}", show),
)
