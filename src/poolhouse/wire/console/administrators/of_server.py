"""The administrators of the server: all of them, a new one, and all about one. For owners of the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from poolhouse import trace
from poolhouse.administrators.roles import ROLES as EVERY_ROLE
from poolhouse.client.passwords import generated
from poolhouse.errors import ChangedMeanwhile, PoolhouseError, PoolNotFound
from poolhouse.wire.console.administrators import changing, limits
from poolhouse.wire.console.fields import Overtaken
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import CONFLICT, Rendering, status_of
from poolhouse.wire.console.visit import (
    HOME,
    POOLS,
    ROLES,
    Visit,
    in_pool,
    is_last,
    page_of,
    redirect,
    segment,
)
from poolhouse.wire.console.words import Texts

HERE = "/server/administrators"
ONE = f"{HERE}/{{administrator}}"
LIST, GET, CREATE, UPDATE, SIGN_OUT, SESSIONS, PASSKEYS, KEYS = (
    "GET list-administrators",
    "GET get-administrator",
    "POST create-administrator",
    "POST update-administrator",
    "POST sign-out-administrator",
    "GET list-administrator-sessions",
    "GET list-administrator-passkeys",
    "GET list-administrator-keys",
)
NO_PASSKEY = "POST delete-administrator-passkey"
SHOWS = (GET, SESSIONS, PASSKEYS, KEYS, POOLS)
PAGE_SIZE = 50
MOST_OFFERED = 50
"""Pools whose ids are offered where one is typed."""


async def show_all(visit: Visit, rendering: Rendering) -> Response:
    query = visit.http.query
    words, number = (query.text("q") or "").strip(), page_of(query)
    found = await visit.ask_server(LIST, {"page": number, "limit": PAGE_SIZE, "keywords": words})
    return rendering.page(
        visit,
        "administrators/all.html",
        administrators=found["list"],
        total=found["totalCount"],
        words=words,
        number=number,
        is_last=is_last(number, PAGE_SIZE, found),
        query=f"{urlencode({'q': words})}&" if words else "",
    )


async def new(visit: Visit, rendering: Rendering) -> Response:
    return _new(visit, rendering)


async def create(visit: Visit, rendering: Rendering) -> Response:
    """The password is on the answer itself, and on no page that can be asked for again."""
    form, password = visit.form(), generated()
    values = {name: form.get(name, "").strip() for name in ("username", "name")}
    draft = {**values, "owner": form.get("owner") == "yes"}
    try:
        made = await visit.ask_server(CREATE, {**draft, "password": password})
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        return _new(visit, rendering, status_of(error), draft=draft, error=said)
    return await one_shown(visit, rendering, made["id"], password=password)


def _new(visit: Visit, rendering: Rendering, status: int = 200, **facts: Any) -> Response:
    nothing = {"username": "", "name": "", "owner": False}
    return rendering.page(visit, "administrators/new.html", status, **{"draft": nothing, **facts})


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await one_shown(visit, rendering, visit.path["administrator"])


async def one_shown(
    visit: Visit, rendering: Rendering, administrator: str, status: int = 200, **facts: Any
) -> Response:
    """`password`: one that was just made, to be shown this once."""
    named = {"administrator": administrator}
    one = await visit.ask_server(GET, named)
    named = {"administrator": one["id"]}
    pools = await visit.ask_server(POOLS, {"page": 1, "limit": MOST_OFFERED})
    held = facts.pop("held", None) or {"pool": "", "roles": []}
    have = {each["pool"] for each in one["inPools"]}
    return rendering.page(
        visit,
        "administrators/one.html",
        status,
        one=one,
        is_me=one["id"] == visit.who.id,
        here=here(one["id"]),
        sessions=(await visit.ask_server(SESSIONS, named))["list"],
        passkeys=(await visit.ask_server(PASSKEYS, named))["list"],
        keys=(await visit.ask_server(KEYS, named))["list"],
        every_role=EVERY_ROLE,
        gives=[await _gives(visit, each, held) for each in one["inPools"]],
        given=await _given(visit, held if held["pool"] not in have else None),
        door=visit.origin + HOME,
        offered=[pool for pool in pools["list"] if pool["id"] not in have],
        mine=visit.session.id if visit.session else "",
        **{"password": "", **facts},
    )


async def _gives(visit: Visit, each: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """A form of the roles in a pool, as it was sent if it was this one."""
    now = held if held["pool"] == each["pool"] else each
    inside = await _inside(visit, each["pool"])
    limited = await limits.chosen(inside, now, each, offers=False)
    shown = now.get("shown") or (changing.fresh(each) if now is each else changing.sent(visit.form(), each))
    remembered = {"shown": shown, "conflict": now.get("conflict", False)}
    return {
        "pool": each["pool"],
        "name": each["name"],
        "roles": now["roles"],
        "limited": limited,
        **remembered,
    }


async def _given(visit: Visit, held: Mapping[str, Any] | None) -> dict[str, Any]:
    """The form of another pool. Nothing can be found in one that nobody has named."""
    now = held or {"pool": "", "roles": []}
    limited = await limits.chosen(await _inside(visit, now["pool"]), now, offers=False)
    return {"pool": now["pool"], "roles": now["roles"], "limited": limited}


async def _inside(visit: Visit, pool_id: str) -> Visit:
    """In a pool, as an owner of the server may be in any; outside of all where it is gone."""
    try:
        return await in_pool(visit, pool_id)
    except PoolNotFound:
        return visit


async def rename(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    return await _changed(visit, rendering, UPDATE, {"name": form.get("name", "").strip()})


async def enable(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    return await _changed(visit, rendering, UPDATE, {"disabled": False})


async def set_roles(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    roles = [role for role in EVERY_ROLE if f"role.{role}" in form]
    values = {"roles": roles, **limits.sent(form)}
    held = {"pool": form.get("pool", "").strip(), **values}
    if limits.is_asked(visit):
        return await _looked(visit, rendering, held)
    one = await visit.ask_server(GET, {"administrator": visit.path["administrator"]})
    if held["pool"] not in {each["pool"] for each in one["inPools"]}:
        return await _changed(visit, rendering, ROLES, {**held, "pool": held["pool"] or "nothing"}, held=held)
    return await _set(visit, rendering, one["id"], str(held["pool"]))


async def _set(visit: Visit, rendering: Rendering, whose: str, pool: str) -> Response:
    """Where somebody else has set them since the page was made, both are shown."""
    form = visit.form()

    async def read() -> Mapping[str, Any]:
        one = await visit.ask_server(GET, {"administrator": whose})
        return next((each for each in one["inPools"] if each["pool"] == pool), {"roles": []})

    async def write(conditional: Visit, values: Mapping[str, Any]) -> Any:
        return await conditional.ask_server(ROLES, {"administrator": whose, "pool": pool, **values})

    try:
        await changing.saved(visit, form, read, write)
    except Overtaken as error:
        both = await changing.named(await _inside(visit, pool), error.fields)
        held = {"pool": pool, **changing.held(both), "shown": both, "conflict": True}
        gone = "" if (await read())["roles"] else Texts(visit.lang).conflict
        return await one_shown(visit, rendering, whose, CONFLICT, held=held, error=gone)
    except ChangedMeanwhile:
        raise
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        shown = changing.sent(form, await read())
        held = {"pool": pool, **changing.held(shown), "shown": shown}
        return await one_shown(visit, rendering, whose, status_of(error), error=said, held=held)
    return redirect(f"{here(whose)}?done=done_saved")


async def _looked(visit: Visit, rendering: Rendering, held: Mapping[str, Any]) -> Response:
    """For something in a pool that may have been typed."""
    whose = visit.path["administrator"]
    try:
        await in_pool(visit, held["pool"])
    except PoolNotFound as error:
        said = error.message(visit.lang)
        return await one_shown(visit, rendering, whose, status_of(error), error=said, held=held)
    return await one_shown(visit, rendering, whose, held=held)


async def end_sessions(visit: Visit, rendering: Rendering) -> Response:
    """One, or all of them where none is named."""
    session = visit.form().get("session", "")
    return await _changed(visit, rendering, SIGN_OUT, {"session": session}, "done_ended")


async def remove_passkey(visit: Visit, rendering: Rendering) -> Response:
    passkey = visit.form().get("passkey", "") or "none"
    return await _changed(visit, rendering, NO_PASSKEY, {"passkey": passkey}, "done_deleted")


async def _changed(
    visit: Visit,
    rendering: Rendering,
    operation: str,
    values: dict[str, Any],
    done: str = "done_saved",
    **facts: Any,
) -> Response:
    whose = visit.path["administrator"]
    one = await visit.ask_server(GET, {"administrator": whose})
    try:
        await visit.ask_server(operation, {"administrator": one["id"], **values})
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        return await one_shown(visit, rendering, whose, status_of(error), error=said, **facts)
    return redirect(f"{here(one['id'])}?done={done}")


def here(administrator: str) -> str:
    return f"/console{HERE}/{segment(administrator)}"


PAGES = (
    Page("GET", HERE, show_all, "server-owner", (LIST,)),
    Page("GET", f"{HERE}/new", new, "server-owner", (CREATE,)),
    Page("POST", f"{HERE}/new", create, "server-owner", (CREATE, *SHOWS)),
    Page("GET", ONE, show, "server-owner", SHOWS),
    Page("POST", f"{ONE}/name", rename, "server-owner", (UPDATE, *SHOWS)),
    Page("POST", f"{ONE}/enable", enable, "server-owner", (UPDATE, *SHOWS)),
    Page("POST", f"{ONE}/roles", set_roles, "server-owner", (ROLES, *SHOWS)),
    Page("POST", f"{ONE}/sessions/end", end_sessions, "server-owner", (SIGN_OUT, *SHOWS)),
    Page("POST", f"{ONE}/passkeys/remove", remove_passkey, "server-owner", (NO_PASSKEY, *SHOWS)),
)
