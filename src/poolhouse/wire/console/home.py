"""The way in, and the first page of a pool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from poolhouse.errors import PoolNotFound
from poolhouse.paging import PageRequest
from poolhouse.times import zone_named
from poolhouse.wire.console import statements
from poolhouse.wire.console.charts import Chart
from poolhouse.wire.console.days import FORMAT
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, redirect

MOST_POOLS = 200
LAST = 8
DAYS = 30
MOST_REASONS = 10
LOG, CALLS = "POST get-user-action-logs", "POST list-custom-database-logs"
USERS, ACTS, MAIL = "GET list-users", "GET list-audit-records", "GET list-mail"
SCRIPTS = ("/scripts", "GET list-custom-database-scripts")
LEADS = {
    "scripts_missing": SCRIPTS,
    "draft_newer": SCRIPTS,
    "breaker_open": SCRIPTS,
    "mail_not_configured": ("/mail-server", "GET get-email-provider"),
    "mail_failed": ("/mail?status=dead", MAIL),
}
"""Of each step: where it is done below the pool, and the operation that this cannot be shown without."""


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
        tiles=_tiles(visit, figures),
        reasons=_reasons(visit, figures),
        scripts_to=f"{visit.pool_address}/calls" if visit.may(CALLS) else "",
        statements=await statements.tile(visit),
        charts=_charts(figures),
        steps=await _steps(visit, figures),
        version=version("poolhouse"),
    )


@dataclass(frozen=True, slots=True)
class Tile:
    """`word`: what is counted. `to`: where it is listed, "" for whoever may not see it. `title`: a name of ours."""

    word: str
    figure: int
    to: str
    title: str = ""


def _tiles(visit: Visit, figures: dict[str, Any]) -> list[Tile]:
    today = figures["days"][-1]
    tiles = [
        ("users_total", figures["users"], USERS, "users", {}),
        ("tile_logins_today", today["logins"], ACTS, "sign_ins", _since(figures, -1) | {"outcome": "yes"}),
        ("tile_refusals_today", today["refusals"], ACTS, "sign_ins", _since(figures, -1) | {"outcome": "no"}),
        ("tile_mail_waiting", figures["mailWaiting"], MAIL, "mail", {"status": "queued"}),
        ("tile_mail_failed", figures["mailFailed"], MAIL, "mail", {"status": "dead"}),
    ]
    return [
        Tile(word, figure, _list(visit, operation, name, filters))
        for word, figure, operation, name, filters in tiles
    ]


def _reasons(visit: Visit, figures: dict[str, Any]) -> list[Tile]:
    """Why sign-ins were refused, the most frequent first. What a log from before reasons has is of none."""
    since = _since(figures, 0)
    return [
        Tile(
            one["message"] or "–",
            one["count"],
            _list(visit, ACTS, "sign_ins", since | {"reason": one["reason"]}) if one["reason"] else "",
            one["reason"],
        )
        for one in figures["refusals"][:MOST_REASONS]
    ]


def _list(visit: Visit, operation: str, name: str, filters: dict[str, str]) -> str:
    """The address of a list that has what was counted, "" for whoever may not see it."""
    if not visit.may(operation):
        return ""
    return f"{visit.pool_address}/{name}" + (f"?{urlencode(filters)}" if filters else "")


def _since(figures: dict[str, Any], day: int) -> dict[str, str]:
    """The filter for what came since a day of the figures began, which is one of the pool's zone."""
    zone = zone_named(figures["zone"], "zone")
    begins = datetime.fromisoformat(figures["days"][day]["date"]).replace(tzinfo=zone)
    return {"from": f"{begins.astimezone(UTC):{FORMAT}}"}


def _charts(figures: dict[str, Any]) -> list[Chart]:
    """Of what happened at all; sign-ins and newcomers also where there were none."""
    names = {"logins": "logins", "new_users": "newUsers", "refusals": "refusals", "moved": "moved"}
    charts = [
        Chart.of(name, [(day["date"], day[field]) for day in figures["days"]])
        for name, field in names.items()
    ]
    return [chart for chart in charts if chart.total or chart.name in ("logins", "new_users")]


async def _steps(visit: Visit, figures: dict[str, Any]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [
        {
            "word": f"step_{step['code']}",
            "about": step["about"],
            "to": visit.pool_address + to if visit.may(operation) else "",
        }
        for step in figures["nextSteps"]
        for to, operation in [LEADS[step["code"]]]
    ]
    if not visit.who.second_factor:
        steps.insert(0, {"word": "step_second_factor", "about": [], "to": "/console/account"})
    return steps


PAGES = (
    Page("GET", "", enter, "administrator"),
    Page("GET", "/pools/{pool}", show),
)
