"""What lies between the spans that end and the collector: a bounded queue and a thread.

The SDK's own (BatchSpanProcessor) does not say how many it dropped, and may take half a minute to end.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from math import inf
from time import monotonic
from typing import Any

import structlog
from prometheus_client import Counter as Metric

SPANS = Metric(
    "poolhouse_spans",
    "Spans by what became of them: sent, dropped (the queue was full, or the server stopped), failed (not taken by the "
    "collector).",
    ["outcome"],
)
MOST = 2048
"""Spans of about 2 KB each."""
BATCH = 256
EVERY_S = 2.0
TOLD_S = 60.0

_log = structlog.get_logger(__name__)


class Queue:
    """A span processor, as the SDK calls it. `send` gives whether the collector took them, and may take as long as it
    likes: nobody waits for it. `why`: the last that it said."""

    def __init__(self, send: Callable[[Sequence[Any]], bool], why: Callable[[], str] = lambda: "") -> None:
        self._send, self._why = send, why
        self._spans: deque[Any] = deque()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._until: float | None = None
        self._lost: Counter[str] = Counter()
        self._told_at = -TOLD_S
        self._thread = threading.Thread(target=self._run, name="spans", daemon=True)
        self._thread.start()

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        """Of the interface."""

    def _on_ending(self, span: Any) -> None:
        """Of the interface."""

    def on_end(self, span: Any) -> None:
        with self._lock:
            waiting = len(self._spans)
            full = waiting >= MOST or self._until is not None
            if not full:
                self._spans.append(span)
        if full:
            self._count("dropped", 1)
        elif waiting + 1 >= BATCH:
            self._wake.set()

    def shutdown(self) -> None:
        self.close(0.0)

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return not self._spans

    def close(self, within_s: float) -> None:
        """Sends what waits. What has not been sent by then is dropped, and the thread left to itself."""
        if self._until is None:
            self._until = monotonic() + within_s
            self._wake.set()
            self._thread.join(within_s)
            left = len(self._take(MOST))
            if left:
                self._count("dropped", left)
            self._tell(monotonic() + TOLD_S)

    def _run(self) -> None:
        while not self._is_over():
            self._wake.wait(EVERY_S)
            self._wake.clear()
            while batch := self._take(BATCH):
                self._pass_on(batch)
                if self._is_over(monotonic()):
                    break
            self._tell(monotonic())

    def _is_over(self, now: float = inf) -> bool:
        return self._until is not None and now >= self._until

    def _pass_on(self, batch: Sequence[Any]) -> None:
        try:
            sent = self._send(batch)
        except Exception:  # the thread must not end by one batch
            _log.warning("spans_not_sent", exc_info=True)
            sent = False
        if sent:
            SPANS.labels("sent").inc(len(batch))
        else:
            self._count("failed", len(batch))

    def _take(self, most: int) -> list[Any]:
        with self._lock:
            return [self._spans.popleft() for _ in range(min(most, len(self._spans)))]

    def _count(self, outcome: str, spans: int) -> None:
        SPANS.labels(outcome).inc(spans)
        with self._lock:
            self._lost[outcome] += spans

    def _tell(self, now: float) -> None:
        """At most once a minute: a collector that is gone loses every span."""
        with self._lock:
            if not self._lost or now - self._told_at < TOLD_S:
                return
            lost, self._lost, self._told_at = dict(self._lost), Counter(), now
        _log.warning("spans_lost", spans=sum(lost.values()), outcomes=lost, cause=self._why())
