"""Checks how Chinese is written: spaces, marks, and one word a thing, by the glossary of docs/zh/README.md.

python -m scripts.chinese
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs/zh/README.md"
SOURCE = ROOT / "src/poolhouse"
OTHERS_WORDS = {SOURCE / "migration/import_columns.py", SOURCE / "commands/demo_people.py"}
"""What people's tables call a column, and lists of names beside their spelling: no sentences."""

_ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
_HEADER = "| 词 | 含义 | 不写 |\n|---|---|---|\n"
_HAN = r"[\u3400-\u9fff]"
_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`]*`")
_TARGET = re.compile(r"\]\([^)]*\)|<!--.*?-->")
FAULTS = {
    rf"{_HAN}[A-Za-z0-9]|[A-Za-z0-9]{_HAN}": "no space between Chinese and Latin",
    rf"{_HAN} +{_HAN}": "a space between Chinese",
    rf"{_HAN} *[,;:?!]|[,;:?!]{_HAN}|{_HAN}\.(?:\s|$)": "a Latin mark beside Chinese",
    r" [，。；：？！、）」”]|[，。；：？！、（] ": "a space beside a Chinese mark",
    r"(?:，，|。。|、、)": "a mark twice",
}


@cache
def synonyms() -> dict[str, str]:
    """What is not to be written -> what is, from the glossary's third column."""
    rows = _ROW.findall(GLOSSARY.read_text(encoding="utf-8").partition(_HEADER)[2])
    return {
        other: word.partition("（")[0]
        for word, others in rows
        for other in others.split("、")
        if others != "-"
    }


def faults(text: str) -> Iterator[str]:
    """What is wrong with a sentence or a page, and where."""
    prose = _TARGET.sub("]", _CODE.sub("`", _FENCE.sub("", text)))
    for line in prose.splitlines():
        if re.search(_HAN, line):
            for pattern, what in FAULTS.items():
                for found in re.finditer(pattern, line):
                    near = line[max(found.start() - 8, 0) : found.end() + 8]
                    yield f"{what}: {near}"
            yield from (f"{other}: write {word}" for other, word in synonyms().items() if other in line)


def texts() -> Iterator[tuple[str, str]]:
    """Where, and the text: pages, and every text of the source in Chinese."""
    for page in (ROOT / "README.zh-CN.md", *sorted((ROOT / "docs/zh").rglob("*.md"))):
        text = page.read_text(encoding="utf-8")
        if page == GLOSSARY:
            text = _ROW.sub(r"| \1 |", text)
        yield str(page.relative_to(ROOT)), text
    for file in sorted(SOURCE.rglob("*.py")):
        if "node_modules" not in file.parts and file not in OTHERS_WORDS:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node.value


if __name__ == "__main__":
    found = [f"{where}: {fault}" for where, text in texts() for fault in faults(text)]
    print("\n".join(found))
    sys.exit(bool(found))
