"""Logs: one JSON object a line on standard error, or colored text where a person watches."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO, cast

import msgspec
import structlog

from poolhouse import failures, trace, tracing


def configure(level: str = "info", *, waiting: bool = False) -> None:
    """Every record carries its time and level, and while a request is answered its id and pool.

    `waiting`: lines wait for whoever takes them (`log_lines`), as a server's do; `settle` at its end.
    """
    number = getattr(logging, level.upper(), logging.INFO)
    watched = sys.stderr.isatty()
    out = _waiting() if waiting else sys.stderr
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if watched
        else structlog.processors.JSONRenderer(_json)
    )
    # Never what an exception quotes, never a frame's variables: among them are passwords and connection strings.
    told = failures.told_to_a_person if watched else failures.told_in_full
    structlog.configure(
        processors=[
            _request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(lambda about: told(about[1]) if about[1] else None),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    logging.raiseExceptions = False  # a line that cannot be written is lost, not printed with its arguments
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Libraries("%(levelname)s %(message)s"))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler])


def _waiting() -> TextIO:
    from poolhouse.log_lines import LogLines  # it counts, and a command has nothing to count

    lines = LogLines(sys.stderr)
    _settling.append(lines.settle)
    return cast(TextIO, lines)


_settling: list[Callable[[], object]] = []


def settle() -> None:
    """Before a server's process ends: what waits is written, for as long as somebody takes it."""
    while _settling:
        _settling.pop()()


class _Libraries(logging.Formatter):
    """What libraries log: the same rule for their exceptions, asyncio's of lost tasks among them."""

    def formatException(self, ei: Any) -> str:
        return failures.told_to_a_person(ei[1])

    def formatMessage(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.name == "asyncio":
            record.message = record.message.partition("\n")[0]  # the rest is the task, with its exception
        return super().formatMessage(record)


def _request(logger: Any, method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    about = trace.current.get()
    if about is not None:
        record.setdefault("request_id", about.request_id)
        if about.pool_id:
            record.setdefault("pool_id", about.pool_id)
    span = tracing.current.get()
    if span is not None:
        record["trace_id"], record["span_id"] = span.ids
    return record


def _json(record: Any, default: Callable[[Any], Any] = repr, **_: Any) -> str:
    """A tenth of the time of the standard library, which takes over where a text is not even UTF-8."""
    try:
        return _encoder.encode(record).decode()
    except (TypeError, ValueError):
        return json.dumps(record, default=default)


_encoder = msgspec.json.Encoder(enc_hook=repr)
