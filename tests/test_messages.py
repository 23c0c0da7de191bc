"""What a caller reads is in both languages: the words of every error, and the reasons given where one is raised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import poolhouse
from poolhouse.errors import InvalidInput, InvalidOperation, PoolhouseError

SOURCE = Path(poolhouse.__file__).parent
CHINESE = re.compile(r"[\u3400-\u9fff]")


def kinds_of(root: type[PoolhouseError]) -> Iterator[type[PoolhouseError]]:
    yield root
    for kind in root.__subclasses__():
        yield from kinds_of(kind)


VERBATIM = {"role code must not empty", "invalid role code: {value}"}
"""Said in English to everybody: the official specs compare them."""
REASONED = {
    kind.__name__: first
    for root, first in ((InvalidInput, 1), (InvalidOperation, 0))
    for kind in kinds_of(root)
    if kind.__init__ is root.__init__
}
"""The errors that are given a reason in Chinese and, behind it, one in English: after how many other arguments."""
BARE = {kind.__name__ for kind in kinds_of(InvalidInput) if kind.zh == InvalidInput.zh}
"""Those whose own words name the field and say nothing of it."""


def reasons() -> list[tuple[str, str, list[ast.expr], int]]:
    """Where such an error is made, its kind, its arguments by position, and how many come before the reasons."""
    return [
        (f"{file.relative_to(SOURCE)}:{node.lineno}", node.func.id, node.args, REASONED[node.func.id])
        for file in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REASONED
    ]


def words(argument: ast.expr) -> str | None:
    """The text that is written there; None where it comes from elsewhere, or where the documented sentence has none."""
    if isinstance(argument, ast.Constant) and argument.value is not None:
        return argument.value if isinstance(argument.value, str) else ""
    if isinstance(argument, ast.JoinedStr):
        return "".join(str(part.value) for part in argument.values if isinstance(part, ast.Constant))
    return None


@pytest.mark.parametrize("kind", sorted(kinds_of(PoolhouseError), key=str))
def test_an_error_has_words_in_both_languages(kind: type[PoolhouseError]) -> None:
    if re.fullmatch(r"\{\w+\}", kind.zh) or kind.zh in VERBATIM:
        return
    assert CHINESE.search(kind.zh), kind.zh
    assert kind.en
    assert not CHINESE.search(kind.en), kind.en


def test_a_reason_is_given_in_both_languages() -> None:
    """Nobody is told that something is malformed and not how. A starred argument brings as many as it likes; what a
    variable holds is not read here."""
    for where, kind, arguments, first in reasons():
        if any(isinstance(one, ast.Starred) for one in arguments):
            continue
        allowed = {first + 2} if kind in BARE else {first, first + 2}
        assert len(arguments) in allowed, f"{where}: the reason is missing, or is in one language"
        if len(arguments) == first or words(arguments[first]) in VERBATIM:
            continue
        chinese, english = words(arguments[first]), words(arguments[first + 1])
        assert chinese is None or CHINESE.search(chinese), f"{where}: {chinese!r} is not Chinese"
        assert english is None or (english and not CHINESE.search(english)), (
            f"{where}: {english!r} is not English"
        )


def test_the_reasons_are_found() -> None:
    assert len(reasons()) > 250
