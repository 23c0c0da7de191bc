"""Runs the measurements, prints a table and writes bench/results.json: [{name, value, unit, bar, holds}]."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import traceback
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.rows import Measurement, Row, measurements
from poolhouse import logs

FOLDER = Path(__file__).parent


def main(words: list[str]) -> int:
    """Exit status 1 if a measurement broke; a bar that does not hold is a result, not a failure."""
    logs.configure("warning")  # what a line costs is a row of its own
    for file in sorted(FOLDER.glob("rows_*.py")):
        importlib.import_module(f"bench.{file.stem}")
    chosen = [m for m in measurements if not words or any(w in f"{m.__module__} {m.__name__}" for w in words)]
    console = Console()
    found: list[Row] = []
    broken = 0
    for number, one in enumerate(chosen, 1):
        console.print(f"[dim]{number}/{len(chosen)} {one.__name__}[/]")
        try:
            found += asyncio.run(_rows(one))
        except Exception:
            broken += 1
            traceback.print_exc()
    if not words:
        results = json.dumps([asdict(row) for row in found], ensure_ascii=False, indent=1)
        (FOLDER / "results.json").write_text(results + "\n")
    console.print(_table(found))
    return 1 if broken else 0


async def _rows(one: Measurement) -> list[Row]:
    return [row async for row in one()]


def _table(found: list[Row]) -> Table:
    table = Table("measured", "value", "bar", "holds")
    for row in found:
        bar = "" if row.bar is None else f"{row.bar:g} {row.unit}"
        holds = "" if row.bar is None else "[green]yes[/]" if row.holds else "[red]no[/]"
        table.add_row(row.name, f"{row.value:.4g} {row.unit}", bar, holds)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
