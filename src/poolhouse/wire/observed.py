"""The outermost middleware: gives each request an id, logs one line, counts it, answers 500 where nothing else did."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, MutableMapping
from contextlib import nullcontext
from time import perf_counter
from typing import Any

import structlog
from prometheus_client import Counter as Metric
from prometheus_client import Histogram

from poolhouse import trace, tracing
from poolhouse.db.own_writes import OWN_WRITES
from poolhouse.errors import CustomDatabaseUnavailable, DatabaseFull, DatabaseLost, Overloaded
from poolhouse.trace import Trace
from poolhouse.wire.request import Receive, Scope, Send, path_for_log, request_id_of

REQUESTS = Metric(
    "poolhouse_requests",
    "Requests answered. outcome: ok, refused (by a rule), unavailable (503, 429), fault (of ours).",
    ["api", "operation", "outcome"],
)
DURATION = Histogram(
    "poolhouse_request_seconds",
    "From the request's head to the end of its answer.",
    ["api", "operation"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)

QUIET = frozenset(("/healthz", "/readyz", "/metrics"))
"""Asked every few seconds by machines: told at debug level unless something is wrong."""

SHED_TOLD_S = 1.0


def _with_kinds_of(*kinds: type[BaseException]) -> Iterator[str]:
    for kind in kinds:
        yield kind.__name__
        yield from _with_kinds_of(*kind.__subclasses__())


_DOWN = frozenset(_with_kinds_of(CustomDatabaseUnavailable, DatabaseFull, DatabaseLost, Overloaded))
"""Errors that are no fault of the caller: something this server needs does not answer."""

_FAULT = b'{"code":500,"statusCode":500,"message":"Internal error"}'
_NOT_RECORDED = nullcontext()
_log = structlog.get_logger(__name__)


class Observed:
    """`paths` are those a request may be named by when its wire names no operation: all others are `unknown`,
    so that strangers cannot fill the memory with names.

    While `draining` answers True every answer ends its connection: a proxy then sends its next request to another
    node, and not on a connection that this one is about to close. `continues_traces`: those of the proxy in front.
    """

    def __init__(
        self,
        app: Callable[[Scope, Receive, Send], Awaitable[None]],
        paths: Collection[str] = (),
        draining: Callable[[], bool] = lambda: False,
        *,
        continues_traces: bool = False,
    ) -> None:
        self._app, self._draining, self._continues = app, draining, continues_traces
        self._paths = frozenset(paths)
        self._measured: dict[tuple[str, str, str], tuple[Any, Any]] = {}
        self._shed = _Shed()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = perf_counter()
        about = Trace(request_id_of(scope["headers"]))
        token = trace.current.set(about)
        if tracing.is_on() and scope["path"] not in QUIET:
            about.span = tracing.request(scope["method"], scope["headers"], continues=self._continues)
        status = 0

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                OWN_WRITES.note(about)
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", about.request_id.encode())]
                if self._draining():
                    headers.append((b"connection", b"close"))
                message = {**message, "headers": [*headers, *_notice(about)]}
            await send(message)

        with about.span or _NOT_RECORDED:
            try:
                await self._app(scope, receive, sending)
            except Exception as error:
                trace.note(error=error)
                _log.exception("request_failed", path=path_for_log(scope["path"]))
                if not status:
                    head = {"type": "http.response.start", "status": 500}
                    await sending({**head, "headers": [(b"content-type", b"application/json")]})
                    await send({"type": "http.response.body", "body": _FAULT})
                status = 500
            finally:
                if about.acted and not status:
                    OWN_WRITES.note(about)
                self._tell(about, scope, status, perf_counter() - began)
                trace.current.reset(token)

    def _tell(self, about: Trace, scope: Scope, status: int, took_s: float) -> None:
        path: str = scope["path"]
        more: dict[str, Any] = {}
        if not about.operation:
            known = path in self._paths
            about.operation = path if known else "unknown"
            if not known:
                more["path"] = path_for_log(path)
        wire = about.wire or (
            "oidc" if path.startswith(("/oidc", "/oauth", "/login", "/.well-known")) else "server"
        )
        outcome = outcome_of(status, about.error)
        counted = self._numbers(wire, about.operation, outcome)
        counted[0].inc()
        counted[1].observe(took_s)
        for name in ("app_id", "user_id", "key_id", "address"):
            if known := getattr(about, name):
                more[name] = known
        if about.error:
            more["error"] = about.error
            if about.cause:
                more["cause"] = about.cause
        if about.without_effect:
            more["without_effect"] = about.without_effect
        if outcome == "fault":
            say = _log.error
        elif about.error == Overloaded.__name__:
            self._shed.count(about.cause)
            say = _log.debug
        elif outcome == "unavailable":
            say = _log.warning
        else:
            say = _log.debug if path in QUIET else _log.info
        say(
            "request",
            api=wire,
            operation=about.operation,
            status=status,
            outcome=outcome,
            duration_ms=round(took_s * 1000, 2),
            **more,
        )
        if about.span is not None:
            _finish(about.span, about, scope["method"], wire, status, outcome)

    def _numbers(self, wire: str, operation: str, outcome: str) -> tuple[Any, Any]:
        """Looked up once: the library takes longer to find a child than to count."""
        key = (wire, operation, outcome)
        found = self._measured.get(key)
        if found is None:
            found = REQUESTS.labels(*key), DURATION.labels(wire, operation)
            self._measured[key] = found
        return found


def _finish(span: tracing.Span, about: Trace, method: str, wire: str, status: int, outcome: str) -> None:
    """A request is named by its operation, never by its path. Refusals are no failures of the server's."""
    operation = about.operation.removeprefix(f"{method} ")
    span.call_it(f"{method} {operation}" if method in tracing.METHODS else operation)
    if operation.startswith("/"):
        span.say("http.route", operation)
    if status:
        span.say("http.response.status_code", status)
    span.say("poolhouse.api", wire)
    span.say("poolhouse.operation", operation)
    span.say("poolhouse.outcome", outcome)
    span.say("poolhouse.request_id", about.request_id)
    span.say("poolhouse.pool_id", about.pool_id)
    span.say("poolhouse.app_id", about.app_id)
    span.say("poolhouse.key_id", about.key_id)
    span.say("user.id", about.user_id)
    span.say("client.address", about.address)
    if outcome != "ok":
        span.failed(about.error or str(status), is_fault=outcome in ("fault", "unavailable"))


def _notice(about: trace.Trace) -> list[tuple[bytes, bytes]]:
    """Which fields of the request were stored and do nothing (`wire.without_effect`)."""
    names = ", ".join(field.rpartition(".")[2] for field in about.without_effect)
    return [(b"poolhouse-notice", f"stored without effect: {names}".encode())] if names else []


class _Shed:
    """Requests refused because more came than can be answered. They come by the thousand, when there is least time
    to write them down: so a line a second says how many there were, and why."""

    def __init__(self) -> None:
        self._causes: Counter[str] = Counter()

    def count(self, cause: str) -> None:
        if not self._causes:
            asyncio.get_running_loop().call_later(SHED_TOLD_S, self._tell)
        self._causes[cause] += 1

    def _tell(self) -> None:
        _log.warning("requests_shed", requests=self._causes.total(), causes=dict(self._causes))
        self._causes.clear()


def outcome_of(status: int, error: str) -> str:
    """Refusals are HTTP 200 in v2 and v3, and so is a dead custom database, so the error's name counts as well.
    0: nobody waited."""
    if status in (429, 503) or error in _DOWN:
        return "unavailable"
    if status >= 500 and status != 501:
        return "fault"
    return "refused" if error or status >= 400 or status == 0 else "ok"
