"""Answers the REST half of the v2 wire: a router and the envelope `{code, message, data}`.

Success is code 200; HTTP is 200 for every business error too. In a path, words win over ids.
Source: docs/contract/v2.md#refusals, docs/contract/v2.md#transport.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import msgspec
import structlog
from starlette.responses import Response

from poolhouse import failures, trace
from poolhouse.errors import InvalidInput, NotAuthenticated, NotSupported, PoolhouseError
from poolhouse.paging import Page
from poolhouse.texts import fault_of
from poolhouse.wire import without_effect
from poolhouse.wire.request import path_for_log
from poolhouse.wire.sentences import said
from poolhouse.wire.v2 import errors, guard_envelope, shapes
from poolhouse.wire.v2.clock import written
from poolhouse.wire.v2.plans import Projected
from poolhouse.wire.v2.request import Answer, Handler, Route, V2Request

_log = structlog.get_logger(__name__)

_PARAMETER = re.compile(r"\{(\w+)\}\Z")


Found = tuple[Handler, dict[str, str], str]


class Router:
    """A tree of path segments as they are spelled; a literal segment wins over a parameter (`users/batch`,
    `users/{userId}`), and a parameter's value is unquoted."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            node = self._root
            names: list[str] = []
            for segment in route.path.strip("/").split("/"):
                parameter = _PARAMETER.match(segment)
                if parameter:
                    names.append(parameter[1])
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
                else:
                    node = node.literals.setdefault(segment, _Node())
            if route.method in node.handlers:
                raise ValueError(f"two handlers for {route.method} {route.path}")
            node.handlers[route.method] = (route.handler, tuple(names), f"{route.method} {route.path}")

    def find(self, method: str, path: str) -> Found | None:
        """The handler, the path's parameters and the route's name; None when nobody serves this method and path."""
        return self._root.find(method, path.removeprefix("/").split("/"), 0, ())


class _Node:
    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.handlers: dict[str, tuple[Handler, tuple[str, ...], str]] = {}

    def find(self, method: str, segments: list[str], at: int, values: tuple[str, ...]) -> Found | None:
        if at == len(segments):
            found = self.handlers.get(method)
            return None if found is None else (found[0], dict(zip(found[1], values, strict=True)), found[2])
        segment = segments[at]
        if segment in self.literals:
            found_below = self.literals[segment].find(method, segments, at + 1, values)
            if found_below is not None:
                return found_below
        if self.parameter is not None and segment:
            return self.parameter.find(method, segments, at + 1, (*values, unquote(segment)))
        return None


class Rest:
    def __init__(self, router: Router) -> None:
        self._router = router

    async def answer(self, request: V2Request) -> Response:
        try:
            return await self._answer(request)
        except PoolhouseError as error:
            return refusal(request, error)
        except Exception as error:
            _log.exception(
                "request_failed", request_id=request.http.request_id, path=path_for_log(request.http.path)
            )
            return refusal(request, PoolhouseError(failures.told(error)))

    async def _answer(self, request: V2Request) -> Response:
        found = self._router.find(request.http.method, request.http.path)
        if found is None:
            raise NotSupported(what=f"{request.http.method} {path_for_log(request.http.path)}")
        handler, path, name = found
        trace.note(operation=name)
        if fault := fault_of("".join(path.values())):
            raise InvalidInput("path", *fault)
        try:
            given = await handler(replace(request, path=path))
        except NotAuthenticated as error:
            if type(error) is NotAuthenticated and request.refusal:
                raise request.refusal from error
            raise
        if isinstance(given, Response):
            return given
        if name in without_effect.PATHS:
            without_effect.note(name, request.http.json_object())
        answer = given if isinstance(given, Answer) else Answer(given)
        return json_response(enveloped(request, answer))


def enveloped(request: V2Request, answer: Answer) -> dict[str, Any]:
    body = {
        "code": answer.code,
        "message": said(answer.message, request.caller.lang),
        "data": render(answer.data, request.zone),
    }
    return body | guard_envelope.said(answer.code) if guard_envelope.asks(request) else body


def refusal(request: V2Request, error: PoolhouseError) -> Response:
    trace.note(error=error)
    body = errors.described(error, request.caller.lang) | {"requestId": request.http.request_id}
    status = errors.row(error).http
    if guard_envelope.asks(request):
        body |= guard_envelope.refused(error, body["code"], body["data"])
        status = guard_envelope.http_status(status)
    return json_response(body, status, errors.headers(error))


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body), status, headers, "application/json")


def render(value: Any, zone: ZoneInfo) -> Any:
    """A model as v2 REST writes it: camelCase, times in the pool's zone, a Page as {totalCount, list}."""
    match value:
        case None | str() | bool() | int() | float() | Projected():
            return value
        case datetime():
            return written(value, zone)
        case Mapping():
            return {str(key): render(item, zone) for key, item in value.items()}
        case Page():
            return {
                "totalCount": value.total,
                "list": [render(item, zone) for item in value.items],
            }
        case list() | tuple() | set() | frozenset():
            return [render(item, zone) for item in value]
    names = shapes.declared(type(value))
    if not names:
        return value
    return {shapes.camel(name): render(getattr(value, name), zone) for name in names}
