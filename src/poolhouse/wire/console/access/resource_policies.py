"""Policies of resources: one of them with its statements as JSON, and whom it is assigned to."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.access import namespaces
from poolhouse.wire.console.access.targets import FIND, named_target
from poolhouse.wire.console.forms import Form
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, redirect, segment

ONE, TARGETS = "GET get-policy", "GET list-policy-assignments"
GIVE, TAKE, SWITCH = "POST assign-policy", "POST revoke-policy", "POST switch-policy-assignment"
WITHIN = "resource-policies/{namespace}"
PATH = f"{WITHIN}/{{resource_policy}}"
PAGE_SIZE = 50
_SPACE = {"namespace": "namespace"}
_WORDS = "rp_field_"


async def show(visit: Visit, rendering: Rendering) -> Response:
    number = page_of(visit.http.query)
    one = await visit.ask(ONE, _named(visit))
    targets = await visit.ask(TARGETS, {**_named(visit), "page": number, "limit": PAGE_SIZE})
    return rendering.page(
        visit,
        "access/resource_policy.html",
        one=one,
        here=_here(visit),
        targets=targets,
        number=number,
        last=number * PAGE_SIZE >= targets["totalCount"],
    )


async def give(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    await visit.ask(ONE, _named(visit))
    kind, identifier = await named_target(visit, "targetIdentifiers")
    target = {"targetType": kind, "targetIdentifiers": [identifier]}
    below = form.get("below") == "yes"
    await visit.ask(GIVE, {**_named(visit), **target, "inheritByChildren": below})
    return redirect(f"{_here(visit)}?done=done_granted")


async def take(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    await visit.ask(ONE, _named(visit))
    target = {"targetType": form.get("kind", ""), "targetIdentifiers": [form.get("identifier", "")]}
    await visit.ask(TAKE, {**_named(visit), **target})
    return redirect(f"{_here(visit)}?done=done_taken")


async def switch(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    await visit.ask(ONE, _named(visit))
    target = {"targetType": form.get("kind", ""), "targetIdentifier": form.get("identifier", "")}
    await visit.ask(SWITCH, {**_named(visit), **target, "enabled": form.get("enabled") == "yes"})
    return redirect(f"{_here(visit)}?done=done_saved")


async def _to_edit(visit: Visit) -> Any:
    """Its statements without what they say nothing of, so that what is read is what was written."""
    one = await visit.ask(ONE, _named(visit))
    return {**one, "statements": [_lean(each) for each in one["statements"]]}


def _lean(statement: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if value not in (None, [])}


def _named(visit: Visit) -> dict[str, Any]:
    return {"code": visit.path["resource_policy"], "namespace": visit.path["namespace"]}


def _here(visit: Visit) -> str:
    namespace, code = segment(visit.path["namespace"]), segment(visit.path["resource_policy"])
    return f"{visit.pool_address}/resource-policies/{namespace}/{code}"


async def _made(visit: Visit, rendering: Rendering, made: Any) -> Response:
    here = f"{visit.pool_address}/resource-policies/{segment(visit.path['namespace'])}"
    return redirect(f"{here}/{segment(made['code'])}?done=done_saved")


FORMS = (
    Form(
        f"{WITHIN}/new",
        "resource-policy create",
        "resource-policies",
        within=_SPACE,
        inside=(namespaces.ONE, {"namespace": "code"}),
        made=_made,
        words=_WORDS,
        makes="resource_policy",
    ),
    Form(
        f"{PATH}/edit",
        "resource-policy update",
        PATH,
        "resource_policy",
        ONE,
        leaves=("--new-code",),
        within=_SPACE,
        requires=("--statements",),
        clears="",
        finds=_to_edit,
        words=_WORDS,
    ),
)
DELETIONS = (
    Form(
        f"{PATH}/delete",
        "resource-policy delete",
        "resource-policies",
        "resource_policy",
        ONE,
        within=_SPACE,
        confirms=("code",),
        finds=_to_edit,
    ),
)
PAGES = (
    Page("GET", f"/pools/{{pool}}/{PATH}", show, calls=(ONE, TARGETS)),
    Page("POST", f"/pools/{{pool}}/{PATH}/give", give, calls=(ONE, FIND, GIVE)),
    Page("POST", f"/pools/{{pool}}/{PATH}/take", take, calls=(ONE, TAKE)),
    Page("POST", f"/pools/{{pool}}/{PATH}/switch", switch, calls=(ONE, SWITCH)),
)
