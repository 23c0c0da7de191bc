"""Requests in, envelopes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from poolhouse import trace
from poolhouse.caller import Caller
from poolhouse.errors import Lang, NotFound, NotSupported, PoolhouseError
from poolhouse.services import WireServices
from poolhouse.wire import without_effect
from poolhouse.wire.json_body import require_few_parts
from poolhouse.wire.origin import issuer
from poolhouse.wire.request import (
    MAX_BODY_BYTES,
    STRANGERS_BODY_BYTES,
    HttpRequest,
    head_of,
    path_for_log,
    read,
)
from poolhouse.wire.v3 import auth, envelope, limited, openapi, streaming, unchanged, walking
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.parsing import (
    body_struct,
    list_fields,
    query_struct,
)
from poolhouse.wire.v3.table import PREFIX, built, is_v3, known

_log = structlog.get_logger(__name__)


def v3_routes(services: WireServices) -> list[BaseRoute]:
    return [V3Route(V3Wire(services)), openapi.route()]


class V3Route(BaseRoute):
    """Every path of the wire, so that each gets an envelope."""

    def __init__(self, wire: V3Wire) -> None:
        self._wire = wire

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        ours = scope["type"] == "http" and is_v3(scope["path"])
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._wire.answer(Request(scope, receive), scope["path"])
        await response(scope, receive, send)


class V3Wire:
    def __init__(self, services: WireServices) -> None:
        self._services = services

    async def answer(self, request: Request, path: str) -> Response:
        head = head_of(request, self._services.settings)
        trace.note(wire="v3")
        try:
            row = row_at(request.method, path)
            trace.note(operation=row.name)
            data, beside = await self._run(row, request, head, path)
            if row.streams:
                return await streaming.begun(data)
            if row.leads and "text/html" in head.headers.get("accept", ""):
                kept_in = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
                return RedirectResponse(data.url, 303, headers=kept_in)
        except PoolhouseError as error:
            trace.note(error=error)
            status = 404 if type(error) is NotFound and error.facts.get("path") else None
            return envelope.failure(error, lang=head.lang, request_id=head.request_id, http_status=status)
        except Exception:
            _log.exception("request_failed", path=path_for_log(path), request_id=head.request_id)
            return envelope.failure(PoolhouseError(), lang=head.lang, request_id=head.request_id)
        return enveloped(row, data, beside, lang=head.lang, request_id=head.request_id)

    async def _run(
        self, row: Endpoint, request: Request, head: HttpRequest, path: str
    ) -> tuple[Any, dict[str, Any] | None]:
        """The data of the answer, and what stands beside it."""
        http = await read(request, head, STRANGERS_BODY_BYTES if row.access == "anyone" else MAX_BODY_BYTES)
        require_few_parts(http.body)
        caller = await self._caller(row, http)
        caller.note()
        trace.note(actor_id=caller.actor_id)
        values = http.json_object() if row.takes_body else {}
        own = partial(issuer, self._services, request)
        values, pairs = named_by_path(row, path, values, http.query.decoded)
        return await carried_out(self._services, row, caller, values, pairs, headers=http.headers, own=own)

    async def _caller(self, row: Endpoint, http: HttpRequest) -> Caller:
        """Whoever the row asks for. Raises what `identify` does, and AppNotFound for a stranger's."""
        lists = list_fields(row.request) if row.request and not row.takes_body else frozenset[str]()
        given = auth.presented(row.access, http, lists)
        door = auth.DOORS.get(row.access)
        if door is None:
            return await self._services.credentials.stranger(given)
        return await self._services.credentials.identify(given, door, row.scopes)


def enveloped(
    row: Endpoint, data: Any, beside: dict[str, Any] | None, *, lang: Lang, request_id: str
) -> Response:
    """The answer of a row that was carried out and does not stream."""
    if row.bare:
        return envelope.bare(data)
    return envelope.success(
        data,
        lang=lang,
        request_id=request_id,
        api_code=row.api_code,
        beside=beside,
    )


async def carried_out(
    services: WireServices,
    row: Endpoint,
    caller: Caller,
    values: dict[str, Any],
    pairs: Sequence[tuple[str, str]],
    *,
    headers: Mapping[str, str],
    own: Callable[[], str],
) -> tuple[Any, dict[str, Any] | None]:
    """What a row does for a caller who may: the data of its answer, and what stands beside it.

    `values` are those of its body, `pairs` those of its query; a row reads one of them. `own` is the issuer.
    """
    given, walk, cursors = None, None, services.cursors
    if wanted := unchanged.condition(row.name, headers):
        caller = replace(caller, unchanged=wanted)
    unchanged.require_kept(row.name, caller)
    if row.takes_body:
        walk, values = walking.of_body(row, caller, cursors, values)
        given = body_struct(row.request, values, row.blank) if row.request else None
        caller = replace(caller, body=given)
    elif row.request:
        walk, pairs = walking.of_query(row, caller, cursors, pairs)
        given = query_struct(row.request, pairs, row.blank)
    caller, given = await limited.admitted(services, caller, row, given)
    data = await row.handler(V3Request(caller, services, headers, own, walk), given)
    if row.request:
        without_effect.note(row.request.__name__, values)
    if walk is None:
        return data, None
    return walking.answered(row, cursors, walk, given, data)


async def asked(
    services: WireServices,
    row: Endpoint,
    caller: Caller,
    values: Mapping[str, Any],
    *,
    own: Callable[[], str],
) -> tuple[Any, dict[str, Any] | None]:
    """`carried_out` for somebody in this process, who has no query to spell values in."""
    pairs = [] if row.takes_body else list(_pairs(values))
    return await carried_out(services, row, caller, dict(values), pairs, headers={}, own=own)


def _pairs(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """As a client would spell them in a query."""
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                yield name, ("true" if one else "false") if isinstance(one, bool) else str(one)


def row_named(name: str) -> Endpoint:
    """`POST list-users`, or a path from its slash on. Raises as `row_at`."""
    method, _, path = name.partition(" ")
    if not path:
        raise NotFound(path=name)
    return row_at(method, path if path.startswith("/") else f"{PREFIX}{path}")


def named_by_path(
    row: Endpoint, path: str, values: dict[str, Any], pairs: Sequence[tuple[str, str]]
) -> tuple[dict[str, Any], Sequence[tuple[str, str]]]:
    """Body and query with what the path names, which they cannot say otherwise."""
    named = row.in_path(path)
    if not named:
        return values, pairs
    return values | named, [*(pair for pair in pairs if pair[0] not in named), *named.items()]


def row_at(method: str, path: str) -> Endpoint:
    row = built(method, path)
    if row is not None:
        return row
    if url := known(method, path):
        trace.note(operation=f"{method} {url.removeprefix(PREFIX)}")
        raise NotSupported(what=f"{method} {url}")
    raise NotFound(path=path)
