"""Every warning of a script's run is there in Chinese and in English, and says the same facts in both."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import poolhouse
from poolhouse.sandbox.warnings import KINDS, Sentence, Warned, kind_of

CHINESE = re.compile("[\u4e00-\u9fff]")
SOURCES = sorted(Path(poolhouse.__file__).parent.rglob("*.py"))


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def said() -> Iterator[tuple[str, set[str]]]:
    """Each place of the code that says one: which, and the facts it gives."""
    for path in SOURCES:
        text = path.read_text()
        if "Sentence." not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(func=ast.Attribute(ast.Name("Sentence"), name), args=[], keywords=given):
                    yield name, {str(each.arg) for each in given}


@pytest.mark.parametrize("sentence", Sentence, ids=lambda one: one.name)
def test_a_warning_has_both_languages_and_is_said_with_all_its_facts(sentence: Sentence) -> None:
    zh, en = sentence.value
    assert CHINESE.search(zh)
    assert not CHINESE.search(en)
    assert facts(zh) == facts(en)
    places = [given for name, given in said() if name == sentence.name]
    assert places, "nothing says it"
    assert all(given == facts(zh) for given in places), places


def test_no_warning_is_made_but_of_a_sentence_an_offer_or_another_warning() -> None:
    """One with a text of its own would not be in the table above."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name("Warned"), args=args) if path.name != "warnings.py":
                    texts = [each for each in args if isinstance(each, ast.Constant | ast.JoinedStr)]
                    assert not texts, f"{path}:{node.lineno}"


def test_a_fact_with_words_of_its_own_is_said_in_each_language() -> None:
    for value in ({}, [], "x", True, None, 1.5, 3):
        kind = kind_of(value)
        warned = Sentence.NO_PROFILE(name="login", kind=kind)
        assert warned.message("zh-CN").endswith(kind.zh)
        assert warned.message("en-US").endswith(kind.en)
        assert kind.en not in warned.zh or value is None
    assert len({kind.zh for kind in KINDS.values()}) == len(KINDS)


def test_braces_of_a_script_are_no_facts() -> None:
    assert Sentence.LOST(what="{what}: {0}").en == "lost in the answer: {what}: {0}"


def test_a_warning_is_kept_in_both_languages_and_an_older_one_as_it_was() -> None:
    warned = Sentence.CONSOLE_CUT()
    assert Warned.of_stored(warned.stored()) == warned
    assert Warned.of_stored("as it was").message("zh-CN") == "as it was"
    for newer in ({"en": "a", "de": "b"}, {"zh": "c", "en": "a"}, {"de": "b"}, {}, ["a", "b"], 7, None):
        assert isinstance(Warned.of_stored(newer).message("en-US"), str), "of a newer version, in part"
    assert Warned.of_stored({"en": "a", "de": "b"}) == Warned("a", "a")
