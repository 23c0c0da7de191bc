"""Which tests a mutant has to get past."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from .draw import Mutant
from .places import JUDGES, ROOT, record_of

MOST_S = 40.0
"""The tests of a mutant, by the time they took when recorded: the nearest and fastest that fit into this."""


class Chooser:
    """The tests of a package's mutants: those that run the changed statement."""

    def __init__(self, package: str, again: bool) -> None:
        file = record_of(package)
        record = json.loads(file.read_text())
        self.seconds: dict[str, float] = record["seconds"]
        self.failed = set(record["failed"])
        self.lines: dict[str, dict[str, list[str]]] = record["lines"]
        self.places = JUDGES[package]
        written = file.stat().st_mtime
        newer = [one for one in _files(self.places) if one.stat().st_mtime > written]
        self.newer = [str(one.relative_to(ROOT)) for one in newer] if again else []

    def tests(self, mutant: Mutant) -> tuple[list[str], int]:
        """Those to run, and how many there are."""
        lines = self.lines.get(mutant.path, {})
        first, last = mutant.statement
        found = {test for line in range(first, last + 1) for test in lines.get(str(line), ())} - {""}
        ordered = self._order(found)
        if len(found) < 2:
            # Run at import, while a fixture of the whole run was made, or in another process: then any test of the
            # file may depend on it, and any of the package.
            of_file = {test for tests in lines.values() for test in tests} - {""}
            ordered = self._order(of_file) + self._order(set(self.seconds) - self.failed - of_file)
        chosen: list[str] = []
        spent = 0.0
        for test in ordered:
            spent += self.seconds[test]
            if chosen and spent > MOST_S:
                break
            chosen.append(test)
        return chosen, len(ordered)

    def _order(self, tests: Iterable[str]) -> list[str]:
        return sorted(tests, key=lambda test: (self._distance(test), self.seconds[test]))

    def _distance(self, test: str) -> int:
        return next(n for n, place in enumerate(self.places) if test.startswith(place))


def _files(places: tuple[str, ...]) -> list[Path]:
    found = [ROOT / place for place in places]
    return [file for one in found for file in (one.rglob("test_*.py") if one.is_dir() else [one])]
