"""Background tasks: loops that survive any exception, and work that shutdown waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from prometheus_client import Counter

FAILURES = Counter(
    "poolhouse_background_failures", "Turns of a loop beside the requests that failed.", ["loop"]
)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0

_log = structlog.get_logger(__name__)


async def forever(
    name: str,
    turn: Callable[[], Awaitable[object]],
    rest: Callable[[], Awaitable[object]] | None = None,
    *,
    pause_s: float | None = None,
) -> None:
    """`turn`, then `rest`, again and again until the task is cancelled.

    A failure of either, expected or not, is told, counted and followed by the next turn: after `pause_s` (a second),
    then after twice as long each time, a minute at most.
    """
    first_s = FIRST_PAUSE_S if pause_s is None else pause_s
    pause = first_s
    while True:
        try:
            await turn()
            pause = first_s
            if rest is not None:
                await rest()
            await asyncio.sleep(0)  # neither may have waited for anything, and others want their turn
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and is_cancelled():
                raise
            FAILURES.labels(name).inc()
            _log.warning("background_turn_failed", loop=name, again_in_s=pause, exc_info=True)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)


class Tasks:
    """Work nobody waits for, `name` in the log when it fails; stopping waits for it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._running: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, None], then: Callable[[], object] | None = None) -> None:
        """`then` is called once the work no longer runs, however it ended."""
        task = asyncio.create_task(work, name=self._name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        if then is not None:
            task.add_done_callback(lambda _: then())

    async def settled(self, within_s: float | None = None) -> None:
        """Waits until nothing runs; what still does after `within_s` is cancelled, and told."""
        try:
            async with asyncio.timeout(within_s):
                while self._running:
                    await asyncio.wait(self._running)
        except TimeoutError:
            left = list(self._running)
            _log.warning("background_work_cancelled", work=self._name, tasks=len(left), after_s=within_s)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("background_work_failed", work=self._name, exc_info=error)


def is_cancelled() -> bool:
    """Whether this task was told to stop, and not merely something it waited for."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


async def in_turn(*steps: tuple[str, Callable[[], Awaitable[object]]]) -> None:
    """Every step of an ending, whatever became of the one before it; one that fails is told by its name."""
    for name, step in steps:
        try:
            await step()
        except Exception:
            _log.exception("stopping_step_failed", step=name)
