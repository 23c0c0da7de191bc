"""Who may use an application: everybody or nobody by default, and the rules about users, groups, roles and
organizations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.model import Arg
from poolhouse.errors import ChangedMeanwhile, InvalidInput, PoolhouseError, UserNotFound
from poolhouse.wire.console import conflicts, fields, finding
from poolhouse.wire.console.applications.frame import ACCESS, HERE, ONE, address, framed
from poolhouse.wire.console.fields import Field, Fields, Overtaken
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import CONFLICT, Rendering, status_of
from poolhouse.wire.console.visit import Visit, page_of, redirect
from poolhouse.wire.console.words import Texts

PAGE_SIZE = 50
STRATEGY, RULES = ACCESS.calls
DEFAULT = "POST update-application-permission-strategy"
PUT, SWITCH, REMOVE = (
    "POST authorize-application-access",
    "POST update-auth-enabled",
    "DELETE batch-applications-auth",
)
KINDS = ("USER", "GROUP", "ROLE", "ORG")
STRATEGIES = ("ALLOW_ALL", "DENY_ALL")
DEFAULT_ACCESS = Arg("--strategy", "permissionStrategy", ("", ""), choices=STRATEGIES, needed=True)
"""Its words are the page's: there is no command with this argument."""


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def set_default(visit: Visit, rendering: Rendering) -> Response:
    """Where somebody else has changed it since the page was made, both are shown."""
    named = {"appId": visit.path["application"]}
    await visit.ask(ONE, named)
    mine = _default_of(visit).with_words(fields.sent(DEFAULT_ACCESS, visit.form()))

    async def write(conditional: Visit, there: Any, changed: Sequence[Field]) -> Any:
        return await conditional.ask(DEFAULT, {**named, **fields.values(changed)})

    try:
        await conflicts.saved(
            visit, read=lambda: visit.ask(STRATEGY, named), shown=lambda _: [mine], write=write
        )
    except Overtaken as error:
        (default,) = error.fields
        return await _page(visit, rendering, CONFLICT, default=default, conflict=True)
    except ChangedMeanwhile:
        raise
    except PoolhouseError as error:
        return await _refused(visit, rendering, error, {})
    return redirect(f"{address(visit, ACCESS.name)}?done=done_saved")


def _default_of(visit: Visit) -> Fields:
    t = Texts(visit.lang)
    return Fields([DEFAULT_ACCESS], {"strategy": {one: t[f"app_access_{one.lower()}"] for one in STRATEGIES}})


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
        named = whom
        whom = await finding.user_id(visit, named) or ""
        if not whom:
            raise UserNotFound(user_id=named)
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
        await visit.ask(operation, values(form))
    except PoolhouseError as error:
        return await _refused(visit, rendering, error, {})
    return redirect(f"{address(visit, ACCESS.name)}?done=done_saved")


async def _refused(
    visit: Visit, rendering: Rendering, error: PoolhouseError, form: Mapping[str, str]
) -> Response:
    trace.note(error=error)
    return await _page(visit, rendering, status_of(error), form, error=error.message(visit.lang))


async def _page(
    visit: Visit, rendering: Rendering, status: int = 200, form: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """`form`: what was typed and refused. `default`: the field of the default, where two have changed it."""
    facts, number = await framed(visit, ACCESS), page_of(visit.http.query)
    named = {"appId": visit.path["application"]}
    found = await visit.ask(RULES, {**named, "page": number, "limit": PAGE_SIZE})
    held = dict.fromkeys(("kind", "whom", "namespace", "effect", "inherit"), "") | dict(form or {})
    strategy = (await visit.ask(STRATEGY, named))["permissionStrategy"]
    default = {"default": Field(DEFAULT_ACCESS, strategy, strategy), "conflict": False}
    return rendering.page(
        visit,
        "applications/access.html",
        status,
        strategies=STRATEGIES,
        rules=found,
        number=number,
        last=number * PAGE_SIZE >= found["totalCount"],
        kinds=KINDS,
        held=held,
        **facts | default | more,
    )


PAGES = (
    Page("GET", f"{HERE}/access", show, calls=(ONE, *ACCESS.calls)),
    Page("POST", f"{HERE}/access/default", set_default, calls=(ONE, *ACCESS.calls, DEFAULT)),
    Page("POST", f"{HERE}/access/add", add, calls=(ONE, *ACCESS.calls, PUT)),
    Page("POST", f"{HERE}/access/switch", switch, calls=(ONE, *ACCESS.calls, SWITCH)),
    Page("POST", f"{HERE}/access/remove", remove, calls=(ONE, *ACCESS.calls, REMOVE)),
)
