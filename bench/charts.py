"""Charts as SVG, without a library: quiet, and readable on light and dark pages alike.

What a chart says must not hang on its colours: what crosses its bar is also outlined and told in words, and the lines
of a growth carry their names at their ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #333d47 }
.quiet { fill: #66717c } .head { font-weight: 600 } .end { text-anchor: end } .middle { text-anchor: middle }
.grid { stroke: #8b949e; stroke-opacity: .35 } .limit { stroke: #66717c; stroke-dasharray: 3 3 }
.good { fill: #4f81a5 } .bad { fill: #c9774f; stroke: #8f4524; stroke-width: 1.5 }
.line { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
 text { fill: #dde3e9 } .quiet { fill: #9aa5b0 } .limit { stroke: #9aa5b0 }
 .good { fill: #6fa3c8 } .bad { fill: #d98d66; stroke: #f0b697 }
}
</style>"""
LINES = ("#4f81a5", "#c9774f", "#5f9a6b", "#9a72ac", "#a88a3a", "#4a9a9a", "#b0607f", "#7a8490")

ROW, LABELS, BARS, FIGURES = 20, 420, 280, 150
FULL = 2.0  # where a bar's drawing ends
FIRST = 46


@dataclass(frozen=True, slots=True)
class Bar:
    """`used`: the share of what is allowed, 1 being all of it."""

    label: str
    used: float
    figure: str


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    points: Sequence[tuple[float, float]]


def bars(title: str, groups: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    """Each bar against the same mark, 1: past it somebody's bar does not hold."""
    scale, y = BARS / FULL, FIRST
    drawn = []
    for name, group in groups:
        drawn.append(_text(0, y + 14, name, "head"))
        y += ROW + 4
        for bar in group:
            good, width = bar.used <= 1, max(1.0, min(bar.used, FULL) * scale)
            drawn += [
                _text(LABELS - 8, y + 13, bar.label, "end"),
                f'<rect class="{"good" if good else "bad"}" x="{LABELS}" y="{y + 3}" width="{width:.1f}" '
                f'height="{ROW - 7}"/>',
                _text(LABELS + BARS + 8, y + 13, f"{bar.figure}{'' if good else ', misses'}", "quiet"),
            ]
            y += ROW
        y += 8
    mark = LABELS + scale
    head = [
        _text(0, 16, title, "head"),
        _text(mark, 36, "the bar", "quiet middle"),
        f'<line class="limit" x1="{mark}" y1="42" x2="{mark}" y2="{y}"/>',
    ]
    return _svg(LABELS + BARS + FIGURES, y + 6, title, head + drawn)


def growth(title: str, unit: str, lines: Sequence[Line]) -> str:
    """Both axes by powers of ten: what takes ten times as long of ten times as many rises by one square."""
    left, right, top, width, height = 64, 300, 34, 420, 300
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    low_x, high_x = math.log10(min(xs)), math.log10(max(xs))
    low_y, high_y = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - low_x) / (high_x - low_x or 1) * width
        up = (math.log10(y) - low_y) / (high_y - low_y or 1) * height
        return left + across, top + height - up

    drawn = [_text(0, 16, title, "head")]
    for power in range(low_y, high_y + 1):
        _, y = at(min(xs), 10.0**power)
        drawn += [
            f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}"/>',
            _text(left - 8, y + 4, f"{10.0**power:,g} {unit}", "quiet end"),
        ]
    for x_value in sorted(set(xs)):
        x, _ = at(x_value, 10.0**low_y)
        drawn += [
            f'<line class="grid" x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + height}"/>',
            _text(x, top + height + 18, f"{x_value:,.0f}", "quiet middle"),
        ]
    drawn.append(_text(left + width / 2, top + height + 38, "users in the pool", "quiet middle"))
    ends = _apart([at(*line.points[-1])[1] for line in lines], 15)
    for line, colour, end in zip(lines, LINES * len(lines), ends, strict=False):
        points = [at(x, y) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        last_x, last_y = points[-1]
        drawn += [
            f'<polyline class="line" stroke="{colour}" points="{path}"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points),
            f'<line stroke="{colour}" stroke-opacity=".6" x1="{last_x + 4:.1f}" y1="{last_y:.1f}" '
            f'x2="{last_x + 20:.1f}" y2="{end:.1f}"/>',
            _text(last_x + 24, end + 4, line.name),
        ]
    return _svg(left + width + right, top + height + 46, title, drawn)


def _apart(places: Sequence[float], least: float) -> list[float]:
    """The places of labels, moved down where they would cover each other."""
    moved = list(places)
    below = -math.inf
    for number in sorted(range(len(places)), key=lambda one: places[one]):
        moved[number] = below = max(places[number], below + least)
    return moved


def _text(x: float, y: float, said: str, kind: str = "") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}"{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}>{escape(said)}</text>'
    )


def _svg(width: float, height: float, title: str, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img">\n<title>{escape(title)}</title>\n{STYLE}\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )
