"""Where spans go: to a collector, by OTLP over HTTP, where the standard's environment variables name one.

Source: OpenTelemetry, Environment Variable Specification, and OpenTelemetry Protocol Exporter. All that they say of
the address, headers, certificates, the sampler and the resource is read by OpenTelemetry's own packages.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from poolhouse import tracing
from poolhouse.tracing.queue import Queue

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

ENDING_S = 3.0
"""How long a server that stops waits for the collector."""

_PACKAGES = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")


def obstacle(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Why there are no spans although a collector is named, in Chinese and in English. A server starts all the same:
    these variables are often set for every program of a platform."""
    if not _asked(environment):
        return None
    protocol = _of_traces(environment, "PROTOCOL")
    if protocol not in ("", "http/protobuf"):
        return (
            "不发送追踪数据：OTEL_EXPORTER_OTLP_PROTOCOL 须为 http/protobuf，收集器的端口一般是 4318",
            "no traces are sent: OTEL_EXPORTER_OTLP_PROTOCOL should be http/protobuf, the port as a rule 4318",
        )
    if not _of_traces(environment, "ENDPOINT").startswith(("http://", "https://")):
        return (
            "不发送追踪数据：OTEL_EXPORTER_OTLP_ENDPOINT 须以 http:// 或 https:// 开头",
            "no traces are sent: OTEL_EXPORTER_OTLP_ENDPOINT should begin with http:// or https://",
        )
    if not all(_is_there(package) for package in _PACKAGES):
        return (
            "不发送追踪数据：缺少 OpenTelemetry 的软件包，请 pip install 'poolhouse[opentelemetry]'，"
            "或设置 OTEL_SDK_DISABLED=true",
            "no traces are sent: the packages of OpenTelemetry are missing: pip install 'poolhouse[opentelemetry]', "
            "or set OTEL_SDK_DISABLED=true",
        )
    return None


@asynccontextmanager
async def sent() -> AsyncIterator[None]:
    """Spans are recorded and sent while the block lasts, if a collector is named and nothing is in the way."""
    if not _asked(os.environ) or obstacle(os.environ):
        yield
        return
    queue, stop = await asyncio.to_thread(_begun)
    try:
        yield
    finally:
        tracing.record_by(None)
        await asyncio.to_thread(queue.close, ENDING_S)
        stop()


def _begun() -> tuple[Queue, Any]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExportResult

    said = _Said()
    exporter = OTLPSpanExporter()

    def send(spans: Sequence[ReadableSpan]) -> bool:
        return exporter.export(spans) is SpanExportResult.SUCCESS

    queue = Queue(send, lambda: said.last)
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    provider.add_span_processor(queue)  # type: ignore[arg-type]
    tracing.record_by(provider.get_tracer("poolhouse", metadata.version("poolhouse")))
    return queue, exporter.shutdown


def _resource() -> Resource:
    """What the environment says of this service, and what it leaves out."""
    from opentelemetry.sdk.resources import Resource

    ours: dict[str, str | int] = {
        "service.version": metadata.version("poolhouse"),
        "service.instance.id": str(uuid4()),
        "host.name": socket.gethostname(),
        "process.pid": os.getpid(),
    }
    told = Resource.create()
    if str(told.attributes.get("service.name", "")).startswith("unknown_service"):
        told = told.merge(Resource({"service.name": "poolhouse"}))
    return Resource(ours).merge(told)


class _Said(logging.Handler):
    """The last that OpenTelemetry's packages complained of. They do so for every batch, hence not into the log."""

    def __init__(self) -> None:
        super().__init__()
        self.last = ""
        logger = logging.getLogger("opentelemetry")
        logger.propagate = False
        logger.handlers[:] = [self]

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()[:300]


def _asked(environment: Mapping[str, str]) -> bool:
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    exporters = environment.get("OTEL_TRACES_EXPORTER", "otlp") or "otlp"
    return not disabled and "otlp" in exporters and bool(_of_traces(environment, "ENDPOINT"))


def _of_traces(environment: Mapping[str, str], name: str) -> str:
    for prefix in ("OTEL_EXPORTER_OTLP_TRACES_", "OTEL_EXPORTER_OTLP_"):
        if given := environment.get(f"{prefix}{name}", "").strip():
            return given
    return ""


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
