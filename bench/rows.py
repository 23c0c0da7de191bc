"""What a measurement is.

    @measurement
    async def pool_fetchrow() -> AsyncIterator[Row]:
        yield at_most("one row by key, against a bare connection", ratio, "x", bar=2.0)

Ratios measured in one run where they can be had: they mean the same on a slow machine.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

Measurement = Callable[[], AsyncIterator["Row"]]

measurements: list[Measurement] = []


@dataclass(frozen=True, slots=True)
class Row:
    """`bar` is what `value` must not cross; None where there is nothing to hold."""

    name: str
    value: float
    unit: str
    bar: float | None
    holds: bool


def measurement(function: Measurement) -> Measurement:
    measurements.append(function)
    return function


def at_most(name: str, value: float, unit: str, bar: float) -> Row:
    return Row(name, value, unit, bar, holds=value <= bar)


def at_least(name: str, value: float, unit: str, bar: float) -> Row:
    return Row(name, value, unit, bar, holds=value >= bar)


def known(name: str, value: float, unit: str) -> Row:
    """A number worth seeing, without a bar."""
    return Row(name, value, unit, None, holds=True)


def median_of(times: int, once: Callable[[], float]) -> float:
    return median(once() for _ in range(times))


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
