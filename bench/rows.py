"""What a measurement is.

    @measurement
    async def pool_fetchrow() -> AsyncIterator[Row]:
        yield at_most("one row by key: ours / a bare connection", ratio, "x", bar=2.0)

Ratios measured in one run where they can be had: they mean the same on a slow machine. What a ratio is of stands in the
name, after ` / ` or `against `, or is told by `limit`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Literal

Measurement = Callable[[], AsyncIterator["Row"]]

measurements: list[Measurement] = []

_AGAINST = re.compile(r"(?: / |\bagainst )(?P<limit>[^/]+)\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """`bar` is what `value` must not cross; None where there is nothing to hold. `limit`: what is measured beside it in
    the same run; empty where a value stands alone."""

    name: str
    value: float
    unit: str
    bar: float | None
    holds: bool
    bound: Literal["at most", "at least"] | None = None
    limit: str = ""

    @property
    def used(self) -> float | None:
        """The share of the bar that is used up: over 1 it does not hold, whichever way the bar is."""
        if self.bar is None:
            return None
        over, under = (self.value, self.bar) if self.bound == "at most" else (self.bar, self.value)
        return over / under if under else float("inf")


def measurement(function: Measurement) -> Measurement:
    measurements.append(function)
    return function


def at_most(name: str, value: float, unit: str, bar: float, limit: str = "") -> Row:
    return Row(name, value, unit, bar, value <= bar, "at most", limit or _limit_in(name))


def at_least(name: str, value: float, unit: str, bar: float, limit: str = "") -> Row:
    return Row(name, value, unit, bar, value >= bar, "at least", limit or _limit_in(name))


def known(name: str, value: float, unit: str, limit: str = "") -> Row:
    """A number worth seeing, without a bar."""
    return Row(name, value, unit, None, True, None, limit or _limit_in(name))


def _limit_in(name: str) -> str:
    found = _AGAINST.search(name)
    return found["limit"] if found else ""


def median_of(times: int, once: Callable[[], float]) -> float:
    return median(once() for _ in range(times))


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
