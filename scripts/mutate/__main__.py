from __future__ import annotations

import json
import os
import threading
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from .choose import Chooser
from .draw import Mutant, sample
from .places import JUDGES, ROOT, WORK, record_of
from .tree import Copy

OPEN = ("survived", "timeout")
"""What somebody has to read: on a busy machine the limit of time may end a run in which every test passes."""


def record(packages: list[str], copies: list[Copy], console: Console) -> None:
    """Each copy takes the next package that nobody has recorded."""
    left = deque(packages)

    def work(copy: Copy) -> None:
        with suppress(IndexError):
            while package := left.popleft():
                console.print(f"{package}: recording which test runs which line")
                copy.record(package)
                failed = json.loads(record_of(package).read_text())["failed"]
                console.print(f"{package}: {len(failed)} tests failed or were skipped and judge nothing")
                for test in failed[:20]:
                    console.print(f"  {test}", markup=False, highlight=False, soft_wrap=True)

    with ThreadPoolExecutor(len(copies)) as pool:
        for worker in [pool.submit(work, copy) for copy in copies]:
            worker.result()


def run(mutants: list[Mutant], copies: list[Copy], results: Results, chooser: Chooser) -> None:
    """Each copy takes the next mutant that nobody has tried."""
    left = deque(one for one in mutants if one.id not in results.known)
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())

    def work(copy: Copy) -> None:
        with suppress(IndexError):
            while mutant := left.popleft():
                tests, known = chooser.tests(mutant)
                results.keep(mutant, copy.judge(mutant, tests, chooser.newer) | {"known": known})
                bar.update(task, advance=1, description=f"{mutant.package}: {results.survived()} survived")

    with bar, ThreadPoolExecutor(len(copies)) as pool:
        task = bar.add_task("", total=len(mutants), completed=len(mutants) - len(left))
        try:
            for worker in [pool.submit(work, copy) for copy in copies]:
                worker.result()
        finally:
            left.clear()


class Results:
    """What is known of each mutant, by its id, on disk after every one."""

    def __init__(self, file: Path, again: bool) -> None:
        self.file = file
        self.lock = threading.Lock()
        known: dict[str, dict[str, Any]] = json.loads(file.read_text()) if file.exists() else {}
        self.known = {name: one for name, one in known.items() if not again or one["outcome"] not in OPEN}

    def keep(self, mutant: Mutant, judged: dict[str, Any]) -> None:
        with self.lock:
            told = {name: one for name, one in asdict(mutant).items() if name != "code"}
            self.known[mutant.id] = told | judged
            new = self.file.with_suffix(".new")
            new.write_text(json.dumps(self.known, indent=1, ensure_ascii=False))
            new.replace(self.file)

    def survived(self) -> int:
        return sum(one["outcome"] == "survived" for one in list(self.known.values()))


def show(judged: list[dict[str, Any]], console: Console) -> None:
    for one in judged:
        if one["outcome"] in OPEN:
            console.print(
                f"\n{one['id']} {one['path']}:{one['line']} {one['outcome']} ({one['tests']} of {one['known']} tests)",
                style="bold",
            )
            console.print(one["diff"], markup=False, highlight=False)
    kinds = ("killed", "timeout", "types", "survived")
    table = Table("package", "mutants", *kinds, "score", "s a mutant")
    for package in (*JUDGES, "all"):
        rows = [one for one in judged if package in (one["package"], "all")]
        if rows:
            count = Counter(one["outcome"] for one in rows)
            score = f"{1 - count['survived'] / len(rows):.0%}"
            seconds = f"{sum(one['seconds'] for one in rows) / len(rows):.1f}"
            table.add_row(package, str(len(rows)), *(str(count[kind]) for kind in kinds), score, seconds)
    console.print(table)


def main() -> None:
    console, seed = Console(), os.environ.get("SEED", "1")
    count, jobs = int(os.environ.get("MUTANTS", "500")), int(os.environ.get("JOBS", "1"))
    again = bool(os.environ.get("AGAIN"))
    os.chdir(ROOT)
    WORK.mkdir(exist_ok=True)
    copies = [Copy(number) for number in range(jobs)]
    results = Results(WORK / f"results-{seed}.json", again)
    drawn: list[Mutant] = []
    try:
        packages = os.environ.get("PACKAGES", " ".join(JUDGES)).split()
        unknown = [one for one in packages if os.environ.get("RECORD") or not record_of(one).exists()]
        record(unknown, copies, console)
        for package in packages:
            mutants = sample(package, count // len(JUDGES), seed)
            drawn += mutants
            run(mutants, copies, results, Chooser(package, again))
    finally:
        show([results.known[one.id] for one in drawn if one.id in results.known], console)


if __name__ == "__main__":
    main()
