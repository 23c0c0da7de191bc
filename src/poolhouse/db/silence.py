"""A server that says nothing any more: its machine is paused, or cut off, and nobody closes the connections.

A statement may rightly take long, or wait for another. So the server is not judged by the statement: when somebody
has held a connection for LOOK_S, another is opened to the same place, and only where that is not answered either
are they given up. Without it a request would wait for as long as a statement may take, 35 s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

import structlog

from poolhouse.db.connecting import answers
from poolhouse.failures import told

LOOK_S = 2.0
AGAIN_S = 5.0
ANSWER_S = 5.0

_log = structlog.get_logger(__name__)


class Silence:
    """Knows who holds a connection since when; `lost` is called when some of them were ended."""

    def __init__(self, url: str, lost: Callable[[], None]) -> None:
        self._url, self._lost = url, lost
        self._held: dict[int, tuple[Any, float]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None

    def took(self, connection: Any) -> None:
        self._held[id(connection)] = connection, monotonic()
        if self._timer is None and self._asking is None:
            self._look_in(LOOK_S)

    def gave_back(self, connection: Any) -> None:
        self._held.pop(id(connection), None)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._asking is not None:
            self._asking.cancel()

    def _look_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        long = self._held_since(monotonic() - LOOK_S)
        if long:
            self._asking = asyncio.create_task(self._ask(long), name="silence")
        elif self._held:
            self._look_in(LOOK_S)

    def _held_since(self, moment: float) -> list[Any]:
        return [connection for connection, since in self._held.values() if since <= moment]

    async def _ask(self, long: list[Any]) -> None:
        began = monotonic()
        try:
            for place in {connection._addr: connection for connection in long}.values():
                if not await answers(self._url, place, ANSWER_S):
                    self._end(place._addr, began)
        except Exception as error:
            _log.warning("silence_not_judged", cause=told(error))
        finally:
            self._asking = None
        if self._held:
            self._look_in(AGAIN_S)

    def _end(self, address: Any, before: float) -> None:
        ended = [one for one in self._held_since(before) if one._addr == address]
        if not ended:
            return  # they were answered after all
        _log.warning("database_silent", connections=len(ended), for_s=round(monotonic() - before + LOOK_S, 1))
        for connection in ended:
            connection.terminate()
        self._lost()
