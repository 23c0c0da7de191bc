"""What a request, and work beside the requests, spent its time on: spans of OpenTelemetry.

Owns which spans there are, what they are called and what they say: names of closed lists, ids, numbers and classes of
errors; never a value, a statement, a path or query of an address, or the words of an exception. Leaves sending them to
`sending.py`. Without a collector a span costs a comparison, and nothing of OpenTelemetry is imported.

Decision: docs/decisions/0121-opentelemetry.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, Token
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from poolhouse import clock

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

MOST_SPANS = 500
"""Of a trace: an export or an import has a statement for each thousand people. The root says how many are left out."""

Kind = Literal["internal", "client", "server"]
Attributes = Mapping[str, str | int]

METHODS = frozenset(("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"))

_OPERATION = re.compile(r"[\s(]*(\w+)")
_TABLE = re.compile(r"\binto\s+(\w+)|\b(?:from|join|update)\s+(?!set\b)([a-z_]\w*)\b(?!\s*\()", re.IGNORECASE)

_tracer: Tracer | None = None


class Span:
    """One that is under way: spans begun in its block, and statements, are its children."""

    __slots__ = ("_budget", "_is_root", "_span", "_token")

    def __init__(self, span: Any, budget: _Budget, *, is_root: bool) -> None:
        self._span, self._budget, self._is_root = span, budget, is_root
        self._token: Token[Span | None] | None = None

    def __enter__(self) -> Span:
        self._token = current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            current.reset(self._token)
        if error is not None:
            self.failed(type(error).__name__, is_fault=isinstance(error, Exception))
        if self._is_root and self._budget.left_out:
            self.say("poolhouse.spans_left_out", self._budget.left_out)
        self.end()

    def end(self, at_ns: int | None = None) -> None:
        self._span.end(at_ns)

    @property
    def ids(self) -> tuple[str, str]:
        """Of the trace and of the span, in hexadecimal digits."""
        context = self._span.get_span_context()
        return f"{context.trace_id:032x}", f"{context.span_id:016x}"

    def call_it(self, name: str) -> None:
        self._span.update_name(name)

    def say(self, name: str, value: str | int) -> None:
        """Nothing of an empty text."""
        if value != "":
            self._span.set_attribute(name, value)

    def failed(self, kind: str, *, is_fault: bool = True) -> None:
        """`kind`: a class, or a reason of a closed list. Without fault it was refused, as it should be."""
        self._span.set_attribute("error.type", kind)
        if is_fault:
            from opentelemetry.trace import StatusCode

            self._span.set_status(StatusCode.ERROR)

    def child(
        self, name: str, kind: Kind, attributes: Attributes, began_ns: int | None = None
    ) -> Span | None:
        """None where the trace has too many already."""
        if self._budget.left <= 0 or _tracer is None:
            self._budget.left_out += 1
            return None
        self._budget.left -= 1
        from opentelemetry.trace import SpanKind, set_span_in_context

        begun = _tracer.start_span(
            name,
            set_span_in_context(self._span),
            SpanKind[kind.upper()],
            dict(attributes),
            start_time=began_ns,
        )
        return Span(begun, self._budget, is_root=False)


class _Budget:
    __slots__ = ("left", "left_out")

    def __init__(self) -> None:
        self.left, self.left_out = MOST_SPANS, 0


current: ContextVar[Span | None] = ContextVar("span", default=None)
"""None where nothing is recorded: no collector, work without a span of its own, a trace that is not sampled."""

_NOTHING: AbstractContextManager[None] = nullcontext()


def is_on() -> bool:
    return _tracer is not None


def record_by(tracer: Tracer | None) -> None:
    """`sending.py` begins and ends it."""
    global _tracer
    _tracer = tracer


def span(
    name: str, kind: Kind = "internal", attributes: Attributes | None = None
) -> AbstractContextManager[Span | None]:
    """A part of what is going on; nothing where that is not recorded."""
    parent = current.get()
    if parent is None:
        return _NOTHING
    return parent.child(name, kind, attributes or {}) or _NOTHING


def work(name: str, pool_id: str = "") -> AbstractContextManager[Span | None]:
    """A trace of its own, of work that no request waits for."""
    if _tracer is None:
        return _NOTHING
    return _root(name, "internal", {"poolhouse.pool_id": pool_id} if pool_id else {}, None) or _NOTHING


def request(method: str, headers: Iterable[tuple[bytes, bytes]], *, continues: bool) -> Span | None:
    """Of a request, which is named at its end. `continues`: the trace that its `traceparent` names."""
    if _tracer is None:
        return None
    method = method if method in METHODS else "_OTHER"
    parent = _parent(headers) if continues else None
    return _root(method, "server", {"http.request.method": method}, parent)


def _root(name: str, kind: Kind, attributes: Attributes, parent: Any) -> Span | None:
    from opentelemetry.context import Context
    from opentelemetry.trace import SpanKind

    assert _tracer is not None
    begun = _tracer.start_span(name, parent or Context(), SpanKind[kind.upper()], dict(attributes))
    return Span(begun, _Budget(), is_root=True) if begun.is_recording() else None


def _parent(headers: Iterable[tuple[bytes, bytes]]) -> Any:
    """Source: W3C Trace Context, 3.2. Without `tracestate`, which nobody here reads."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    given = [value for name, value in headers if name == b"traceparent"]
    if len(given) != 1 or len(given[0]) > 128:
        return None
    return TraceContextTextMapPropagator().extract({"traceparent": given[0].decode("latin-1")})


def statement(done: Any) -> None:
    """What asyncpg tells of each statement (`LoggedQuery`), of which the text, the arguments and the words of an error
    stay here."""
    parent = current.get()
    if parent is None:
        return
    ended = int(clock.machine_s() * 1e9)  # as OpenTelemetry's own spans have it
    name, attributes = _named(done.query)
    child = parent.child(name, "client", attributes, ended - int(done.elapsed * 1e9))
    if child is None:
        return
    if done.exception is not None:
        child.failed(type(done.exception).__name__, is_fault=isinstance(done.exception, Exception))
        child.say("db.response.status_code", getattr(done.exception, "sqlstate", None) or "")
    child.end(ended)


@lru_cache(512)
def _named(sql: str) -> tuple[str, Attributes]:
    """By what it does and the first table it names, of which no statement of ours takes one from outside."""
    found = _OPERATION.match(sql)
    operation = found[1].upper() if found else "STATEMENT"
    attributes = {"db.system.name": "postgresql", "db.operation.name": operation}
    table = _TABLE.search(sql)
    if table is None:
        return operation, attributes
    name = table[1] or table[2]
    return f"{operation} {name}", {**attributes, "db.collection.name": name}
