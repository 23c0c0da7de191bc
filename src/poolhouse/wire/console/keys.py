"""Access keys: listed with whose they are, made with scopes that are chosen, shown once, disabled and deleted."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import AccessKeyNotFound, PoolhouseError
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

LIST, SCOPES, ONE = "GET list-access-key", "GET list-access-key-scopes", "GET get-access-key"
CREATE, CHANGE, DELETE = "POST create-access-key", "POST update-access-key", "POST delete-access-key"
HERE = "/pools/{pool}/keys"


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def create(visit: Visit, rendering: Rendering) -> Response:
    """Its secret is on the answer itself, and on no page that can be asked for again."""
    form = visit.form()
    every = form.get("which") == "all"
    chosen = sorted(name.removeprefix("scope.") for name in form if name.startswith("scope."))
    if not every and not chosen:
        return await _page(visit, rendering, 400, error_word="key_none_chosen")
    try:
        (made,) = await visit.ask(CREATE, {} if every else {"scopes": chosen})
    except PoolhouseError as error:
        trace.note(error=error)
        said = error.message(visit.lang)
        return await _page(visit, rendering, status_of(error), chosen=chosen, every=every, error=said)
    return await _page(visit, rendering, made=made)


async def switch(visit: Visit, rendering: Rendering) -> Response:
    enable = visit.form().get("enabled") == "yes"
    await _one(visit)
    try:
        await visit.ask(CHANGE, {"accessKeyId": visit.path["key"], "enable": enable})
    except PoolhouseError as error:
        trace.note(error=error)
        return await _page(visit, rendering, status_of(error), error=error.message(visit.lang))
    return redirect(f"{_here(visit)}?done=done_saved")


async def confirm(visit: Visit, rendering: Rendering) -> Response:
    return await _confirmed(visit, rendering)


async def delete(visit: Visit, rendering: Rendering) -> Response:
    typed = visit.form().get("confirm", "").strip()
    await _one(visit)
    if typed != visit.path["key"]:
        return await _confirmed(visit, rendering, 400, error_word="confirm_wrong")
    await visit.ask(DELETE, {"accessKeyId": visit.path["key"]})
    return redirect(f"{_here(visit)}?done=done_deleted")


async def _one(visit: Visit) -> Any:
    """Raises AccessKeyNotFound, also for the pool's own pair, which can be neither disabled nor deleted."""
    (key,) = await visit.ask(ONE, {"accessKeyId": visit.path["key"], "userId": ""})
    if key["accessKeyId"] == key["userPoolId"]:
        raise AccessKeyNotFound()
    return key


async def _confirmed(visit: Visit, rendering: Rendering, status: int = 200, error_word: str = "") -> Response:
    key = await _one(visit)
    return rendering.page(
        visit,
        "keys/delete.html",
        status,
        key=key,
        here=_here(visit),
        error_word=error_word,
    )


async def _page(
    visit: Visit,
    rendering: Rendering,
    status: int = 200,
    *,
    made: Any = None,
    chosen: list[str] | None = None,
    every: bool = False,
    error_word: str = "",
    error: str = "",
) -> Response:
    """`made`: a key with its secret, to be shown this once. `chosen`: the scopes of a form that was refused."""
    scopes = {one["scope"]: one["isYours"] for one in await visit.ask(SCOPES)}
    return rendering.page(
        visit,
        "keys/all.html",
        status,
        keys=await visit.ask(LIST),
        families=sorted({scope.partition(":")[0] for scope in scopes}),
        scopes=scopes,
        made=made,
        chosen=chosen or [],
        every=every,
        whole=visit.caller is not None and visit.caller.scopes is None,
        here=_here(visit),
        error_word=error_word,
        error=error,
    )


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/keys"


PAGES = (
    Page("GET", HERE, show, calls=(LIST, SCOPES)),
    Page("POST", HERE, create, calls=(LIST, SCOPES, CREATE)),
    Page("POST", f"{HERE}/{{key}}/switch", switch, calls=(LIST, SCOPES, ONE, CHANGE)),
    Page("GET", f"{HERE}/{{key}}/delete", confirm, calls=(ONE, DELETE)),
    Page("POST", f"{HERE}/{{key}}/delete", delete, calls=(ONE, DELETE)),
)
