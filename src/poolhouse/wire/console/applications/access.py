"""Who may use an application: everybody or nobody by default, and the rules about users, groups, roles and
organizations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import InvalidInput, PoolhouseError, UserNotFound
from poolhouse.wire.console.applications.frame import ACCESS, HERE, ONE, address, framed
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, page_of, redirect

PAGE_SIZE = 50
STRATEGY, RULES = ACCESS.calls
DEFAULT = "POST update-application-permission-strategy"
PUT, SWITCH, REMOVE = (
    "POST authorize-application-access",
    "POST update-auth-enabled",
    "DELETE batch-applications-auth",
)
FIND = "POST find-users"
KINDS = ("USER", "GROUP", "ROLE", "ORG")


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def set_default(visit: Visit, rendering: Rendering) -> Response:
    return await _doing(
        visit, rendering, DEFAULT, lambda form: {"permissionStrategy": form.get("strategy", "")}
    )


async def add(visit: Visit, rendering: Rendering) -> Response:
    """Somebody may be named in any way; the last word about a target stands."""
    form = visit.form()
    await visit.ask(ONE, {"appId": visit.path["application"]})
    try:
        rule = await _rule(visit, form)
        await visit.ask(PUT, {"appId": visit.path["application"], "list": [rule]})
    except PoolhouseError as error:
        return await _refused(visit, rendering, error, form)
    return redirect(f"{address(visit, ACCESS.name)}?done=done_saved")


async def _rule(visit: Visit, form: Mapping[str, str]) -> dict[str, Any]:
    """Raises InvalidInput, UserNotFound, NotPermitted."""
    kind, whom = form.get("kind", ""), form.get("whom", "").strip()
    if kind not in KINDS:
        raise InvalidInput("kind", "请选择对象的类型", "choose whom the rule is about")
    if kind == "USER":
        (found,) = await visit.ask(FIND, {"values": [whom]})
        if found["userId"] is None:
            raise UserNotFound(user_id=whom)
        whom = found["userId"]
    rule: dict[str, Any] = {"targetType": kind, "targetIdentifier": [whom], "effect": form.get("effect", "")}
    if kind == "ROLE" and (namespace := form.get("namespace", "").strip()):
        rule["namespaceCode"] = namespace
    if kind == "ORG":
        rule["inheritByChildren"] = form.get("inherit") == "yes"
    return rule


async def switch(visit: Visit, rendering: Rendering) -> Response:
    def values(form: Mapping[str, str]) -> dict[str, Any]:
        return {"id": _of_this(visit, form), "enabled": form.get("enabled") == "yes"}

    return await _doing(visit, rendering, SWITCH, values)


async def remove(visit: Visit, rendering: Rendering) -> Response:
    return await _doing(visit, rendering, REMOVE, lambda form: {"authIds": [_of_this(visit, form)]})


def _of_this(visit: Visit, form: Mapping[str, str]) -> str:
    """A rule's id begins with its application's. Raises InvalidInput for a rule of another."""
    given = form.get("rule", "")
    if not given.startswith(f"{visit.path['application']}:"):
        raise InvalidInput("rule", "不是这个应用的规则", "not a rule of this application")
    return given


async def _doing(
    visit: Visit,
    rendering: Rendering,
    operation: str,
    values: Callable[[Mapping[str, str]], Mapping[str, Any]],
) -> Response:
    form, named = visit.form(), {"appId": visit.path["application"]}
    await visit.ask(ONE, named)
    try:
        await visit.ask(operation, {**(named if operation == DEFAULT else {}), **values(form)})
    except PoolhouseError as error:
        return await _refused(visit, rendering, error, {})
    return redirect(f"{address(visit, ACCESS.name)}?done=done_saved")


async def _refused(
    visit: Visit, rendering: Rendering, error: PoolhouseError, form: Mapping[str, str]
) -> Response:
    trace.note(error=error)
    return await _page(visit, rendering, status_of(error), form, error=error.message(visit.lang))


async def _page(
    visit: Visit, rendering: Rendering, status: int = 200, form: Mapping[str, str] | None = None, **more: str
) -> Response:
    """`form`: what was typed and refused."""
    facts, number = await framed(visit, ACCESS), page_of(visit.http.query)
    named = {"appId": visit.path["application"]}
    found = await visit.ask(RULES, {**named, "page": number, "limit": PAGE_SIZE})
    held = dict.fromkeys(("kind", "whom", "namespace", "effect", "inherit"), "") | dict(form or {})
    return rendering.page(
        visit,
        "applications/access.html",
        status,
        strategy=(await visit.ask(STRATEGY, named))["permissionStrategy"],
        rules=found,
        number=number,
        last=number * PAGE_SIZE >= found["totalCount"],
        kinds=KINDS,
        held=held,
        **facts | more,
    )


PAGES = (
    Page("GET", f"{HERE}/access", show, calls=(ONE, *ACCESS.calls)),
    Page("POST", f"{HERE}/access/default", set_default, calls=(ONE, *ACCESS.calls, DEFAULT)),
    Page("POST", f"{HERE}/access/add", add, calls=(ONE, *ACCESS.calls, PUT)),
    Page("POST", f"{HERE}/access/switch", switch, calls=(ONE, *ACCESS.calls, SWITCH)),
    Page("POST", f"{HERE}/access/remove", remove, calls=(ONE, *ACCESS.calls, REMOVE)),
)
