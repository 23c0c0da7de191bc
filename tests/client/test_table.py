"""The table of commands against what it names: operations, and their fields."""

from __future__ import annotations

import types
import typing
from typing import Any

import msgspec
import pytest
from tests.client.conftest import Typed
from tests.commands.test_every_command import called

from poolhouse.client import helping, output
from poolhouse.client.model import Command, Facts, Table
from poolhouse.client.special import one_setting, set_setting
from poolhouse.client.table import COMMANDS, GROUPS
from poolhouse.client.table_mail_server import change as mail_server
from poolhouse.client.words import TITLES
from poolhouse.wire.operator.door import _row

OURS = list(COMMANDS.values())
IDS = [command.name for command in OURS]


def struct_of(kind: Any) -> Any:
    """The struct in `list[X]`, `X | None`, an annotated X; None for anything else."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) in (typing.Union, list, typing.Annotated):
        return next(filter(None, (struct_of(one) for one in typing.get_args(kind))), None)
    return None


def has(kind: Any, path: str) -> bool:
    """Whether a dotted path of wire names is in a struct; what is free (`Any`, a dictionary) has everything."""
    for step in path.split("."):
        struct = struct_of(kind)
        if struct is None:
            return True
        found = {one.encode_name: one.type for one in msgspec.structs.fields(struct)}
        if step not in found:
            return False
        kind = found[step]
    return True


@pytest.mark.parametrize("command", [one for one in OURS if one.operation], ids=lambda one: one.name)
def test_what_a_command_sends_is_taken(command: Command) -> None:
    if command.function:
        pytest.skip("a function's")
    if command.act in (one_setting, set_setting, mail_server):
        pytest.skip("it asks for all settings, or gives some of a map of free names")
    row = _row(command.operation)
    sent = [arg.to for arg in command.args if arg.to] + list(command.fixed)
    if command.paged is not None:
        before = f"{command.paged}." if command.paged else ""
        sent += [f"{before}page", f"{before}limit"]
    assert [path for path in sent if row.request is None or not has(row.request, path)] == []


@pytest.mark.parametrize("command", OURS, ids=IDS)
def test_what_a_command_shows_is_answered(command: Command) -> None:
    if not isinstance(command.shows, Table | Facts) or command.act or not command.operation:
        return
    kind = _row(command.operation).response
    for column in command.shows.columns:
        assert column.title in TITLES
        at = f"{command.shows.at}." if isinstance(command.shows, Table) and command.shows.at else ""
        assert has(kind, at + column.path), column
        assert not column.also or has(kind, at + column.also), column


@pytest.mark.parametrize("command", OURS, ids=IDS)
def test_a_command_is_told_in_both_languages(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang in ("zh_CN.UTF-8", "C"):
        monkeypatch.setenv("LC_ALL", lang)
        told = helping.of_command(command)
        assert "".join(helping.usage(command).split()) in "".join(told.split())
        assert all(arg.name in told for arg in command.args)
        words = [command.help, *(arg.help for arg in command.args), command.more]
        assert all(bool(zh) == bool(en) and (zh != en or not zh) for zh, en in words)


@pytest.mark.parametrize("lang", ["zh_CN.UTF-8", "C"])
def test_help_fits_a_terminal(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setenv("LC_ALL", lang)
    told = [helping.everything(), *map(helping.of_group, GROUPS), *map(helping.of_command, OURS)]
    lines = [line for one in told for line in one.splitlines()]
    assert [line for line in lines if output.width(line) > 80] == []


def test_no_line_of_chinese_begins_with_what_ends_a_sentence() -> None:
    for before in range(36, 42):
        first, second = helping.wrapped("汉" * before + "字，后面还有很多字，很多字。")
        assert output.width(first) <= 80
        assert second[0] not in "，。"
    assert helping.wrapped("a" * 79 + " b|c", "  ") == ["a" * 79, "  b|c"]


def test_every_group_has_commands_and_is_described() -> None:
    assert {name.partition(" ")[0] for name in COMMANDS if " " in name} == set(GROUPS)


@pytest.mark.parametrize("command", OURS, ids=IDS)
async def test_every_command_ends_in_a_table_or_one_line(command: Command, typed: Typed) -> None:
    """In a pool with nobody in it: done, refused, or nobody has that name; never a fault."""
    if command.function and not command.operation:
        pytest.skip("it opens a database itself: tests/commands")
    ended = await typed(*called(command))
    assert ended.status in (0, 1, 3), ended
    assert (ended.status == 0) or ended.err.strip(), ended
    assert len(ended.err.splitlines()) <= 2, ended
    assert "Traceback" not in ended.err
