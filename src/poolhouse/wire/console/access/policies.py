"""Data policies and the data resources that they speak about: one of each, and to whom a policy is given."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.access.assigned import Policies
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit

ONE, DATA = "GET get-data-policy", "GET get-data-resource"
POLICY, RESOURCE = "policies/{policy}", "data-resources/{namespace}/{data_resource}"


def _giving(visit: Visit, kind: str, identifier: str) -> dict[str, Any]:
    return {"policyIds": [visit.path["policy"]], "targetList": [{"type": kind, "id": identifier}]}


def _taking(_: Visit, kind: str, identifier: str) -> dict[str, Any]:
    return {"targetType": kind, "targetIdentifier": identifier}


async def show_resource(visit: Visit, rendering: Rendering) -> Response:
    namespace, code = visit.path["namespace"], visit.path["data_resource"]
    one = await visit.ask(DATA, {"namespaceCode": namespace, "resourceCode": code})
    return rendering.page(visit, "access/data_resource.html", one=one, here=visit.address_of(RESOURCE))


DATA_POLICIES = Policies(
    POLICY,
    {"policy": "policyId"},
    "access/policy.html",
    ONE,
    "GET list-data-policy-targets",
    "POST authorize-data-policies",
    "POST revoke-data-policy",
    kinds=("USER", "ROLE", "GROUP", "ORG"),
    field="targetList",
    giving=_giving,
    taking=_taking,
)
PAGES = (
    *DATA_POLICIES.pages,
    Page("GET", f"/pools/{{pool}}/{RESOURCE}", show_resource, calls=(DATA,)),
)
