"""bench/results.json: every row with where and when it was measured, newest runs in place of older ones.

[{of, name, value, unit, bound, bar, holds, limit, load, machine, commit, date}]; `of` is the measurement, as
`rows_v3.v3_over_a_bare_fetch`.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.rows import Measurement, Row

FILE = Path(__file__).with_name("results.json")
DIGITS = 4

Result = dict[str, Any]


def name_of(one: Measurement) -> str:
    return f"{one.__module__.removeprefix('bench.')}.{one.__name__}"


def results(of: str, rows: list[Row], run: dict[str, str], load: float) -> list[Result]:
    """`run`: what bench.surroundings.of_a_run tells; `load`: the higher of that before and after."""
    return [{"of": of, **asdict(row), "value": _rounded(row.value), "load": load, **run} for row in rows]


def merged(old: list[Result], new: list[Result], there: Collection[str]) -> list[Result]:
    """In the order of `there`, the names of all measurements; what is of none of them is dropped."""
    fresh = {row["of"] for row in new}
    rows = [row for row in old if row["of"] not in fresh] + new
    order = {name: place for place, name in enumerate(there)}
    return sorted((row for row in rows if row["of"] in order), key=lambda row: order[row["of"]])


def load() -> list[Result]:
    found: list[Result] = json.loads(FILE.read_text()) if FILE.exists() else []
    return found


def save(rows: list[Result]) -> None:
    lines = ",\n".join(f" {json.dumps(row, ensure_ascii=False)}" for row in rows)
    FILE.write_text(f"[\n{lines}\n]\n")


def row_of(result: Result) -> Row:
    return Row(*(result[name] for name in ("name", "value", "unit", "bar", "holds", "bound", "limit")))


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
