"""What differs between two texts, line by line, in time that grows with their length.

Lines that both have once are kept in place (a patience diff); what lies between two of them is compared by the
longest common subsequence while `CELLS` last, and is all old and all new after that: right, though longer than need be.
`difflib` is quadratic, and a script may have a hundred thousand lines.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from poolhouse.wire.console.debugging.output import visible

CELLS = 250_000
"""Pairs of lines that one comparison looks at, some 50 ms."""
AROUND = 3
"""Lines that are the same, shown before and after one that differs."""
MOST_SHOWN, LONGEST_LINE = 2_000, 2_000
"""Rows of a comparison, and characters of one."""

Kind = Literal["same", "gone", "new", "skipped"]
Pair = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Row:
    """`before` and `after`: the line's numbers from 1, None where it is not; of `skipped`, `count` lines that are the
    same on both sides."""

    kind: Kind
    before: int | None = None
    after: int | None = None
    text: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """`gone` and `new` count lines; `is_cut`: there are more rows than are shown."""

    rows: tuple[Row, ...]
    gone: int
    new: int
    is_cut: bool = False

    @property
    def same(self) -> bool:
        return not (self.gone or self.new)


def compared(before: str, after: str) -> Comparison:
    """A thread's work: up to 0.2 s for the largest scripts."""
    old, fresh = before.split("\n"), after.split("\n")
    pairs = list(_pairs(old, fresh))
    gone = sum(b is None for _, b in pairs)
    new = sum(a is None for a, _ in pairs)
    if not (gone or new):
        return Comparison((), 0, 0)
    rows: list[Row] = []
    for row in _rows(pairs, old, fresh):
        if len(rows) == MOST_SHOWN:
            return Comparison(tuple(rows), gone, new, is_cut=True)
        rows.append(row)
    return Comparison(tuple(rows), gone, new)


def _rows(pairs: list[Pair], old: list[str], fresh: list[str]) -> Iterator[Row]:
    near = _near(pairs)
    skipped = 0
    for place, (a, b) in enumerate(pairs):
        if not near[place]:
            skipped += 1
            continue
        if skipped:
            yield Row("skipped", count=skipped)
            skipped = 0
        kind: Kind = "new" if a is None else "gone" if b is None else "same"
        line = fresh[b] if b is not None else old[a or 0]
        yield Row(kind, None if a is None else a + 1, None if b is None else b + 1, _shown(line))
    if skipped:
        yield Row("skipped", count=skipped)


def _near(pairs: list[Pair]) -> list[bool]:
    """Whether each is within `AROUND` of one that differs."""
    near = [False] * len(pairs)
    for places in (range(len(pairs)), range(len(pairs) - 1, -1, -1)):
        left = 0
        for place in places:
            if None in pairs[place]:
                left = AROUND + 1
            near[place] = near[place] or left > 0
            left -= 1
    return near


def _shown(line: str) -> str:
    return visible(line[:LONGEST_LINE]) + ("…" if len(line) > LONGEST_LINE else "")


def _pairs(old: list[str], fresh: list[str]) -> Iterator[Pair]:
    """Each line of both, in order: of the old and the new text, or of one of them."""
    cells = CELLS
    a = b = 0
    for to_a, to_b in [*_kept(old, fresh), (len(old), len(fresh))]:
        found, used = _between(old[a:to_a], fresh[b:to_b], cells)
        cells -= used
        yield from ((None if i is None else a + i, None if j is None else b + j) for i, j in found)
        if to_a < len(old):
            yield to_a, to_b
        a, b = to_a + 1, to_b + 1


def _kept(old: list[str], fresh: list[str]) -> list[tuple[int, int]]:
    """Of the lines that both have exactly once, the most that stand in one order."""
    in_old, in_fresh = Counter(old), Counter(fresh)
    places = {line: place for place, line in enumerate(fresh) if in_fresh[line] == 1}
    found = [(a, places[line]) for a, line in enumerate(old) if in_old[line] == 1 and line in places]
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for place, (_, b) in enumerate(found):
        length = bisect_left(tails, b)
        previous.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(b)
            ends.append(place)
        else:
            tails[length], ends[length] = b, place
    kept = []
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.append(found[place])
        place = previous[place]
    return kept[::-1]


def _between(old: list[str], fresh: list[str], cells: int) -> tuple[list[Pair], int]:
    """And how many cells it took."""
    shorter = min(len(old), len(fresh))
    head = 0
    while head < shorter and old[head] == fresh[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == fresh[-1 - tail]:
        tail += 1
    rows, columns = len(old) - head - tail, len(fresh) - head - tail
    first: list[Pair] = [(i, i) for i in range(head)]
    last: list[Pair] = [(len(old) - i, len(fresh) - i) for i in range(tail, 0, -1)]
    if rows * columns > cells:
        middle: list[Pair] = [(head + i, None) for i in range(rows)]
        middle += [(None, head + j) for j in range(columns)]
        return first + middle + last, 0
    middle = _longest(old[head : head + rows], fresh[head : head + columns], head)
    return first + middle + last, rows * columns


def _longest(old: list[str], fresh: list[str], start: int) -> list[Pair]:
    """By the longest common subsequence, old before new; `start` is added to each number."""
    lengths = [[0] * (len(fresh) + 1)]
    for line in reversed(old):
        below, row = lengths[-1], [0] * (len(fresh) + 1)
        for j in range(len(fresh) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if line == fresh[j] else max(below[j], row[j + 1])
        lengths.append(row)
    lengths.reverse()
    found: list[Pair] = []
    i = j = 0
    while i < len(old) or j < len(fresh):
        if i < len(old) and j < len(fresh) and old[i] == fresh[j]:
            found.append((start + i, start + j))
            i, j = i + 1, j + 1
        elif i < len(old) and (j == len(fresh) or lengths[i + 1][j] >= lengths[i][j + 1]):
            found.append((start + i, None))
            i += 1
        else:
            found.append((None, start + j))
            j += 1
    return found
