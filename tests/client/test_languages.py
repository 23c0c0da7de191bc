"""Whatever the command line says is there in Chinese and in English: read off the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from poolhouse import settings
from poolhouse.cli import run
from poolhouse.client.exits import Stopped
from poolhouse.client.words import Both, said
from poolhouse.commands.mendable import told
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.errors import Unfit, UserNotFound

SOURCE = Path(settings.__file__).parent
SAYING = {"Stopped", "warn", "fail", "print", "line", "input"}
ONE_WORD = 4
"""Letters in a row that need a translation; less is a unit."""


def calls(*folders: str) -> Iterator[tuple[str, str, ast.Call]]:
    for folder in folders:
        for file in sorted((SOURCE / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call):
                    name = (
                        node.func.attr
                        if isinstance(node.func, ast.Attribute)
                        else getattr(node.func, "id", "")
                    )
                    yield f"{file.relative_to(SOURCE)}:{node.lineno}", name, node


def kinds(of: type = Unfit) -> Iterator[str]:
    for kind in of.__subclasses__():
        yield kind.__name__
        yield from kinds(kind)


def test_why_something_cannot_start_is_told_in_both() -> None:
    known = {"DatabaseUnfit", "SandboxUnfit", "PortTaken", "SettingsUnfit", "KeyMalformed", "FolderTaken"}
    assert known <= set(kinds())
    alone = [
        where
        for where, name, call in calls(".")
        if name in known and len(call.args) < 2 and not any(isinstance(arg, ast.Starred) for arg in call.args)
    ]
    assert alone == []


def test_no_command_says_a_sentence_in_one_language() -> None:
    found = []
    for where, name, call in calls("client", "commands"):
        if name in SAYING and call.args:
            first = call.args[0]
            texts = first.values if isinstance(first, ast.JoinedStr) else [first]
            plain = [
                one.value for one in texts if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if any(re.search(rf"[A-Za-z]{{{ONE_WORD},}}", text) for text in plain):
                found.append(where)
    assert found == []


@pytest.mark.parametrize(
    ("error", "zh", "en"),
    [
        (DatabaseUnfit("no", "不"), "不", "no"),
        (UserNotFound(), "用户不存在", "The user does not exist"),
        (FileNotFoundError(2, "No such file", "a"), "a：没有这个文件或目录", "a: no such file or folder"),
        (OSError(28, "No space left"), "磁盘已满，没有写完", "the disk is full: not all of it was written"),
        (ValueError(), "Poolhouse 自身的错误（ValueError at ", "a fault of Poolhouse (ValueError at "),
    ],
)
def test_an_error_is_told_to_who_reads_it(
    monkeypatch: pytest.MonkeyPatch, error: Exception, zh: str, en: str
) -> None:
    for lang, words in (("zh_CN.UTF-8", zh), ("C", en)):
        monkeypatch.setenv("LC_ALL", lang)
        assert told(error)[0].startswith(words)


@pytest.mark.parametrize(
    ("words", "near"),
    [("usr list", "user"), ("user lst", "user list"), ("--hepl", "--help"), ("exprt", "export")],
)
def test_a_slip_is_told_with_what_was_perhaps_meant(
    monkeypatch: pytest.MonkeyPatch, words: str, near: str
) -> None:
    for lang, asked in (("zh_CN.UTF-8", f"是否指 {near}？"), ("C", f"did you mean {near}?")):
        monkeypatch.setenv("LC_ALL", lang)
        with pytest.raises(Stopped) as stopped:
            run(words.split())
        assert stopped.value.said.endswith(asked)


def test_a_text_of_both_is_english_to_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    text = Both("none", "没有")
    assert (text, said(text), said("x")) == ("none", "没有", "x")
