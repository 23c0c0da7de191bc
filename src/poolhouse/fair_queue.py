"""A fair queue: keys (pools) take turns, so that many items of one do not delay the few of another."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque

from poolhouse.errors import Overloaded


class FairQueue:
    """`at_once` places; `most_waiting` wait for one over all keys.

    A place that comes free goes to the key whose turn it is, and there to who has waited longest, or while
    `newest_first` to the newest: where not all can be answered, that some are at once is better than all late. When the
    queue is full the newest of the key with the most waiting gives way to a newcomer of a key with fewer, so
    one key can fill the queue but not keep others out of it.
    """

    def __init__(self, at_once: int, most_waiting: int, what: str) -> None:
        self._free, self._most_waiting, self._what = at_once, most_waiting, what
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._count = 0
        self.newest_first = False

    @property
    def waiting(self) -> int:
        return self._count

    @property
    def free(self) -> bool:
        """Whether one may enter now without waiting."""
        return self._free > 0 and not self._count

    async def enter(self, key: str) -> None:
        """Waits for a place, which must be given back by `leave`. Raises Overloaded."""
        if self.free:
            self._free -= 1
            return
        if self._count >= self._most_waiting:
            self._make_room_for(key)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, deque()).append(place)
        self._count += 1
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.leave()  # the place was given at this moment
            else:
                self._forget(key, place)
            raise

    def leave(self) -> None:
        """Gives a place back: to the next in turn, if anybody waits."""
        while self._waiting:
            key, places = self._waiting.popitem(last=False)
            place = places.pop() if self.newest_first else places.popleft()
            self._count -= 1
            if places:
                self._waiting[key] = places
            if not place.done():
                place.set_result(None)
                return
        self._free += 1

    def _make_room_for(self, key: str) -> None:
        fullest = max(self._waiting, key=lambda one: len(self._waiting[one]), default=None)
        own = len(self._waiting.get(key, ()))
        if fullest is None or len(self._waiting[fullest]) <= own + 1:
            raise Overloaded(f"the {self._what} queue is full", retry_after_s=1)
        newest = self._waiting[fullest].pop()
        self._count -= 1
        if not newest.done():
            newest.set_exception(
                Overloaded(f"the {self._what} queue is full, mostly of this share", retry_after_s=1)
            )

    def _forget(self, key: str, place: asyncio.Future[None]) -> None:
        places = self._waiting.get(key)
        if places is None or place not in places:
            return
        places.remove(place)
        self._count -= 1
        if not places:
            del self._waiting[key]
