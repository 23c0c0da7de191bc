"""The page that shows two versions of a script beside each other."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.errors import InvalidInput
from poolhouse.wire.console.comparing import comparison
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.scripts import ONE, STATES, VERSIONS, here, state_of
from poolhouse.wire.console.visit import PLAIN, Visit

LAST = 50
"""Versions to choose from; an older one is named by the address, `?before=3`."""


async def show(visit: Visit, rendering: Rendering) -> Response:
    """`before` and `after`: numbers of versions; 0 stands for no text at all. Left out: what is published, or the
    version before, against the newest."""
    state = await state_of(visit)
    versions = await visit.ask(VERSIONS, {"name": state["name"], "page": 1, "limit": LAST})
    newest = state["draftVersion"] or 0
    after = _number(visit, "after", newest)
    published = state["publishedVersion"]
    before = _number(visit, "before", published if published and published != after else max(after - 1, 0))
    texts = {one["version"]: one["source"] for one in versions}
    old, fresh = [await _text(visit, state, number, texts) for number in (before, after)]
    numbers = sorted({*texts, before, after} - {0}, reverse=True)
    is_plain = visit.cookies.get(PLAIN) == "1"
    return rendering.page(
        visit,
        "scripts/compare.html",
        state=state,
        here=here(visit),
        before=before,
        after=after,
        numbers=numbers,
        made=await comparison(visit, old, fresh),
        old=old,
        fresh=fresh,
        is_plain=is_plain,
        style_nonce=not is_plain,
    )


def _number(visit: Visit, name: str, default: int) -> int:
    found = visit.http.query.integer(name)
    if found is not None and not 0 <= found < 2**31:
        raise InvalidInput(name, "请选择一个版本", "choose a version")
    return default if found is None else found


async def _text(visit: Visit, state: dict[str, Any], number: int, texts: dict[int, str]) -> str:
    if number == 0:
        return ""
    if number in texts:
        return texts[number]
    return str((await visit.ask(ONE, {"name": state["name"], "version": number}))["source"])


PAGES = (Page("GET", "/pools/{pool}/scripts/{script}/compare", show, calls=(STATES, ONE, VERSIONS)),)
