"""The administrator's first hour: docs/guide/administration.md by its commands alone, on one server."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.docs.terminal import commands, shown, terminal, transcript
from tests.first_hour.walk import Walk, sections

from poolhouse.client.table import COMMANDS

PAGE = "docs/guide/administration.md"
TASKS = {
    "start the server": r"up |export POOLHOUSE_DATA",
    "create people": r"user create",
    "find somebody by their name": r"user show",
    "find by a part": r"user (list|search)",
    "why can they not sign in": r"user why",
    "block": r"user block",
    "unblock": r"user unblock",
    "reset a password": r"user reset-password",
    "who did what": r"audit |user logins|scripts logs|mail list",
    "rule for passwords": r"settings set password",
    "lock after wrong passwords": r"settings set login_password_fail_check",
    "an application and its addresses": r"app ",
    "reword a mail": r"mail-template ",
    "an identity source": r"source (create|list)",
    "a key for a program": r"key ",
    "take everybody out": r"export users",
    "delete somebody": r"user delete",
}
"""What an administrator wants -> how the page's commands for it begin."""


def task_of(command: str) -> str:
    found = [name for name, words in TASKS.items() if re.search(rf"(poolhouse )({words})|^{words}", command)]
    return found[0] if found else "the rest of the page"


def test_the_guide_does_what_it_says(data: Path) -> None:
    if not (shutil.which("curl") and shutil.which("jq")):
        pytest.skip("needs curl and jq, which the page's commands use: apt-get install curl jq")
    walk = Walk("administrator")
    missing = []
    with terminal(data) as shell:
        for _, block in sections(PAGE):
            if block.language == "sh":
                for command in commands(block.text):
                    walk.type(shell, task_of(command), command)
            elif block.language == "console":
                # Shown of the past: `block` stands before it on the page, and `unblock` too.
                shell.type("poolhouse user block zhang")
                for command, expected in transcript(block):
                    missing += shown(expected, shell.type(command, status=None))
                shell.type("poolhouse user unblock zhang")
        admin = json.loads(shell.type("poolhouse audit admin --json"))
    walk.report()
    assert missing == []
    assert set(TASKS) <= set(walk.tasks)

    said: dict[str, list[str]] = {}
    for command, outputs in walk.said.items():
        said.setdefault(" ".join(command.rpartition("poolhouse ")[2].split()[:2]), []).extend(outputs)
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
    assert "https://" in said["app update"][0]
    assert re.search(r"value +yes\n", said["settings get"][0])
    assert any(one["adminUserId"].startswith("cli:") for one in admin["list"])


def test_every_command_of_the_guide_is_of_the_table_or_by_name() -> None:
    text = "\n".join(block.text for _, block in sections(PAGE))
    named = set(re.findall(r"poolhouse ([a-z]+ [a-z][a-z-]+)", text))
    unknown = {name for name in named if name not in COMMANDS}
    assert {name for name in unknown if not name.startswith(("up ", "completion "))} == set()
