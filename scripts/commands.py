"""Writes docs/reference/commands.md from the table of commands.

python -m scripts.commands > docs/reference/commands.md
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from poolhouse.client import helping
from poolhouse.client.exits import MEANINGS
from poolhouse.client.model import Arg, Command
from poolhouse.client.parsing import options_of
from poolhouse.client.table import COMMANDS, GROUPS, alone, below

HEAD = """# Commands

This page is generated from the table of commands by `python -m scripts.commands`.
[Administration](../guide/administration.md) has examples.

A command connects to the server that runs on the data folder, through the socket `poolhouse.sock` there, and takes a
tenth of a second. Only the server's own account and root may open that socket. If no server runs, the command opens the
database itself, which takes some seconds. Commands marked "by itself" always do that, or need no database.

* The data folder is `--data`, or else `POOLHOUSE_DATA`, or else `./data`. Only `up`, `demo` and `restore` create
one; the
  error of the others names the folder.
* The pool is `--pool`, or else the one in `credentials.json` of the data folder, or else the only one.
* On a terminal the output has titles, color (unless `NO_COLOR` is set) and local times; in a pipe it is tab-separated
  lines with the times of the API. `--json` prints the API's response.
* The language is Chinese if `LC_ALL`, `LC_MESSAGES` or `LANG` begins with `zh`, or else English.
* `--password` without a value prompts for a password, `--password -` reads a line of standard input. A password on the
  command line causes a warning, because other users see it in `ps`.
* The audit log records the operating system's account that ran the command, as `cli:NAME`.
* `source <(poolhouse completion bash)` completes commands, options and their values; so do `zsh` and `fish`.
"""


def page() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    os.environ["LC_ALL"] = "C"
    yield HEAD
    yield "## Exit status\n"
    yield "| status | meaning |\n|---|---|"
    for status, words in MEANINGS.items():
        yield f"| {status} | {words[1]} |"
    yield "\nAn error is one line on standard error; `--debug` shows its details.\n"
    yield "## Every command\n"
    yield "Commands that use the server also have these options:\n"
    yield from _options(options_of(COMMANDS["user list"]))
    yield "\n## The server\n"
    for name in alone():
        yield from _row(COMMANDS[name])
    for group, words in GROUPS.items():
        yield f"## {group}\n\n{words[1]}\n"
        for name in below(group):
            yield from _row(COMMANDS[name])


def _row(command: Command) -> Iterator[str]:
    by_itself = "" if command.operation else " (By itself.)"
    yield f"### `{helping.usage(command)}`\n\n{' '.join(filter(None, (command.help[1], command.more[1])))}{by_itself}\n"
    if command.args:
        yield from _options(command.args)
        yield ""


def _options(args: Iterable[Arg]) -> Iterator[str]:
    for arg in args:
        yield f"* `{helping.spelled(arg)}`: {arg.help[1]}"


if __name__ == "__main__":
    print(page(), end="")
