"""The custom fields of one kind of thing, in their order, which is changed here."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.custom_fields import label_of
from poolhouse.client.table_fields import KINDS
from poolhouse.errors import FieldNotFound, NotFound, PoolhouseError
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

LIST, ORDER = "GET get-custom-fields", "POST order-custom-fields"
SET, DELETE = "POST set-custom-fields", "POST delete-custom-fields"


def kind_of(visit: Visit) -> str:
    """Whose fields the page is about. Raises NotFound."""
    kind = visit.path.get("of", KINDS[0])
    if kind not in KINDS:
        raise NotFound(path="fields")
    return kind


def type_of(field: dict[str, Any]) -> str | None:
    """As it is chosen: v3 calls an object a text. None of a field that is to be made."""
    return "OBJECT" if field.get("isObject") else field.get("dataType")


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _page(visit, rendering)


async def move(visit: Visit, rendering: Rendering) -> Response:
    """One place up or down among those there are now."""
    up = visit.form().get("to") == "up"
    kind, key = kind_of(visit), visit.path["field"]
    keys = [one["key"] for one in await visit.ask(LIST, {"targetType": kind})]
    if key not in keys:
        raise FieldNotFound(field=key)
    here = keys.index(key)
    there = max(here - 1, 0) if up else min(here + 1, len(keys) - 1)
    keys[here], keys[there] = keys[there], keys[here]
    try:
        await visit.ask(ORDER, {"targetType": kind, "keys": keys})
    except PoolhouseError as error:
        trace.note(error=error)
        return await _page(visit, rendering, status_of(error), error=error.message(visit.lang))
    return redirect(f"{visit.pool_address}/fields/{kind}#f-{key.encode().hex()}")


async def _page(visit: Visit, rendering: Rendering, status: int = 200, **facts: Any) -> Response:
    kind = kind_of(visit)
    found = await visit.ask(LIST, {"targetType": kind})
    fields = [
        {**one, "shown": label_of(one, visit.lang), "type": type_of(one), "id": one["key"].encode().hex()}
        for one in found
    ]
    return rendering.page(
        visit,
        "custom_fields/list.html",
        status,
        kinds=KINDS,
        kind=kind,
        fields=fields,
        filling=any((one.get("indexProgress") or {}).get("state") == "FILLING" for one in found),
        may_set=visit.may(SET),
        may_delete=visit.may(DELETE),
        here=f"{visit.pool_address}/fields",
        **facts,
    )


PAGES = (
    Page("GET", "/pools/{pool}/fields", show, calls=(LIST,)),
    Page("GET", "/pools/{pool}/fields/{of}", show, calls=(LIST,)),
    Page("POST", "/pools/{pool}/fields/{of}/{field}/move", move, calls=(LIST, ORDER)),
)
