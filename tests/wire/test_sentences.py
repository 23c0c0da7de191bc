"""Whatever an operation says of its success, or of what it looked up, is in the caller's language, on every wire."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.test_messages import REASONED

from poolhouse.wire import sentences

WIRE = Path(sentences.__file__).parent
CHINESE = re.compile(r"[一-鿿]")
SENTENCES = frozenset(sentences._ENGLISH)
HOMES = {
    "sentences.py": "the table itself",
    "v2/act_names.py": "a table by language of its own",
    "v2/guard_config.py": "labels in four languages, among which the component chooses",
    "oidc/translations.py": "a table of pairs",
    "v3/mail.py": "the contract has a field for each language",
    "pool_settings.py": "what each setting does, in both",
    "without_effect.py": "a table of fields and why, in both",
    "console/words/": "tables of pairs",
    "error_codes.py": "a generated page with both",
}
"""Where else Chinese may stand, and why."""


def files(having: re.Pattern[str] = re.compile("")) -> Iterator[tuple[str, ast.Module]]:
    """Only those in whose text `having` is found are parsed: all are read wherever tests are collected."""
    for path in sorted(WIRE.rglob("*.py")):
        name = str(path.relative_to(WIRE))
        if not any(name == home or (home.endswith("/") and name.startswith(home)) for home in HOMES):
            text = path.read_text(encoding="utf-8")
            if having.search(text):
                yield name, ast.parse(text)


def texts(node: ast.AST) -> Iterator[ast.Constant]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner


def chinese() -> Iterator[tuple[str, str]]:
    """Every Chinese text that no error has beside its English: those are read in tests/test_messages.py."""
    for name, tree in files(CHINESE):
        passed_by = {id(text) for where in ast.walk(tree) for text in _read_elsewhere(where)}
        for text in texts(tree):
            if CHINESE.search(text.value) and id(text) not in passed_by:
                yield name, text.value


def _read_elsewhere(node: ast.AST) -> Iterator[ast.Constant]:
    elsewhere = {
        *REASONED,
        "OAuthError",
        "Unfit",
    }  # whose Chinese stands behind its English: tests/oidc/test_languages.py, errors.Unfit
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in elsewhere:
        for argument in node.args:
            yield from texts(argument)
    elif isinstance(node, ast.Expr):  # a docstring
        yield from texts(node)


def literal_messages() -> Iterator[str]:
    """Where an answer is given a `message` whose words stand right there, in one language."""
    for name, tree in files():
        for node in ast.walk(tree):
            given = [(one.arg, one.value) for one in node.keywords] if isinstance(node, ast.Call) else []
            if isinstance(node, ast.Dict):
                given += [
                    (getattr(key, "value", None), value)
                    for key, value in zip(node.keys, node.values, strict=True)
                ]
            for key, value in given:
                said = {
                    id(text) for call in ast.walk(value) if isinstance(call, ast.Call) for text in texts(call)
                }
                if key in MESSAGES and any(
                    " " in text.value for text in texts(value) if id(text) not in said
                ):
                    yield f"{name}:{value.lineno}"


MESSAGES = {"message", "error_message", "errorMessage", "msg", "reason"}


@pytest.mark.parametrize(("where", "sentence"), sorted(set(chinese())))
def test_every_sentence_has_its_english(where: str, sentence: str) -> None:
    assert sentence in SENTENCES, f"{where}: put it into wire/sentences.py"


def test_no_answer_has_a_message_in_one_language() -> None:
    assert list(literal_messages()) == []


def test_the_homes_of_chinese_are_files_that_have_some() -> None:
    for home in HOMES:
        files = sorted((WIRE / home).glob("*.py")) if home.endswith("/") else [WIRE / home]
        assert files
        assert all(CHINESE.search(file.read_text(encoding="utf-8")) for file in files)


@pytest.mark.parametrize("sentence", sorted(SENTENCES))
def test_a_sentence_is_in_the_language_asked_for(sentence: str) -> None:
    assert sentences.said(sentence, "zh-CN") == sentence
    assert not CHINESE.search(sentences.said(sentence, "en-US"))
