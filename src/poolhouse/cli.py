"""The command line: `poolhouse COMMAND`.

A row of `client/table.py` becomes one call of the running server, and nothing else is imported for it. Where no server
runs, and for a row that names a function, `commands` is.

Whatever goes wrong is one line on standard error and an exit status by kind (`client/exits.py`); `--debug` shows what
is behind it.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn

from poolhouse.client import exits, helping, running, table
from poolhouse.client.exits import Stopped
from poolhouse.client.parsing import nearest
from poolhouse.client.running import Ask
from poolhouse.client.words import say


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--debug"]
    debug = len(words) < len(sys.argv) - 1
    try:
        status = run(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = exits.INTERRUPTED
    except BrokenPipeError as error:
        if not _nobody_reads():
            _tell(error, debug)
        # Whoever read the output has read enough; the interpreter must not try to write the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = exits.DONE
    except Stopped as stopped:
        _fail(stopped, stopped.said, stopped.status, debug)
    except Exception as error:
        _tell(error, debug)
    sys.exit(status)


def run(words: Sequence[str]) -> int:
    """The exit status. Raises Stopped and whatever a command does."""
    command = running.command_of(words)
    if command is not None:
        return running.run(command, words[len(command.name.split()) :], elsewhere, function_at)
    wanted = [word for word in words if word not in ("--help", "-h")]
    helps = len(wanted) < len(words)
    if not wanted and (helps or not words):
        print(helping.everything())
        return exits.DONE
    if len(wanted) == 1 and wanted[0] in table.GROUPS:
        print(helping.of_group(wanted[0]))
        return exits.DONE
    if words[0] == "--version":
        return running.run(table.COMMANDS["version"], words[1:], elsewhere, function_at)
    raise _unknown(wanted)


def _unknown(words: Sequence[str]) -> Stopped:
    """Names what was perhaps meant."""
    within = words[0] in table.GROUPS
    known = [*table.below(words[0])] if within else [*table.GROUPS, *table.alone(), "--help", "--version"]
    given = " ".join(words[:2]) if within else words[0]
    kind = ("选项", "option") if given.startswith("-") else ("命令", "command")
    zh, en = f"没有{kind[0]} {given}", f"no such {kind[1]} {given}"
    if near := nearest(given, known):
        zh, en = f"{zh}：是否指 {near}？", f"{en}: did you mean {near}?"
    hint = "；命令见 poolhouse --help", "; poolhouse --help lists them"
    return Stopped(say((zh + ("" if near else hint[0]), en + ("" if near else hint[1]))), exits.USAGE)


def elsewhere(data: str, database_url: str | None) -> AbstractContextManager[Ask]:
    from poolhouse.commands.here import here

    return here(data, database_url)


def function_at(place: str) -> Callable[..., Any]:
    """What a row's `function` names."""
    from importlib import import_module

    module, _, name = place.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"poolhouse.commands.{module}"), name)
    return found


def _nobody_reads() -> bool:
    """Whether it is the output that broke, and not a connection of the command's own."""
    asked = select.poll()
    asked.register(sys.stdout.fileno(), 0)
    return any(state & (select.POLLERR | select.POLLHUP) for _, state in asked.poll(0))


def _tell(error: Exception, debug: bool) -> NoReturn:
    from poolhouse.commands.mendable import told

    said, status = told(error)
    _fail(error, said, status, debug)


def _fail(error: Exception, said: str, status: int, debug: bool) -> NoReturn:
    if debug:
        from poolhouse import failures

        print(failures.told_to_a_person(error), file=sys.stderr)
    exits.fail(said, status)
