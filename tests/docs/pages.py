"""The pages that people read, and their fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]

ELSEWHERE = (
    "src/poolhouse/customdb/templates/http/README.md",
    "src/poolhouse/customdb/templates/mongodb/README.md",
    "tests/upgrade/README.md",
    "tests/wire/v3/recorded/README.md",
)

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """`line`: of its first line of text."""

    page: str
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> dict[str, str]:
    """Name -> text. Not the history, which names what there was."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / name for name in ELSEWHERE)]
    files += [*ROOT.glob("examples/*.md"), *ROOT.glob("examples/*/*.md")]
    return {
        str(file.relative_to(ROOT)): file.read_text() for file in sorted(files) if file.name != "CHANGELOG.md"
    }


def blocks(page: str, text: str) -> Iterator[Block]:
    for found in _BLOCK.finditer(text):
        yield Block(page, text.count("\n", 0, found.start(3)) + 1, found[2], dedent(found[3]))
