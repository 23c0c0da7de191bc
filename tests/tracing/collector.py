"""A collector that takes OTLP over HTTP: it decodes what comes, and can be slow, or refuse."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class Taken:
    """A span as it arrived. `kind` and `status` by their numbers in the protocol: 2 server, 3 client; 2 error."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    status: int
    status_message: str
    attributes: dict[str, Any]
    resource: dict[str, Any]
    events: int
    took_ms: float


@dataclass
class Collector:
    """`raw`: the bodies of all requests. `answers` is a status; while `holds` is not set nothing is answered."""

    raw: list[bytes] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    answers: int = 200
    holds: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    spans: list[Taken] = field(default_factory=list)


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    collector.holds.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if not collector.holds.wait(30):
                return
            if self.path == "/v1/traces" and collector.answers == 200:
                collector.raw.append(body)
                collector.spans.extend(_spans(body))
                collector.heads.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(collector.answers)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.holds.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def _spans(body: bytes) -> Iterator[Taken]:
    request = ExportTraceServiceRequest()
    request.ParseFromString(body)
    for of_resource in request.resource_spans:
        resource = _values(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield Taken(
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.kind,
                    span.status.code,
                    span.status.message,
                    _values(span.attributes),
                    resource,
                    len(span.events),
                    (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6,
                )


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
