"""No page names a command, option, setting, endpoint, method of a client or make target that there is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import authing
import pytest
from tests.docs.pages import ROOT, blocks, pages

from poolhouse.client.parsing import options_of
from poolhouse.client.table import COMMANDS, GROUPS
from poolhouse.settings import names_known
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
    "readmit",
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
EVERYWHERE = frozenset({"--help", "--version", "--debug", "--json"})
HISTORY = ("docs/contract/", "docs/decisions/", "docs/reference/", "docs/zh/reference/", "docs/security/")
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
_MAKE = re.compile(r"(?:^|`|\$ )make ([a-z0-9-]+)", re.MULTILINE)


@cache
def options(name: str) -> frozenset[str]:
    """Of a command, with those that every command takes."""
    command = COMMANDS[name]
    return frozenset(arg.name for arg in (*command.args, *options_of(command))) | EVERYWHERE


def misnamed_command(words: tuple[str, ...]) -> bool:
    known = set(COMMANDS)
    if words[0].startswith("-"):
        return words[0] not in EVERYWHERE
    name = " ".join(words[:2]) if words[0] in GROUPS else words[0]
    if words[0] in GROUPS and (len(words) == 1 or words[1] in EVERYWHERE):
        return False
    if name not in known:
        return True
    return any(word.startswith("--") and word not in options(name) for word in words)


def misnamed(text: str, page: str = "") -> Iterator[str]:
    fenced = [block.text for block in blocks(page, text) if block.language in _TYPED]
    for line in [line for typed in (*fenced, *_SPAN.findall(text)) for line in _COMMAND.findall(typed)]:
        if misnamed_command(tuple(line.split())):
            yield f"poolhouse{line}"
    settings = {f"POOLHOUSE_{name.upper()}" for name in names_known()} | NO_SETTINGS
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
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
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
