"""What `--help` prints, of the table alone, in 80 columns."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from poolhouse.client import exits, output, table
from poolhouse.client.model import Arg, Command
from poolhouse.client.parsing import options_of
from poolhouse.client.words import say

BOLD, OFF = "\x1b[1m", "\x1b[0m"
WIDE = 80
BESIDE = 28
"""The widest name that has its words on its own line."""
NEVER_FIRST = "，。；：、）？！”"
"""What no line begins with."""


def everything() -> str:
    """`poolhouse --help`."""
    alone = [(name, say(words)) for name, words in table.alone().items()]
    groups = [(name, say(words)) for name, words in table.GROUPS.items()]
    return "\n".join(
        [
            say(("用法：poolhouse 命令 [参数]", "usage: poolhouse COMMAND [ARGUMENTS]")),
            "",
            _bold(say(("服务", "The server"))),
            *_listed(alone),
            "",
            _bold(
                say(
                    (
                        "管理（poolhouse 命令 --help 列出各项）",
                        "Administration (poolhouse COMMAND --help lists each)",
                    )
                )
            ),
            *_listed(groups),
            "",
            _bold(say(("退出状态", "Exit status"))),
            *_listed([(str(status), say(words)) for status, words in exits.MEANINGS.items()]),
        ]
    )


def of_group(group: str) -> str:
    listed = [(name, say(words)) for name, words in table.below(group).items()]
    return "\n".join(
        [
            say((f"用法：poolhouse {group} 命令 [参数]", f"usage: poolhouse {group} COMMAND [ARGUMENTS]")),
            "",
            *wrapped(say(table.GROUPS[group])),
            "",
            *_listed(listed),
        ]
    )


def of_command(command: Command) -> str:
    own = [(spelled(arg), say(arg.help)) for arg in command.args]
    common = [(spelled(arg), say(arg.help)) for arg in options_of(command)]
    head = say(("用法：", "usage: "))
    return "\n".join(
        [
            *wrapped(f"{head}{usage(command)}", " " * output.width(head)),
            "",
            *wrapped(say(command.help)),
            *wrapped(say(command.more)),
            *(["", *_listed(own)] if own else []),
            "",
            *_listed(common),
        ]
    )


def usage(command: Command) -> str:
    """`poolhouse user show USER [options]`."""
    parts = [arg.name if arg.needed else f"[{arg.name}]" for arg in command.args if arg.positional]
    parts += [spelled(arg) for arg in command.args if arg.needed and not arg.positional]
    return " ".join(["poolhouse", command.name, *parts, "[options]"])


def spelled(arg: Arg) -> str:
    if arg.positional and arg.choices:
        return f"{arg.name}: {'|'.join(arg.choices)}"
    if arg.positional or arg.kind == "flag":
        return arg.name
    if arg.choices:
        return f"{arg.name} {'|'.join(repr(one) if ' ' in one else one for one in arg.choices)}"
    metavar = {
        "yes": "yes|no",
        "number": "N",
        "pairs": "FIELD=VALUE",
        "actions": "NAME[=DESCRIPTION]",
        "secret": "[-]",
        "user": "USER",
        "path": "FILE",
        "json": "FILE",
        "statements": "FILE",
    }
    return f"{arg.name} {metavar.get(arg.kind, arg.key.rpartition('_')[2].upper())}"


def wrapped(text: str, indent: str = "") -> list[str]:
    """Lines of a terminal's 80 columns; those after the first begin with `indent`. What has no place to break stays
    whole."""
    lines, line = [], ""
    for part in _parts(text):
        if line.strip() and output.width(line + part.rstrip()) > WIDE:
            lines.append(line.rstrip())
            line = indent
        line += part.lstrip() if line == indent else part
    return [*lines, line.rstrip()] if line.strip() else lines


def _parts(text: str) -> Iterator[str]:
    """Between which a line may end: behind a space or a |, and on either side of a Chinese character."""
    part = ""
    for at, one in enumerate(text):
        part += one
        after = text[at + 1 : at + 2]
        chinese = output.width(one) == 2 or (after and output.width(after) == 2)
        if (
            (one in " |" or chinese)
            and after not in (" ", "")
            and after not in NEVER_FIRST
            and one not in "（“"
        ):
            yield part
            part = ""
    yield part


def _listed(found: list[tuple[str, str]]) -> list[str]:
    size = max((output.width(name) for name, _ in found if output.width(name) <= BESIDE), default=0)
    indent = " " * (size + 4)
    lines = []
    for name, words in found:
        beside = f"  {name}{' ' * (size - output.width(name))}  "
        if output.width(name) > size:
            lines += wrapped(f"  {name}", " " * (2 + output.width(name.partition(" ")[0]) + 1))
            beside = indent
        lines += wrapped(f"{beside}{words}", indent)
    return lines


def _bold(text: str) -> str:
    return f"{BOLD}{text}{OFF}" if exits.colors(sys.stdout) else text
