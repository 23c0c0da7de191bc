"""docs/guide/custom-database.md: its SQL and every command, in order, in an empty folder; and what comes of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.old_database import old_database
from tests.docs.test_operations import BLOCK, Shell

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "custom-database.md"


@pytest.fixture
def shop_url(postgres_url: str) -> Iterator[str]:
    """The page's old database."""
    with old_database(postgres_url, "guide_shop", PAGE) as url:
        yield url


def test_the_guide_leads_from_nothing_to_everybody_migrated(data: Path, shop_url: str) -> None:
    if not (shutil.which("curl") and shutil.which("jq")):
        pytest.skip("needs curl and jq, which the page's commands use: apt-get install curl jq")
    lines = [line for block in BLOCK.findall(PAGE.read_text()) for line in block.splitlines()]
    shell = Shell(data)
    shell.environment["DB_CONNECTION_URI"] = shop_url
    said: dict[str, list[str]] = {}
    try:
        for line in lines:
            said.setdefault(" ".join(line.split()[:3]), []).append(shell.run(line))
    finally:
        shell.end()

    assert "save and publish" in said["poolhouse scripts push"][0]
    assert "小王" in said["poolhouse scripts run"][0]
    assert json.loads(next(text for name, (text, *_) in said.items() if "curl" in name))["statusCode"] == 200
    assert "wang@shop.example" in said["poolhouse user find"][0]
    waiting = said["poolhouse migration waiting"][0].splitlines()
    assert [line.split("\t")[1] for line in waiting] == ["zhao", "li"]
    dry, real, again = said["poolhouse import users"]
    assert re.search(r"would be imported +1\n", dry)
    assert re.search(r"imported +1\n", real)
    assert re.search(r"imported +1\n", again)
    assert re.search(r"imported +1\n", said["poolhouse migration finish"][1])
    assert re.search(r"not yet here +2\n", said["poolhouse migration status"][0])
    assert re.search(r"not yet here +0\n", said["poolhouse migration status"][1])


def test_the_guide_is_linked_from_the_readme() -> None:
    readme = Path(__file__).parents[2] / "README.md"
    assert "docs/guide/custom-database.md" in readme.read_text()
