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

Made from the table of commands by `python -m scripts.commands`. [Administration](../guide/administration.md) shows
them at work.

A command that a server answers takes a tenth of a second: it asks the server that runs on the data folder, through the
socket `poolhouse.sock` there, which only the server's own account and root may open. Where no server runs it opens the
database itself, which takes some seconds. Marked "by itself" are those that always do, or need no database.

* The data folder is `--data`, else `POOLHOUSE_DATA`, else `./data`. Only `up`, `demo` and `restore` make one; the
  others say in which folder they looked.
* The pool is `--pool`, else the one of `credentials.json` in the data folder, else the only one.
* On a terminal there are titles, color (unless `NO_COLOR` is set) and local times; in a pipe tab-separated lines with
  the times as the API has them. `--json` prints the answer of the API.
* The language is Chinese where `LC_ALL`, `LC_MESSAGES` or `LANG` begins with `zh`, else English.
* A password is asked for (`--password` alone) or read from a line of standard input (`--password -`). Written on the
  command line it works too, with a warning: others see it by `ps`.
* The audit log has the name of the account that typed, as `cli:NAME`.
* `source <(poolhouse completion bash)` completes commands, options and their values; `zsh` and `fish` likewise.
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
    yield "\nAn error is one line on standard error; `--debug` shows what is behind it.\n"
    yield "## Every command\n"
    yield "Beside its own, a command of the server's takes:\n"
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
