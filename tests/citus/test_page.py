"""docs/operations/citus.md: what it says to set and to type is what the program asks for and takes."""

from __future__ import annotations

import re
import shlex

import pytest
from tests.docs.pages import blocks, pages

from poolhouse.cli import function_at
from poolhouse.client.parsing import parse
from poolhouse.client.running import command_of
from poolhouse.db.citus.checks import Node, lacking

PAGES = ("docs/operations/citus.md", "docs/zh/operations/citus.md")


def of(page: str, language: str) -> list[str]:
    return [block.text for block in blocks(page, pages()[page]) if block.language == language]


@pytest.mark.parametrize("page", PAGES)
def test_a_node_that_is_set_up_as_the_page_says_lacks_nothing(page: str) -> None:
    (text,) = of(page, "text")
    settings = dict(re.findall(r"^ *(\w+) = '?([^'\n]+)'?$", text, re.MULTILINE))
    sql = "\n".join(of(page, "sql"))
    found = {
        "wal": settings["wal_level"],
        "prepared": int(settings["max_prepared_transactions"]),
        "plugins": settings["output_plugin_libraries"],
        "extensions": dict.fromkeys(re.findall(r"create extension (\w+);", sql), "1"),
    }
    coordinator = Node(1, 0, "c", 5432, holds_shards=False, found=found)
    assert lacking([coordinator, Node(2, 1, "w", 5432, holds_shards=True, found=found)]) == []
    assert "citus_set_coordinator_host" in sql
    assert "citus_add_node" in sql


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_is_one(page: str) -> None:
    typed = re.findall(r"^ *\$ poolhouse (.+)$", "\n".join(of(page, "console")), re.MULTILINE)
    assert typed
    for line in typed:
        words = shlex.split(line)
        command = command_of(words)
        assert command is not None, line
        parse(command, words[len(command.name.split()) :])
        assert callable(function_at(command.function))
