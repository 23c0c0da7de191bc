"""A refusal in the log can be read in both languages, whatever wrote it there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import poolhouse
from poolhouse import errors
from poolhouse.errors import Lang, LoginRefused, PoolhouseError
from poolhouse.login.refusal_log import in_words

SOURCES = Path(poolhouse.__file__).parent
WRITES = {"self._refusals.write", "self._refuse", "self.refuse"}


def written() -> Iterator[str]:
    """Texts that the code gives as a reason: the second argument of a refusal."""
    for path in (SOURCES / "login").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WRITES:
                reason = node.args[1]
                if isinstance(reason, ast.Constant):
                    yield str(reason.value)


REASONS = sorted(
    {*written(), "too many wrong passwords"}
    | {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, PoolhouseError)
    }
)


def test_refusals_were_found_in_the_code() -> None:
    assert {"CodeWrong", "no proof"} <= set(written())


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("lang", get_args(Lang))
def test_a_reason_is_a_sentence_of_the_language(reason: str, lang: Lang) -> None:
    said = in_words(reason, lang)
    assert said != reason
    assert "{" not in said
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said) == (lang == "zh-CN")


def test_a_sentence_with_facts_gives_way_to_the_one_above_it() -> None:
    assert "{wait}" in errors.AccountLocked.en
    assert in_words("AccountLocked", "en-US") == errors.AccountBlocked.en


@pytest.mark.parametrize("reason", ["", "the script's own words", "LoginService", "Any", "annotations"])
def test_what_no_error_is_called_stays_as_it_is(reason: str) -> None:
    assert in_words(reason, "zh-CN") == reason


def test_an_account_without_a_password_is_told_in_the_log_alone() -> None:
    assert issubclass(errors.FirstPasswordRequired, LoginRefused)
    assert in_words("FirstPasswordRequired", "en-US") != errors.FirstPasswordRequired.en
