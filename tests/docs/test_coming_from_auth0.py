"""docs/guide/coming-from-auth0.md: its SQL, its files and every command, in order, in an empty folder."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.old_database import old_database
from tests.docs.test_operations import BLOCK, Shell

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "coming-from-auth0.md"
FILE = re.compile(r"^```(?:js|toml)\n(?://|#) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LATER = "shop/listUsers.js"


@pytest.fixture
def shop_url(postgres_url: str) -> Iterator[str]:
    """The page's old database."""
    with old_database(postgres_url, "guide_auth0", PAGE) as url:
        yield url


def test_the_guide_leads_from_auth0s_scripts_to_a_login(data: Path, shop_url: str) -> None:
    if not (shutil.which("curl") and shutil.which("jq")):
        pytest.skip("needs curl and jq, which the page's commands use: apt-get install curl jq")
    text = PAGE.read_text()
    files = dict(FILE.findall(text))
    (data / "shop").mkdir()
    for name in sorted(set(files) - {LATER}):
        (data / name).write_text(files[name])
    shell = Shell(data)
    shell.environment["DB_CONNECTION_URI"] = shop_url
    said: dict[str, list[str]] = {}
    blocks = BLOCK.findall(text)
    try:
        for block in blocks:
            if "migration finish" in block:
                (data / LATER).write_text(files[LATER])
            for line in block.splitlines():
                if not line.startswith("export "):
                    said.setdefault(" ".join(line.split()[:3]), []).append(shell.run(line))
    finally:
        shell.end()

    assert "save and publish" in said["poolhouse scripts push"][0]
    assert all("小王" in shown for shown in said["poolhouse scripts run"])
    assert '"emailVerified": true' in said["poolhouse scripts run"][0]
    assert (
        json.loads(next(shown for name, (shown, *_) in said.items() if "curl" in name))["statusCode"] == 200
    )
    assert "wang@shop.example" in said["poolhouse user find"][0]
    assert re.search(r"would be imported +1\n", said["poolhouse migration finish"][0])
    assert re.search(r"would be imported +1\n", said["poolhouse import users"][0])
    assert re.search(r"imported +1\n", said["poolhouse import users"][1])


def test_the_guide_is_linked_from_the_readme() -> None:
    assert "docs/guide/coming-from-auth0.md" in (PAGE.parents[2] / "README.md").read_text()
