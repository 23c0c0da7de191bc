"""docs/reference/commands.md is what the commands say of themselves."""

from __future__ import annotations

from pathlib import Path

from scripts.commands import page

PAGE = Path(__file__).parents[2] / "docs/reference/commands.md"


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text() == page(), (
        "run: .venv/bin/python -m scripts.commands > docs/reference/commands.md"
    )
