"""Draws which package imports which into docs/images/architecture.svg, one row a floor of the import contract.

    python scripts/graph.py           writes the picture, and says what is in it
    python scripts/graph.py --check   exit status 1 if the picture is not that of today's source

An arrow that follows from two others is left out: where A imports B and B imports C, A's import of C is not drawn.
An arrow that runs up would be red; the contract in pyproject.toml allows none.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
PACKAGE = "poolhouse"

ROW, GAP, MARGIN, BOX, LETTER = 74, 14, 20, 30, 7.6

Imports = Mapping[str, set[str]]


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    left: float
    top: float
    width: float

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


def floors() -> list[list[str]]:
    """The rows of the contract, the highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = next(c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
    return [[name.strip() for name in row.split("|")] for row in layers]


def imports() -> dict[str, set[str]]:
    """Package -> the packages it imports, those for the type checker alone left out."""
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=True, cache_dir=None)
    found: dict[str, set[str]] = {
        child.removeprefix(f"{PACKAGE}."): set() for child in graph.find_children(PACKAGE)
    }
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            importer, target = _top(module), _top(imported)
            if importer and target and importer != target:
                found[importer].add(target)
    return found


def circles(arrows: Imports) -> list[set[str]]:
    """Packages that reach each other."""
    reach = {name: _reached(arrows, name) for name in arrows}
    found: list[set[str]] = []
    for name in sorted(arrows):
        circle = {name} | {other for other in reach[name] if name in reach[other]}
        if len(circle) > 1 and circle not in found:
            found.append(circle)
    return found


def drawn(arrows: Imports) -> list[tuple[str, str]]:
    """The arrows without those that follow from two others."""
    return sorted(
        (name, target)
        for name, targets in arrows.items()
        for target in targets
        if not any(target in _reached(arrows, other) for other in targets - {target})
    )


def picture(rows: list[list[str]], arrows: Imports) -> str:
    boxes = _boxes(rows)
    width = max(box.left + box.width for box in boxes.values()) + MARGIN
    height = MARGIN * 2 + ROW * (len(rows) - 1) + BOX
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
            f'width="{width:.0f}" height="{height}" font-family="sans-serif" font-size="13">',
            "<title>The packages of Poolhouse, and which imports which</title>",
            f'<rect width="{width:.0f}" height="{height}" fill="#ffffff"/>',
            *(_arrow(boxes[name], boxes[target]) for name, target in drawn(arrows)),
            *(_box(box) for box in boxes.values()),
            "</svg>\n",
        ]
    )


def _boxes(rows: list[list[str]]) -> dict[str, Box]:
    widths = [[LETTER * len(name) + 20 for name in row] for row in rows]
    longest = max(sum(row) + GAP * (len(row) - 1) for row in widths)
    boxes = {}
    for number, (row, sizes) in enumerate(zip(rows, widths, strict=True)):
        left = MARGIN + (longest - sum(sizes) - GAP * (len(row) - 1)) / 2
        for name, size in zip(row, sizes, strict=True):
            boxes[name] = Box(name, left, MARGIN + ROW * number, size)
            left += size + GAP
    return boxes


def _box(box: Box) -> str:
    return (
        f'<rect x="{box.left:.1f}" y="{box.top}" width="{box.width:.1f}" height="{BOX}" rx="5" fill="#eef3fa" '
        f'stroke="#44607f"/><text x="{box.middle:.1f}" y="{box.top + 20}" text-anchor="middle">'
        f"{escape(box.name)}</text>"
    )


def _arrow(start: Box, end: Box) -> str:
    up = end.top <= start.top
    color, y1, y2 = ("#c0392b", start.top, end.top + BOX) if up else ("#9fb2c8", start.top + BOX, end.top)
    bend = (y2 - y1) / 2
    return (
        f'<path d="M{start.middle:.1f} {y1} C{start.middle:.1f} {y1 + bend:.0f} {end.middle:.1f} {y2 - bend:.0f} '
        f'{end.middle:.1f} {y2}" fill="none" stroke="{color}"><title>{start.name} imports {end.name}</title></path>'
    )


def _reached(arrows: Imports, start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for target in arrows[waiting.pop()] - found:
            found.add(target)
            waiting.append(target)
    return found


def _top(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def _told(rows: Iterable[list[str]], arrows: Imports) -> str:
    floor = {name: number for number, row in enumerate(rows) for name in row}
    pairs = [(name, target) for name, targets in arrows.items() for target in targets]
    up = [pair for pair in pairs if floor[pair[1]] <= floor[pair[0]]]
    return (
        f"{len(arrows)} packages and modules on {len(set(floor.values()))} floors, {len(pairs)} arrows, "
        f"{len(up)} of them not downward, {len(circles(arrows))} circles"
    )


def main() -> int:
    rows, arrows = floors(), imports()
    now = picture(rows, arrows)
    if "--check" in sys.argv:
        if PICTURE.exists() and PICTURE.read_text() == now:
            return 0
        print("docs/images/architecture.svg is not of today's source: make graph", file=sys.stderr)
        return 1
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(now)
    print(_told(rows, arrows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
