"""The HTTP face of the v2 wire: reads a request, lets the gate say who asks, answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.routing import Route as HttpRoute
from starlette.types import Receive, Scope, Send

from poolhouse import failures, trace
from poolhouse.caller import Caller
from poolhouse.credentials.service import nobody
from poolhouse.errors import PoolhouseError
from poolhouse.services import WireServices
from poolhouse.settings import Settings
from poolhouse.wire import request as http
from poolhouse.wire.request import HttpRequest
from poolhouse.wire.v2 import graphql, rest
from poolhouse.wire.v2.graphql import GraphQL
from poolhouse.wire.v2.request import DEFAULT_ZONE, V2Request
from poolhouse.wire.v2.rest import Rest

_log = structlog.get_logger(__name__)

PREFIX = "/api/v2/"


@dataclass(frozen=True, slots=True)
class Admission:
    """Who asks. A refused token makes an anonymous caller and `refusal`: some doors are open to all. `granted`: whom
    the token speaks for where it is an application's access token."""

    caller: Caller
    zone: ZoneInfo = DEFAULT_ZONE
    refusal: PoolhouseError | None = None
    granted: Caller | None = None


class Gate(Protocol):
    async def admit(self, request: HttpRequest) -> Admission: ...


class V2Wire:
    def __init__(
        self, services: WireServices, gate: Gate, graph: GraphQL, rest: Rest, settings: Settings
    ) -> None:
        self._services, self._gate = services, gate
        self._graph, self._rest = graph, rest
        self._settings = settings

    def routes(self, paths: Collection[str] = ()) -> list[BaseRoute]:
        """`/graphql/v2`, everything under `/api/v2/`, and the REST paths that lie elsewhere."""
        return [HttpRoute("/graphql/v2", self.graphql, methods=["POST"]), RestRoute(self.rest, paths)]

    async def graphql(self, request: Request) -> Response:
        asked, error = await self._read(request)
        reply = graphql.refusal(asked, error) if error else await self._graph.answer(asked)
        return Response(reply.body, reply.status, dict(reply.headers), "application/json")

    async def rest(self, request: Request) -> Response:
        asked, error = await self._read(request)
        return rest.refusal(asked, error) if error else await self._rest.answer(asked)

    async def _read(self, request: Request) -> tuple[V2Request, PoolhouseError | None]:
        """What is asked and by whom, or what is asked by nobody and why nobody."""
        trace.note(wire="v2")
        asked = http.head_of(request, self._settings)
        try:
            asked = await http.read(request, asked)
            admission = await self._gate.admit(asked)
            admission.caller.note()
            trace.note(actor_id=admission.caller.actor_id)
        except PoolhouseError as error:
            return self._of_nobody(asked), error
        except Exception as error:
            _log.exception("request_failed", request_id=asked.request_id)
            return self._of_nobody(asked), PoolhouseError(failures.told(error))
        return (
            V2Request(
                admission.caller,
                self._services,
                asked,
                admission.zone,
                admission.refusal,
                granted=admission.granted,
            ),
            None,
        )

    def _of_nobody(self, asked: HttpRequest) -> V2Request:
        caller = nobody(http.presented(asked.headers, ip=asked.ip, lang=asked.lang))
        return V2Request(caller, self._services, asked)


class RestRoute(BaseRoute):
    """Every path of the REST half, whatever characters it holds, so that each gets an envelope.

    `paths`: those outside `/api/v2/`; one that ends with a slash is all that is below it.
    """

    def __init__(self, answer: Callable[[Request], Awaitable[Response]], paths: Collection[str]) -> None:
        self._answer, self._paths = answer, frozenset(paths)
        self._below = (PREFIX, *(path for path in paths if path.endswith("/")))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        ours = scope["type"] == "http" and (
            scope["path"].startswith(self._below) or scope["path"] in self._paths
        )
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)
