"""API v3 to look through and to try, by Swagger UI: at /docs for anyone, and in the console for an administrator.

In the console a try is sent to `call` with the token that every form of the console has, and is carried out in this
process with the administrator's roles in the pool: no token of v3 is ever in the page, and no other site can send one.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import FormStale, InvalidInput, PoolhouseError
from poolhouse.services import WireServices
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import HEADERS, Rendering, status_of
from poolhouse.wire.console.visit import Visit, known, stranger
from poolhouse.wire.json_body import require_few_parts
from poolhouse.wire.request import Query
from poolhouse.wire.v3 import envelope, streaming
from poolhouse.wire.v3.app import carried_out, enveloped, named_by_path, row_at
from poolhouse.wire.v3.samples import CURL_VARIABLES, samples

SAMPLES = "/docs/samples"


async def show(visit: Visit, rendering: Rendering) -> Response:
    return rendering.page(visit, "explorer/page.html", call=f"{visit.pool_address}/api/call", samples=SAMPLES)


async def call(visit: Visit, rendering: Rendering) -> Response:
    """One call of v3, `method` and `path` (with its query) and `body` in a form: what v3 answers to it."""
    lang, request_id = visit.lang, visit.http.request_id
    try:
        return await _called(visit, visit.form())
    except PoolhouseError as error:
        trace.note(error=error)
        status = status_of(error) if isinstance(error, FormStale) else None
        return envelope.failure(error, lang=lang, request_id=request_id, http_status=status)


async def _called(visit: Visit, form: dict[str, str]) -> Response:
    caller = visit.caller
    assert caller
    path, _, query = form.get("path", "").partition("?")
    row = row_at(form.get("method", ""), path)
    trace.note(operation=row.name)
    if row.access != "administrator":
        raise InvalidInput(
            "path",
            "此接口需要用户的 token，不能以管理员身份调用",
            "takes the token of a user, not an administrator",
        )
    caller.require_scopes(row.scopes)
    body = form.get("body", "").encode()
    require_few_parts(body)
    values = replace(visit.http, body=body, _decoded={}).json_object() if row.takes_body else {}
    values, pairs = named_by_path(row, path, values, Query(query.encode()).decoded)
    own = f"{visit.origin}/oidc"
    data, beside = await carried_out(visit.services, row, caller, values, pairs, headers={}, own=lambda: own)
    if row.streams:
        return await streaming.begun(data)
    return enveloped(row, data, beside, lang=visit.lang, request_id=visit.http.request_id)


PAGES = (
    Page("GET", "/pools/{pool}/api", show),
    Page("POST", "/pools/{pool}/api/call", call, calls_any=True),
)


# -- for anyone ----------------------------------------------------------------------------------------------


class Docs:
    def __init__(self, services: WireServices, rendering: Rendering) -> None:
        self._services, self._rendering = services, rendering

    async def page(self, request: Request) -> Response:
        """GET /docs."""
        visit = stranger(request, self._services)
        try:
            visit = await known(visit, request)
        except PoolhouseError as error:
            trace.note(error=error)
        return self._rendering.page(visit, "explorer/docs.html", samples=SAMPLES, variables=CURL_VARIABLES)


async def sample(request: Request) -> Response:
    """GET /docs/samples/OPERATION: [{"lang", "source"}]."""
    found = samples().get(request.path_params["operation"])
    if found is None:
        return Response("not found", 404, HEADERS, "text/plain; charset=utf-8")
    return Response(msgspec.json.encode(found), 200, HEADERS, "application/json")
