"""Lines of the log wait in memory for whoever takes them, so that a pipe nobody reads holds no request.

Decision: docs/decisions/0126-log-lines-wait.md.
"""

from __future__ import annotations

import os
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import TextIO

import structlog
from prometheus_client import Counter

MOST = 4 << 20
"""Characters that wait. Lines that come then are lost, counted and told of."""
AT_ONCE = 1 << 16
"""Characters that are written together."""
ENDING_S = 2.0

LOST = Counter(
    "poolhouse_log_lines_lost", "Lines of the log that were not written, because nobody took those before."
)

_log = structlog.get_logger(__name__)


class LogLines:
    """A text stream, as loggers want one, in front of `file`, which a thread of each process writes to."""

    def __init__(self, file: TextIO, most: int = MOST) -> None:
        self._file, self._most = file, most
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """With nothing of what waits in the process that was forked: that one writes it."""
        self._lock = Lock()
        self._waiting: SimpleQueue[str | Event] = SimpleQueue()
        self._size, self._lost = 0, 0
        self._thread: Thread | None = None

    def write(self, line: str) -> int:
        """Whole lines. Never waits and never raises."""
        with self._lock:
            if self._size + len(line) > self._most:
                self._lost += 1
                LOST.inc()
                return 0
            self._size += len(line)
            self._waiting.put(line)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="log lines", daemon=True)
                self._thread.start()
        return len(line)

    def flush(self) -> None:
        """Nobody waits for a line; `settle` does."""

    def settle(self, within_s: float = ENDING_S) -> bool:
        """Waits until everything is written that came before; false where nobody takes it."""
        if self._thread is None:
            return True
        written = Event()
        self._waiting.put(written)
        return written.wait(within_s)

    def _run(self) -> None:
        while True:
            lines, written = self._next()
            with suppress(OSError, ValueError):  # whoever read it is gone
                self._file.write(lines)
                self._file.flush()
            with self._lock:
                self._size -= len(lines)
                lost, self._lost = self._lost, 0
            if lost:
                _log.warning("log_lines_lost", lines=lost)
            if written is not None:
                written.set()

    def _next(self) -> tuple[str, Event | None]:
        """What waits, as far as it is written together; and who waits for that."""
        lines, size = list[str](), 0
        with suppress(Empty):
            while size < AT_ONCE:
                one = self._waiting.get(block=not lines)
                if isinstance(one, Event):
                    return "".join(lines), one
                lines.append(one)
                size += len(one)
        return "".join(lines), None
