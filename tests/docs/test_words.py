"""The words that docs/words.md refuses are on no page for users, in no command and in no description of API v3."""

from __future__ import annotations

import json
import re

import pytest
from tests.docs.contract import table
from tests.docs.pages import ROOT, pages

from poolhouse.client.table import COMMANDS, GROUPS

PUBLIC = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/index.md", "docs/guide/", "docs/operations/")
PUBLIC += ("docs/security/", "docs/reference/")

_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_TARGET = re.compile(r"\]\([^)]*\)")


def refused() -> dict[str, re.Pattern[str]]:
    """Each word with its plural, by itself, in any case and over the end of a line."""
    words = [word.strip() for row in table("docs/words.md", "## Refused words") for word in row[1].split(",")]
    return {
        word: re.compile(r"\b" + word.replace(" ", r"\s+") + r"(?:s|es)?\b", re.IGNORECASE) for word in words
    }


def excepted() -> set[tuple[str, str]]:
    """Page and word."""
    rows = table("docs/words.md", "## Exceptions")
    return {(row[0].strip("`"), word.strip()) for row in rows for word in row[1].split(",")}


def texts() -> dict[str, str]:
    """What users read, without code, by the page or the command."""
    found = {
        page: _TARGET.sub("]", _CODE.sub("", _FENCE.sub("", text)))
        for page, text in {**pages(), "CHANGELOG.md": (ROOT / "CHANGELOG.md").read_text()}.items()
        if page.startswith((*PUBLIC, "CHANGELOG.md"))
    }
    for name, command in COMMANDS.items():
        helps = [command.help, command.more, *(arg.help for arg in command.args)]
        found[f"poolhouse {name}"] = "\n".join(words[1] for words in helps)
    found |= {f"poolhouse {name}": words[1] for name, words in GROUPS.items()}
    found["fields.json"] = "\n".join(
        _sentences(json.loads((ROOT / "src/poolhouse/wire/v3/fields.json").read_text()))
    )
    return found


def _sentences(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _sentences(one)]
    if isinstance(value, list):
        return [text for one in value for text in _sentences(one)]
    return [value] if isinstance(value, str) else []


def refused_in(text: str) -> list[str]:
    return [word for word, pattern in refused().items() if pattern.search(text)]


def test_nothing_that_users_read_has_a_refused_word() -> None:
    found = {
        place: words
        for place, text in texts().items()
        if (words := [word for word in refused_in(text) if (place, word) not in excepted()])
    }
    assert found == {}


def test_every_exception_is_needed() -> None:
    known = texts()
    assert [(page, word) for page, word in excepted() if word not in refused_in(known[page])] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The wires say so.", ["wire"]),
        ("an outside\ndatabase", ["outside database"]),
        ("Every one is told\nthe same", ["is told"]),
        ("The wired network", []),
    ],
)
def test_a_refused_word_is_found_in_the_plural_and_over_a_line(text: str, words: list[str]) -> None:
    assert refused_in(text) == words
