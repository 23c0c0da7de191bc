"""Long tests come first, and nothing else changes its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.order import LONG, longest_first


@dataclass
class Item:
    nodeid: str


def test_every_long_file_is_there() -> None:
    root = Path(__file__).parent.parent
    assert [name for name in LONG if not (root / name).is_file()] == []


def test_the_longest_come_first_and_the_others_stay_in_order() -> None:
    names = ["tests/a.py::z", f"{LONG[1]}::b", f"{LONG[0]}::b[x::y]", "tests/a.py::a", f"{LONG[1]}::a"]
    ordered = [item.nodeid for item in longest_first(map(Item, names))]
    assert ordered == [names[2], names[1], names[4], names[0], names[3]]
