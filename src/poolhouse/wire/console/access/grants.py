"""Giving a resource to somebody and taking it, from the page of the resource and from that of who has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.access.targets import named_target
from poolhouse.wire.console.finding import FIND
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, redirect, segment

LIST, GIVE, TAKE = "GET list-resource-grants", "POST authorize-resources", "POST revoke-resources"
KNOWN = "GET get-resources-batch"
PAGE_SIZE = 50
RESOURCE = "resources/{namespace}/{resource}"


@dataclass(frozen=True, slots=True)
class Grantee:
    """`name`: in the path, `list` before it; `reads`: the operation that tells of it."""

    list: str
    name: str
    kind: str
    reads: str

    @property
    def path(self) -> str:
        return f"{self.list}/{{{self.name}}}"


GROUP = Grantee("groups", "group", "GROUP", "GET get-group")
ROLE = Grantee("roles", "role", "ROLE", "GET get-role")


async def of(visit: Visit, one: Grantee) -> dict[str, Any] | None:
    """A page of what is granted to it; None where their roles do not show it."""
    number = page_of(visit.http.query, "grants_page")
    if not visit.may(LIST):
        return None
    target = {"targetType": one.kind, "targetIdentifier": visit.path[one.name]}
    found = await visit.ask(LIST, {**target, "page": number, "limit": PAGE_SIZE})
    return {**found, "number": number, "more": number * PAGE_SIZE < found["totalCount"]}


def _actions(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


async def _give(visit: Visit, kind: str, identifier: str, resource: str, namespace: str) -> None:
    """The type of what is granted is that of the resource, or of the one whose part it is; of what nobody declared,
    data."""
    codes = list(dict.fromkeys([resource, resource.split(":")[0]]))
    known = await visit.ask(KNOWN, {"codeList": codes, "namespace": namespace}) if resource else []
    granted: dict[str, Any] = {"code": resource, "actions": _actions(visit.form().get("actions", ""))}
    granted["resourceType"] = known[0]["type"] if known else "DATA"
    to = {"targetType": kind, "targetIdentifiers": [identifier], "resources": [granted]}
    await visit.ask(GIVE, {"list": [to], "namespace": namespace})


def _giving(one: Grantee) -> Handler:
    async def give(visit: Visit, rendering: Rendering) -> Response:
        form = visit.form()
        await visit.ask(one.reads, {"code": visit.path[one.name]})
        namespace = form.get("namespace", "").strip() or "default"
        await _give(visit, one.kind, visit.path[one.name], form.get("resource", "").strip(), namespace)
        return redirect(f"{visit.pool_address}/{one.list}/{segment(visit.path[one.name])}?done=done_granted")

    return give


def _taking(one: Grantee) -> Handler:
    async def take(visit: Visit, rendering: Rendering) -> Response:
        form = visit.form()
        await visit.ask(one.reads, {"code": visit.path[one.name]})
        what = {"namespace": form.get("namespace", ""), "roleNamespace": form.get("role_namespace", "")}
        await _take(visit, one.kind, visit.path[one.name], form.get("resource", ""), what)
        return redirect(f"{visit.pool_address}/{one.list}/{segment(visit.path[one.name])}?done=done_taken")

    return take


async def _take(visit: Visit, kind: str, identifier: str, resource: str, spaces: dict[str, str]) -> None:
    from_ = {"targetType": kind, "targetIdentifiers": [identifier], "resources": [{"code": resource}]}
    await visit.ask(TAKE, {"list": [from_], **{name: value for name, value in spaces.items() if value}})


async def give_resource(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    namespace, code = visit.path["namespace"], visit.path["resource"]
    await visit.ask("GET get-resource", {"code": code, "namespace": namespace})
    kind, identifier = await named_target(visit, "targetIdentifiers")
    await _give(visit, kind, identifier, code, namespace)
    return redirect(f"{_resource(visit)}?done=done_granted")


async def take_resource(visit: Visit, rendering: Rendering) -> Response:
    form, namespace, code = visit.form(), visit.path["namespace"], visit.path["resource"]
    await visit.ask("GET get-resource", {"code": code, "namespace": namespace})
    spaces = {"namespace": namespace, "roleNamespace": form.get("role_namespace", "")}
    await _take(visit, form.get("kind", ""), form.get("identifier", ""), code, spaces)
    return redirect(f"{_resource(visit)}?done=done_taken")


def _resource(visit: Visit) -> str:
    namespace, code = segment(visit.path["namespace"]), segment(visit.path["resource"])
    return f"{visit.pool_address}/resources/{namespace}/{code}"


_HERE = f"/pools/{{pool}}/{RESOURCE}"
PAGES = (
    Page("POST", f"{_HERE}/give", give_resource, calls=("GET get-resource", FIND, KNOWN, GIVE)),
    Page("POST", f"{_HERE}/take", take_resource, calls=("GET get-resource", TAKE)),
    *(
        page
        for one in (GROUP, ROLE)
        for page in (
            Page("POST", f"/pools/{{pool}}/{one.path}/give", _giving(one), calls=(one.reads, KNOWN, GIVE)),
            Page("POST", f"/pools/{{pool}}/{one.path}/take", _taking(one), calls=(one.reads, TAKE)),
        )
    ),
)
