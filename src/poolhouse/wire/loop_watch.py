"""Watches the event loop: measures its delay, and logs what blocks it.

One request's work on the loop makes all others wait, and no duration tells whose it was. A task writes down when
it was woken; a thread sees when that has not happened for too long, and looks at what the loop's thread is doing.
Only places in the code and the operation's name are told, never a value.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE
from pathlib import Path
from time import monotonic
from types import FrameType

import structlog
from prometheus_client import Histogram

import poolhouse
from poolhouse.trace import Trace
from poolhouse.wire.observed import Observed

TICK_S = 0.025
HELD_S = 0.1
TELL_S = 5.0
"""A loop held for longer is told of before it turns again: perhaps it never does."""
QUIET_S, LONG_S = 1.0, 1.0
"""Of what holds the loop for less than LONG_S one is told of in QUIET_S, and none that is nobody's here: a busy
machine would fill the log. All are in the numbers."""

LAG = Histogram(
    "poolhouse_loop_lag_seconds",
    "How late the event loop was: each request waits that long at every step.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)

_OURS = Path(poolhouse.__file__).parent
_MOST_PLACES = 4
_ASYNC = CO_COROUTINE | CO_ASYNC_GENERATOR
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen. `places`: `mail/render.py:84 text_of`, innermost first, ours alone."""

    operation: str = ""
    request_id: str = ""
    places: tuple[str, ...] = ()


@asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """Measures the running loop while the block lasts."""
    watch = _Watch(threading.get_ident(), _below_the_loop(sys._getframe()))
    ticking = asyncio.create_task(watch.tick(), name="loop lag")
    thread = threading.Thread(target=watch.look, name="loop watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        watch.ended.set()
        await asyncio.to_thread(thread.join)


class _Watch:
    def __init__(self, thread_id: int, below: frozenset[FrameType]) -> None:
        self._thread_id, self._below = thread_id, below
        self._ticked = monotonic()
        self._quiet_until = 0.0
        self.ended = threading.Event()

    async def tick(self) -> None:
        while True:
            self._ticked = monotonic()
            await asyncio.sleep(TICK_S)
            LAG.observe(max(0.0, monotonic() - self._ticked - TICK_S))

    def look(self) -> None:
        """In a thread of its own, until the end."""
        while not self.ended.wait(HELD_S / 2):
            since = self._ticked
            if monotonic() - since >= HELD_S:
                self._tell(since, self._seen())

    def _tell(self, since: float, sight: Sight) -> None:
        told = False
        while self._ticked == since and not self.ended.wait(0.01):
            if not told and monotonic() - since >= TELL_S:
                told = True
                self._warn(monotonic() - since, sight, turning=False)
        turned = monotonic() if self._ticked == since else self._ticked
        self._warn(turned - since, sight, turning=True)

    def _warn(self, held_s: float, sight: Sight, *, turning: bool) -> None:
        if held_s < LONG_S and (not sight.places or monotonic() < self._quiet_until):
            return
        self._quiet_until = monotonic() + QUIET_S
        more = {"request_id": sight.request_id} if sight.request_id else {}
        _log.warning(
            "loop_held",
            held_ms=round(held_s * 1000),
            operation=sight.operation,
            where=list(sight.places),
            turning_again=turning,
            **more,
        )

    def _seen(self) -> Sight:
        frames = sys._current_frames()
        sight = _sight(frames.pop(self._thread_id, None), self._below)
        if sight.places:
            return sight
        # The loop's thread waits: somebody else has the interpreter, or the machine has no time.
        del frames[threading.get_ident()]
        return next((other for other in map(_sight, frames.values()) if other.places), sight)


def _sight(frame: FrameType | None, below: frozenset[FrameType] = frozenset()) -> Sight:
    places: list[str] = []
    about: Trace | None = None
    for one in _outwards(frame):
        code = one.f_code
        if one in below:
            break
        if code is Observed.__call__.__code__:
            about = one.f_locals.get("about")
            break
        if len(places) < _MOST_PLACES and (path := Path(code.co_filename)).is_relative_to(_OURS):
            places.append(f"{path.relative_to(_OURS)}:{one.f_lineno} {code.co_name}")
    if about is None:
        return Sight(places=tuple(places))
    return Sight(about.operation, about.request_id, tuple(places))


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _below_the_loop(frame: FrameType) -> frozenset[FrameType]:
    """Of the stack of something the loop runs, what the loop itself was started by."""
    stack = list(_outwards(frame))
    run = [at for at, one in enumerate(stack) if one.f_code.co_flags & _ASYNC]
    return frozenset(stack[max(run, default=-1) + 1 :])
