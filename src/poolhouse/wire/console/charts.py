"""Charts drawn by the server: bars as an SVG, whose figures stand in a table below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 600.0, 120.0, 3.0


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """`name`: of its word, and of its color."""

    name: str
    bars: tuple[Bar, ...]
    most: int
    total: int

    @classmethod
    def of(cls, name: str, points: Sequence[tuple[str, int]]) -> Chart:
        most = max((value for _, value in points), default=0)
        step = WIDTH / max(len(points), 1)
        bars = []
        for place, (label, value) in enumerate(points):
            height = HEIGHT * value / most if most else 0.0
            height = max(height, 2.0) if value else 0.0  # one among a million is seen
            bars.append(
                Bar(
                    round(place * step, 1),
                    round(HEIGHT - height, 1),
                    round(step - GAP, 1),
                    round(height, 1),
                    label,
                    value,
                )
            )
        return cls(name, tuple(bars), most, sum(value for _, value in points))
