"""Runs the measurements, prints a table, and writes bench/results.json (bench/results.py) and the page made from it."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from bench import page, results, surroundings
from bench.rows import Measurement, Row, measurements
from poolhouse import logs

FOLDER = Path(__file__).parent
WIDTH = 16


def main(words: list[str]) -> int:
    """Exit status 1 if a measurement broke; a bar that does not hold is a result, not a failure. What is not run, for
    want of a word or because it broke, keeps the rows it has, with their date."""
    logs.configure("warning")  # what a line costs is a row of its own
    all_of_them = found_measurements()
    chosen = {name: one for name, one in all_of_them.items() if not words or any(w in name for w in words)}
    console = Console()
    run = surroundings.of_a_run()
    broken = 0
    for number, (name, one) in enumerate(chosen.items(), 1):
        console.print(f"[dim]{number}/{len(chosen)} {name}[/]")
        before = surroundings.load()
        try:
            rows = uvloop.run(_rows(one))  # the loop that a server runs in
        except Exception:
            broken += 1
            traceback.print_exc()
            continue
        new = results.results(name, rows, run, max(before, surroundings.load()))
        results.save(results.merged(results.load(), new, all_of_them))
    console.print(_table([results.row_of(row) for row in results.load() if row["of"] in chosen]))
    page.write()
    return 1 if broken else 0


def found_measurements() -> dict[str, Measurement]:
    for file in sorted(FOLDER.glob("rows_*.py")):
        importlib.import_module(f"bench.{file.stem}")
    return {results.name_of(one): one for one in measurements}


async def _rows(one: Measurement) -> list[Row]:
    return [row async for row in one()]


def _table(found: list[Row]) -> Table:
    table = Table("measured", "value", "bar", "of the bar", "holds")
    for row in found:
        used = row.used
        bar = "" if row.bar is None else f"{row.bound} {row.bar:g} {row.unit}"
        drawn = "" if used is None else f"{'█' * min(WIDTH, round(used * WIDTH / 2))} {used:.2f}"
        holds = "" if row.bar is None else "[green]yes[/]" if row.holds else "[red]no[/]"
        table.add_row(row.name, f"{row.value:.4g} {row.unit}", bar, drawn, holds)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
