"""One tenant: what it is, its applications, and who is in it."""

from __future__ import annotations

from starlette.responses import Response

from poolhouse.wire.console.directory.members import MEMBERS_PAGE, TENANT
from poolhouse.wire.console.finding import FIND
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.tenants.editing import ONE, named_applications
from poolhouse.wire.console.visit import Visit, page_of, redirect

PROMOTE, DEMOTE = "POST set-tenant-admin", "POST delete-tenant-admin"
HERE = f"/pools/{{pool}}/{TENANT.path}"


async def show(visit: Visit, rendering: Rendering) -> Response:
    number, words = page_of(visit.http.query), (visit.http.query.text("q") or "").strip()
    found = await visit.ask(ONE, {"tenantId": visit.path["tenant"], "withMembersCount": True})
    people = None
    if visit.may(TENANT.lists):
        asked = {
            "tenantId": visit.path["tenant"],
            "keywords": words or None,
            "options": {"pagination": {"page": number, "limit": MEMBERS_PAGE}},
        }
        people = await visit.ask(TENANT.lists, asked)
    return rendering.page(
        visit,
        "tenants/one.html",
        tenant=found,
        applications=await named_applications(visit),
        people=people,
        asked=words,
        number=number,
        last=people is None or number * MEMBERS_PAGE >= people["totalCount"],
        here=TENANT.here(visit),
        members=TENANT,
        may_promote=visit.may(PROMOTE) and visit.may(DEMOTE),
        may_add=visit.may(TENANT.adds) and visit.may(FIND),
    )


async def promote(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    tenant = {"tenantId": visit.path["tenant"]}
    await visit.ask(ONE, tenant)
    if form.get("administrator") == "yes":
        await visit.ask(PROMOTE, {**tenant, "linkUserIds": [form.get("user", "")]})
    else:
        await visit.ask(DEMOTE, {**tenant, "linkUserId": form.get("user", "")})
    return redirect(f"{TENANT.here(visit)}?done=done_saved")


PAGES = (
    Page("GET", HERE, show, calls=(ONE,)),
    Page("POST", f"{HERE}/administrator", promote, calls=(ONE, PROMOTE, DEMOTE)),
)
