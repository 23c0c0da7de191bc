"""The administrator's first hour: docs/guide/administration.md by its commands alone, on one server."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.docs.test_operations import BLOCK, Shell

from poolhouse.client.table import COMMANDS

PAGE = Path(__file__).parents[2] / "docs/guide/administration.md"


def test_the_guide_does_what_it_says(data: Path) -> None:
    if not (shutil.which("curl") and shutil.which("jq")):
        pytest.skip("needs curl and jq, which the page's commands use: apt-get install curl jq")
    shell = Shell(data)
    shell.environment["LANG"] = "C"
    said: dict[str, list[str]] = {}
    try:
        for line in (line for block in BLOCK.findall(PAGE.read_text()) for line in block.splitlines()):
            if line.startswith("export POOLHOUSE_DATA="):
                shell.environment["POOLHOUSE_DATA"] = str(data / "data")
                continue
            said.setdefault(" ".join(line.rpartition("poolhouse ")[2].split()[:2]), []).append(
                shell.run(line)
            )
        refused = json.loads(shell.run("poolhouse audit admin --json"))
    finally:
        shell.end()

    listed = said["user list"][0].splitlines()
    assert [line.split("\t")[1] for line in listed] == ["li", "zhang"]
    assert said["user list"][1] == ""
    assert said["user search"][0].split("\t")[1] == "zhang"
    blocked, reset = said["user why"]
    assert "the account is Suspended" in blocked
    assert "asks for a new password" in reset
    assert re.search(r"password +\S{20}\n", said["user reset-password"][0])
    assert "zhang" in said["group members"][0]
    assert said["user roles"][0].startswith("editor\t")
    assert "销售部" in said["org departments"][0]
    assert said["app update"] == ["changed\n"]
    assert re.search(r"value +yes\n", said["settings get"][0])
    names = {one["adminUserId"] for one in refused["list"]}
    assert any(name.startswith("cli:") for name in names)


def test_every_command_of_the_guide_is_of_the_table_or_by_name() -> None:
    named = set(re.findall(r"poolhouse ([a-z]+ [a-z][a-z-]+)", PAGE.read_text()))
    unknown = {name for name in named if name not in COMMANDS} - {"app show", "app set", "export users"}
    assert {name for name in unknown if not name.startswith(("up ", "completion "))} == set()
