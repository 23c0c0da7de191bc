"""The rows that name a function of `commands`: it is there, and takes what may be typed."""

from __future__ import annotations

import inspect

import pytest

from poolhouse.cli import function_at
from poolhouse.client.model import Command
from poolhouse.client.parsing import options_of
from poolhouse.client.table import COMMANDS
from poolhouse.sessions.server_keys import ALGORITHMS

FUNCTIONS = [command for command in COMMANDS.values() if command.function]
CALLED = {"--json": "as_json", "--pool": "pool", "--data": "data", "--database-url": "database_url"}


@pytest.mark.parametrize("command", FUNCTIONS, ids=lambda command: command.name)
def test_a_function_takes_what_its_row_says(command: Command) -> None:
    own = inspect.signature(function_at(command.function)).parameters
    given = [*own.values()][1 if command.operation else 0 :]
    loose = [arg.key for arg in command.args if arg.positional]
    assert [one.name for one in given if one.kind is not one.KEYWORD_ONLY] == loose
    named = {arg.key for arg in command.args if not arg.positional}
    common = {CALLED[arg.name] for arg in options_of(command) if arg.name in CALLED}
    assert {one.name for one in given if one.kind is one.KEYWORD_ONLY} == named | (
        set() if command.operation else common
    )
    needed = {one.name for one in given if one.default is one.empty}
    assert needed == {arg.key for arg in command.args if arg.needed or arg.default is not None}


def test_keys_may_be_of_every_algorithm_that_signs() -> None:
    choices = [arg.choices for arg in COMMANDS["signing-keys rotate"].args if arg.choices]
    assert choices == [ALGORITHMS]
