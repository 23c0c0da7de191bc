"""Who administers a pool, for its owners: roles in it are given and taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.administrators.roles import ROLES
from poolhouse.errors import AdministratorNotFound, ChangedMeanwhile, PoolhouseError
from poolhouse.wire.console.administrators import changing, limits
from poolhouse.wire.console.fields import Overtaken
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import CONFLICT, Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

HERE = "/pools/{pool}/administrators"
ONE = f"{HERE}/{{administrator}}"
LIST, SET = "GET list-pool-administrators", "POST set-pool-administrator-roles"


async def show_all(visit: Visit, rendering: Rendering) -> Response:
    return await _all(visit, rendering)


async def add(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    username, roles = form.get("username", "").strip(), _chosen(form)
    limited = limits.sent(form)
    held: dict[str, Any] = {"username": username, "chosen": roles, "limited": limited}
    if limits.is_asked(visit):
        return await _all(visit, rendering, **held)
    if not roles:
        return await _all(visit, rendering, 400, **held, error_word="admin_roles_needed")
    try:
        await visit.ask(SET, {"administrator": username, "roles": roles, **limited})
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        return await _all(visit, rendering, status_of(error), **held, error=said)
    return redirect(f"{_here(visit)}?done=done_saved")


async def _all(visit: Visit, rendering: Rendering, status: int = 200, **facts: Any) -> Response:
    found = await visit.ask(LIST)
    nothing = {"username": "", "chosen": [], "error_word": ""}
    limited = facts.pop("limited", {})
    return rendering.page(
        visit,
        "administrators/of_pool.html",
        status,
        administrators=found["list"],
        every_role=ROLES,
        here=_here(visit),
        limited=await limits.chosen(visit, limited),
        **{**nothing, **facts},
    )


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _one_shown(visit, rendering)


async def change(visit: Visit, rendering: Rendering) -> Response:
    """Where somebody else has set them since the page was made, both are shown."""
    form, one = visit.form(), await _one(visit)
    shown = changing.sent(form, one)
    if limits.is_asked(visit):
        return await _one_shown(visit, rendering, shown=shown)

    async def write(conditional: Visit, values: Mapping[str, Any]) -> Any:
        return await conditional.ask(SET, {"administrator": one["id"], **values})

    try:
        await changing.saved(visit, form, lambda: _one(visit), write)
    except Overtaken as error:
        both = await changing.named(visit, error.fields)
        return await _one_shown(visit, rendering, CONFLICT, shown=both, conflict=True)
    except ChangedMeanwhile:
        raise
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        return await _one_shown(visit, rendering, status_of(error), error=said, shown=shown)
    return redirect(f"{_here(visit)}?done=done_saved")


async def _one_shown(visit: Visit, rendering: Rendering, status: int = 200, **facts: Any) -> Response:
    """`shown`: the fields of the form, where it was sent."""
    one = await _one(visit)
    shown = facts.pop("shown", None) or changing.fresh(one)
    held = changing.held(shown)
    return rendering.page(
        visit,
        "administrators/one_of_pool.html",
        status,
        one=one,
        is_me=one["id"] == visit.who.id,
        every_role=ROLES,
        back=_here(visit),
        limited=await limits.chosen(visit, held, one),
        roles=held["roles"],
        shown=shown,
        **{"conflict": False, **facts},
    )


async def _one(visit: Visit) -> Any:
    """Raises AdministratorNotFound for who has no role here, as for nobody."""
    for one in (await visit.ask(LIST))["list"]:
        if one["id"] == visit.path["administrator"]:
            return one
    raise AdministratorNotFound()


def _chosen(form: dict[str, str]) -> list[str]:
    return [role for role in ROLES if f"role.{role}" in form]


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/administrators"


PAGES = (
    Page("GET", HERE, show_all, calls=(LIST,)),
    Page("POST", HERE, add, calls=(LIST, SET)),
    Page("GET", ONE, show, calls=(LIST,)),
    Page("POST", ONE, change, calls=(LIST, SET)),
)
