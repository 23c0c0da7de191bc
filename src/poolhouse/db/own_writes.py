"""When somebody last acted, so that what they read next is not from before that.

An act changes a number of the shared marks (`ttl_cache.Marks`), which all processes of a data folder see; other
machines are told of it (`spreading.py`). The moment is that at which this process first finds the number changed: later
than the act, never earlier.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from math import inf
from time import monotonic

from poolhouse.trace import Trace
from poolhouse.ttl_cache import MOST_KEPT, SHARED, Marks


class OwnWrites:
    def __init__(
        self, marks: Marks = SHARED, clock: Callable[[], float] = monotonic, most: int = MOST_KEPT
    ) -> None:
        self._marks, self._clock, self._most = marks, clock, most
        self._seen: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._anybody = -inf
        self.on_change: Callable[[int], None] | None = None
        """Told of each place that an act of this process has changed."""

    def note(self, about: Trace) -> None:
        """Once the acts of a request are committed, and before it is answered."""
        for person in about.acted:
            place = self._marks.place(_key(about.pool_id, person))
            self._marks.change(place)
            if self.on_change:
                self.on_change(place)

    def heard(self, place: int) -> None:
        """Somebody with this place acted at another machine."""
        if 0 <= place < len(self._marks.now):
            self._marks.change(place)

    def everybody_acted(self) -> None:
        """As far as this process knows: it may have missed who did."""
        self._anybody = self._clock()

    def last(self, about: Trace) -> float:
        """A moment after which whoever asks has not acted, as far as is known here; minus infinity where they never
        have."""
        key = _key(about.pool_id, about.actor_id)
        number = self._marks.now[self._marks.place(key)]
        if number == 0:
            return self._anybody
        seen = self._seen.get(key)
        if seen is None or seen[0] != number:
            seen = self._seen[key] = number, self._clock()
            if len(self._seen) > self._most:
                self._seen.popitem(last=False)
        self._seen.move_to_end(key)
        return max(seen[1], self._anybody)


def _key(pool_id: str, person: str) -> str:
    return f"acted {pool_id} {person}"


OWN_WRITES = OwnWrites()
"""Of this process."""
