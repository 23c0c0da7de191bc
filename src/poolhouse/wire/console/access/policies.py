"""Data policies and the data resources that they speak about: one of each, and to whom a policy is given."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.access.targets import FIND, named_target
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, redirect, segment

ONE, TARGETS = "GET get-data-policy", "GET list-data-policy-targets"
GIVE, TAKE = "POST authorize-data-policies", "POST revoke-data-policy"
DATA = "GET get-data-resource"
POLICY, RESOURCE = "policies/{policy}", "data-resources/{namespace}/{data_resource}"
PAGE_SIZE = 50


async def show(visit: Visit, rendering: Rendering) -> Response:
    policy, number = {"policyId": visit.path["policy"]}, page_of(visit.http.query)
    one = await visit.ask(ONE, policy)
    targets = await visit.ask(TARGETS, {**policy, "page": number, "limit": PAGE_SIZE})
    return rendering.page(
        visit,
        "access/policy.html",
        one=one,
        here=_here(visit),
        targets=targets,
        number=number,
        last=number * PAGE_SIZE >= targets["totalCount"],
    )


async def show_resource(visit: Visit, rendering: Rendering) -> Response:
    namespace, code = visit.path["namespace"], visit.path["data_resource"]
    one = await visit.ask(DATA, {"namespaceCode": namespace, "resourceCode": code})
    here = f"{visit.pool_address}/data-resources/{segment(namespace)}/{segment(code)}"
    return rendering.page(visit, "access/data_resource.html", one=one, here=here)


async def give(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    await visit.ask(ONE, {"policyId": visit.path["policy"]})
    kind, identifier = await named_target(visit, "targetList")
    target = {"type": kind, "id": identifier}
    await visit.ask(GIVE, {"policyIds": [visit.path["policy"]], "targetList": [target]})
    return redirect(f"{_here(visit)}?done=done_granted")


async def take(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    values: dict[str, Any] = {"policyId": visit.path["policy"], "targetType": form.get("kind", "")}
    await visit.ask(ONE, {"policyId": visit.path["policy"]})
    await visit.ask(TAKE, {**values, "targetIdentifier": form.get("identifier", "")})
    return redirect(f"{_here(visit)}?done=done_taken")


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/policies/{segment(visit.path['policy'])}"


PAGES = (
    Page("GET", f"/pools/{{pool}}/{POLICY}", show, calls=(ONE, TARGETS)),
    Page("POST", f"/pools/{{pool}}/{POLICY}/give", give, calls=(ONE, FIND, GIVE)),
    Page("POST", f"/pools/{{pool}}/{POLICY}/take", take, calls=(ONE, TAKE)),
    Page("GET", f"/pools/{{pool}}/{RESOURCE}", show_resource, calls=(DATA,)),
)
