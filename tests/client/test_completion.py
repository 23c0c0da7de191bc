"""What a shell offers for what was typed so far, asked of the shell itself."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

import pytest

from poolhouse.client import completion
from poolhouse.client.model import Command
from poolhouse.client.parsing import options_of
from poolhouse.client.table import COMMANDS, GROUPS, alone, below
from poolhouse.client.table_machine import SHELLS

CALLED = """
{script}
offered() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _poolhouse; echo "${{COMPREPLY[*]}}"; }}
"""


def offered(typed: Sequence[str]) -> list[set[str]]:
    """By bash, for each line typed; the last word of a line is what is being typed."""
    lines = "\n".join(f"offered poolhouse {line}" for line in typed)
    program = CALLED.format(script=completion.script("bash")) + lines
    ran = subprocess.run(["bash"], input=program, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stderr == ""
    return [set(line.split()) for line in ran.stdout.splitlines()]


def test_bash_offers_every_command_and_every_option_of_it() -> None:
    first, *second = offered(["''", *(f"{group} ''" for group in GROUPS)])
    assert first == {*GROUPS, *alone(), "--help", "--version"}
    for group, found in zip(GROUPS, second, strict=True):
        assert found == {*(name.partition(" ")[2] for name in below(group)), "--help"}
    for command, found in zip(COMMANDS.values(), offered([f"{name} --" for name in COMMANDS]), strict=True):
        named = {arg.name for arg in (*command.args, *options_of(command)) if not arg.positional}
        assert found == named | {"--help"}, command.name


def test_bash_offers_every_value_that_an_option_may_have() -> None:
    asked = [
        (f"{command.name} {'' if arg.positional else arg.name} ''", set(completion.values(arg)))
        for command in COMMANDS.values()
        for arg in command.args
        if completion.values(arg)
    ]
    assert len(asked) > 20
    for (line, expected), found in zip(asked, offered([line for line, _ in asked]), strict=True):
        assert found == expected, line
    assert offered(["app update x --sso y"]) == [{"yes"}]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_what_is_written_for_it(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    ran = subprocess.run(
        [shell, "-n"], input=completion.script(shell), capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_is_written_for_every_shell(shell: str) -> None:
    written = completion.script(shell)
    assert [one for one in COMMANDS.values() if not all(word in written for word in _words(one))] == []


def _words(command: Command) -> list[str]:
    values = [one for arg in command.args for one in completion.values(arg)]
    return [
        *command.name.split(),
        *(arg.name.removeprefix("--") for arg in command.args if not arg.positional),
        *values,
    ]
