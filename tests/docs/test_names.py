"""No page names a command, option, setting, endpoint, method of a client or make target that there is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import authing
import pytest
from cyclopts import App
from tests.docs.pages import ROOT, blocks, pages

from poolhouse.cli import app
from poolhouse.settings import Settings
from poolhouse.wire.v3.table import authentication, contract, endpoints

NO_SETTINGS = {"POOLHOUSE_RECORD_LEDGER", "POOLHOUSE_SHARED_BUFFERS"}
"""Of the tests and of a measurement."""
VERBS = {
    "add",
    "authorize",
    "batch",
    "change",
    "check",
    "config",
    "create",
    "delete",
    "export",
    "get",
    "import",
    "kick",
}
VERBS |= {
    "lift",
    "link",
    "list",
    "preview",
    "publish",
    "remove",
    "resign",
    "revoke",
    "run",
    "save",
    "search",
    "send",
}
VERBS |= {"set", "test", "unlink", "update", "verify"}
"""With which names of endpoints begin."""
HISTORY = ("docs/contract/", "docs/decisions/", "docs/reference/", "docs/security/")
"""Where pages name what clients, other products and former versions have."""

_TYPED = ("sh", "console", "text", "")
_SPAN = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(
    r"(?:^|[$|(;&] *|[A-Z_]+=\S+ +|\bpython -m )poolhouse((?: +(?:--?[a-z][\w-]*|[a-z][a-z-]*))+)",
    re.MULTILINE,
)
_SETTING = re.compile(r"\bPOOLHOUSE_[A-Z_]+[A-Z]\b")
_PATH = re.compile(r"/api/v3/([a-z][a-zA-Z/-]*[a-zA-Z])\b")
_QUOTED = re.compile(r"`(?:(?:GET|POST) )?([a-z]+(?:-[a-z]+)+)`")
_CALL = re.compile(r"\b(?:management|here|cloud)\.([a-z]\w*)\(")
_MAKE = re.compile(r"(?:^|`|\$ )make ([a-z-]+)", re.MULTILINE)


@cache
def command(words: tuple[str, ...]) -> tuple[App, tuple[str, ...]]:
    """The command that the words name, and what is left of them."""
    found, left = app, words
    while left and not left[0].startswith("-") and left[0] in found:
        found, left = found[left[0]], left[1:]
    return found, left


def options(found: App) -> set[str]:
    collected = found.assemble_argument_collection(parse_docstring=False)
    return {name for argument in collected for name in argument.names}


def misnamed(text: str, page: str = "") -> Iterator[str]:
    fenced = [block.text for block in blocks(page, text) if block.language in _TYPED]
    for line in [line for typed in (*fenced, *_SPAN.findall(text)) for line in _COMMAND.findall(typed)]:
        words = tuple(line.split())
        found, left = command(words)
        if found is app and left and not left[0].startswith("-"):
            yield f"poolhouse {left[0]}"
        elif found.default_command is None and left and not left[0].startswith("-"):
            yield f"poolhouse{line}"
        elif found is not app and found.default_command is not None:
            known = options(found) | {"--help", "--debug"}
            yield from (f"poolhouse{line}" for word in left if word.startswith("--") and word not in known)
    settings = {f"POOLHOUSE_{name.upper()}" for name in Settings.model_fields} | NO_SETTINGS
    yield from (
        name
        for name in _SETTING.findall(text)
        if name not in settings and not name.startswith("POOLHOUSE_TEST_")
    )
    known_paths = {url.removeprefix("/api/v3/") for _, url in (*endpoints(), *contract(), *authentication())}
    yield from (f"/api/v3/{path}" for path in _PATH.findall(text) if path not in known_paths)
    if not page.startswith(HISTORY):
        yield from (
            name
            for name in _QUOTED.findall(text)
            if name.partition("-")[0] in VERBS and name not in known_paths
        )


def test_every_name_of_every_page_is_there() -> None:
    found = {page: sorted(set(misnamed(text, page))) for page, text in pages().items()}
    assert {page: names for page, names in found.items() if names} == {}


def test_every_method_that_a_python_block_calls_is_the_clients() -> None:
    called = {
        (block.where, name)
        for page, text in pages().items()
        for block in blocks(page, text)
        if block.language == "python"
        for name in _CALL.findall(block.text)
    }
    assert [one for one in called if not hasattr(authing.ManagementClient, one[1])] == []


def test_every_make_target_that_a_page_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {(page, target) for page, text in pages().items() for target in _MAKE.findall(text)}
    assert [one for one in sorted(named) if one[1] not in targets] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`poolhouse serve`", ["poolhouse serve"]),
        ("`poolhouse up --prot 3`", ["poolhouse up --prot"]),
        ("poolhouse user find NAME --data data", []),
        ("`POOLHOUSE_PROT`", ["POOLHOUSE_PROT"]),
        ("POST /api/v3/make-user", ["/api/v3/make-user"]),
        ("`update-usr`", ["update-usr"]),
        ("`update-user`", []),
    ],
)
def test_a_name_that_is_not_there_is_found(text: str, found: list[str]) -> None:
    assert list(misnamed(text)) == found
