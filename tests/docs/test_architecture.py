"""The page that walks a newcomer through the code walks through files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/architecture.md", "CONTRIBUTING.md")
EVERYWHERE = ("model.py", "service.py", "postgres.py")
"""Names that every domain has."""


def named(page: str) -> list[str]:
    text = (ROOT / page).read_text()
    return sorted({*re.findall(r"`([\w/]+\.py)`", text)} - set(EVERYWHERE))


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page: str) -> None:
    places = (ROOT, ROOT / "src" / "poolhouse", ROOT / "src" / "poolhouse" / "wire" / "v2")
    missing = [name for name in named(page) if not any((place / name).is_file() for place in places)]
    assert not missing, f"{page} names {missing}"


def test_the_page_names_files() -> None:
    assert len(named("docs/architecture.md")) > 30
