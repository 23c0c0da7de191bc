"""A walk: what somebody types in their first hour, task by task, with the steps and the time of each.

Run by the suite like any test. With FIRST_HOUR set, each walk leaves its report in that folder; `python -m
tests.first_hour` prints them.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.docs.pages import ROOT, Block, blocks
from tests.docs.terminal import Terminal, commands

_FENCES = re.MULTILINE | re.DOTALL


@dataclass
class Task:
    """`seconds`: of the machine; reading and typing are the person's."""

    name: str
    steps: int = 0
    seconds: float = 0.0


@dataclass
class Walk:
    """`said`: what was typed -> what it printed, each time."""

    name: str
    tasks: dict[str, Task] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)

    @contextmanager
    def step(self, task: str) -> Iterator[None]:
        """One thing that somebody types or pastes."""
        begun = time.monotonic()
        yield
        kept = self.tasks.setdefault(task, Task(task))
        kept.steps += 1
        kept.seconds += time.monotonic() - begun

    def type(self, shell: Terminal, task: str, command: str, status: int | None = 0) -> str:
        with self.step(task):
            said = shell.type(command, status=status)
        self.said.setdefault(command, []).append(said)
        return said

    def paste(self, shell: Terminal, task: str, text: str) -> None:
        for command in commands(text):
            self.type(shell, task, command)

    def write(self, shell: Terminal, task: str, block: Block) -> None:
        """A block whose first line names its file."""
        with self.step(task):
            file = shell.folder / block.text.splitlines()[0].split()[1]
            file.parent.mkdir(exist_ok=True)
            file.write_text(block.text)

    def report(self) -> None:
        if folder := os.environ.get("FIRST_HOUR"):
            told = {"walk": self.name, "tasks": [asdict(task) for task in self.tasks.values()]}
            (Path(folder) / f"{self.name}.json").write_text(json.dumps(told, ensure_ascii=False))


def sections(page: str) -> Iterator[tuple[str, Block]]:
    """The page's blocks, each with the heading above it."""
    text = (ROOT / page).read_text()
    lines = re.sub(
        r"^```.*?^```$", lambda found: "\n" * found[0].count("\n"), text, flags=_FENCES
    ).splitlines()
    for block in blocks(page, text):
        above = [line.lstrip("# ") for line in lines[: block.line - 1] if line.startswith("#")]
        yield above[-1], block
