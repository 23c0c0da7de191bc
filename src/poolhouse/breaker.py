"""A circuit breaker: after some failures in a row it refuses at once, then lets one call through to see."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(slots=True)
class Breaker:
    """`failures` in a row open it for `open_s`, doubled each time the probe fails, up to `open_most_s`."""

    failures: int
    open_s: float
    open_most_s: float
    clock: Callable[[], float] = time.monotonic
    _in_a_row: int = 0
    _wait_s: float = 0.0
    _opened_at: float | None = field(default=None)
    _probing: bool = False

    @property
    def state(self) -> BreakerState:
        if self._opened_at is None:
            return BreakerState.CLOSED
        if self._probing or self.clock() - self._opened_at >= self._wait_s:
            return BreakerState.HALF_OPEN
        return BreakerState.OPEN

    @property
    def retry_after_s(self) -> float:
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._wait_s - (self.clock() - self._opened_at))

    def admit(self) -> bool:
        """Whether a call may go through now; in the half-open state only one may, until it reports."""
        state = self.state
        if state is BreakerState.CLOSED:
            return True
        if state is BreakerState.OPEN or self._probing:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        self._in_a_row, self._opened_at, self._probing, self._wait_s = 0, None, False, 0.0

    def failed(self) -> None:
        self._in_a_row += 1
        if self._opened_at is None and self._in_a_row < self.failures:
            return
        if self._opened_at is not None and not self._probing:
            return  # a call admitted before it opened
        self._wait_s = min(self.open_most_s, self._wait_s * 2 or self.open_s)
        self._opened_at, self._probing = self.clock(), False

    def abandoned(self) -> None:
        """The admitted call said nothing about the database (cancelled, overloaded)."""
        self._probing = False


K = TypeVar("K", bound=Hashable)


class Breakers(Generic[K]):
    """One for each of those that failed last, made by `new`; whoever worked needs none."""

    def __init__(self, new: Callable[[], Breaker]) -> None:
        self._new = new
        self._of: dict[K, Breaker] = {}

    def __iter__(self) -> Iterator[K]:
        return iter(self._of)

    def state(self, key: K) -> BreakerState:
        return self._of[key].state if key in self._of else BreakerState.CLOSED

    def trusted(self, key: K, most: int) -> int:
        """How many of `most` calls at once it is trusted with: one while it proves itself again."""
        return {BreakerState.CLOSED: most, BreakerState.HALF_OPEN: 1, BreakerState.OPEN: 0}[self.state(key)]

    @contextmanager
    def admitted(self, key: K) -> Iterator[None]:
        """Around a call. One that raises (cancelled, or no database) says nothing about whom it called."""
        breaker = self._of.get(key)
        if breaker is not None:
            breaker.admit()
        try:
            yield
        except BaseException:
            if breaker is not None:
                breaker.abandoned()
            raise

    def succeeded(self, key: K) -> None:
        self._of.pop(key, None)

    def failed(self, key: K) -> float | None:
        """For how many seconds it is left alone from now on; None where that is nothing new."""
        breaker = self._of.setdefault(key, self._new())
        before = breaker.state
        breaker.failed()
        opened = breaker.state is BreakerState.OPEN and before is not BreakerState.OPEN
        return breaker.retry_after_s if opened else None
