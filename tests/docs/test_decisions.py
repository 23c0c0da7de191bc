"""docs/decisions/README.md lists every decision, and says of every number that has no page that it has none."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT

FOLDER = ROOT / "docs/decisions"
INDEX = (FOLDER / "README.md").read_text()


def test_every_number_is_listed_or_told_to_be_unused() -> None:
    pages = {page.name[:4] for page in FOLDER.glob("0*.md")}
    listed = set(re.findall(r"^\| \[(\d{4})\]", INDEX, re.MULTILINE))
    (unused,) = re.findall(r"^The numbers (.+) were given out and never used", INDEX, re.MULTILINE)
    assert listed == pages
    told = set(re.findall(r"\d{4}", unused))
    assert not told & pages
    # One of the newest may be written before the one below it.
    settled = {f"{number:04}" for number in range(1, int(max(pages)) - 9)}
    assert settled - pages <= told
