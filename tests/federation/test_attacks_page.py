"""docs/security/federation.md names tests: each is there, and the page leaves none of the list's sections empty."""

from __future__ import annotations

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs/security/federation.md").read_text()
NAMED = re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)


def test_every_test_that_the_page_names_is_there() -> None:
    assert len(NAMED) > 60
    there = {
        (str(path.relative_to(HERE)), each.name)
        for path in HERE.rglob("test_*.py")
        for each in ast.walk(ast.parse(path.read_text()))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert set(NAMED) <= there, sorted(set(NAMED) - there)


def test_every_row_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what |")]
    unnamed = [row for row in rows if "::test_" not in row and not row.startswith("| attempt |")]
    assert unnamed == []
