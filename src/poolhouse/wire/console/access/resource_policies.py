"""Policies of resources: one of them with its statements as JSON, and whom it is assigned to."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.access import namespaces
from poolhouse.wire.console.access.assigned import Policies
from poolhouse.wire.console.forms import Form
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, redirect, segment

ONE = "GET get-policy"
WITHIN = "resource-policies/{namespace}"
PATH = f"{WITHIN}/{{resource_policy}}"
_SPACE = {"namespace": "namespace"}
_WORDS = "rp_field_"


def _giving(visit: Visit, kind: str, identifier: str) -> dict[str, Any]:
    below = visit.form().get("below") == "yes"
    return {**_named(visit), **_taking(visit, kind, identifier), "inheritByChildren": below}


def _taking(_: Visit, kind: str, identifier: str) -> dict[str, Any]:
    return {"targetType": kind, "targetIdentifiers": [identifier]}


async def _to_edit(visit: Visit) -> Any:
    """Its statements without what they say nothing of, so that what is read is what was written."""
    one = await visit.ask(ONE, _named(visit))
    return {**one, "statements": [_lean(each) for each in one["statements"]]}


def _lean(statement: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if value not in (None, [])}


def _named(visit: Visit) -> dict[str, Any]:
    return POLICIES.of(visit)


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
POLICIES = Policies(
    PATH,
    {"namespace": "namespace", "resource_policy": "code"},
    "access/resource_policy.html",
    ONE,
    "GET list-policy-assignments",
    "POST assign-policy",
    "POST revoke-policy",
    kinds=("USER", "ROLE", "GROUP", "DEPARTMENT"),
    field="targetIdentifiers",
    giving=_giving,
    taking=_taking,
    switches="POST switch-policy-assignment",
)
PAGES = POLICIES.pages
