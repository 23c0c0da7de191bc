"""What `--help` prints, of the table alone."""

from __future__ import annotations

import sys

from poolhouse.client import exits, output, table
from poolhouse.client.model import Arg, Command
from poolhouse.client.parsing import options_of
from poolhouse.client.words import say

BOLD, OFF = "\x1b[1m", "\x1b[0m"


def everything() -> str:
    """`poolhouse --help`."""
    alone = [(name, say(words)) for name, words in table.OTHERS.items() if " " not in name]
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
            say(("命令的退出状态：", "exit status:"))
            + "; ".join(f" {status} {say(words)}" for status, words in exits.MEANINGS.items()),
        ]
    )


def of_group(group: str) -> str:
    listed = [(name, say(words)) for name, words in table.below(group).items()]
    return "\n".join(
        [
            say((f"用法：poolhouse {group} 命令 [参数]", f"usage: poolhouse {group} COMMAND [ARGUMENTS]")),
            "",
            say(table.GROUPS[group]),
            "",
            *_listed(listed),
        ]
    )


def of_command(command: Command) -> str:
    own = [(spelled(arg), _told(arg)) for arg in command.args]
    common = [(spelled(arg), _told(arg)) for arg in options_of(command)]
    return "\n".join(
        [
            f"{say(('用法：', 'usage: '))}{usage(command)}",
            "",
            say(command.help),
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
    if arg.positional or arg.kind == "flag":
        return arg.name
    if arg.choices:
        return f"{arg.name} {'|'.join(arg.choices)}"
    metavar = {"yes": "yes|no", "number": "N", "pairs": "FIELD=VALUE", "secret": "[-]", "user": "USER"}
    return f"{arg.name} {metavar.get(arg.kind, arg.key.upper())}"


def _told(arg: Arg) -> str:
    return say(arg.help)


def _listed(found: list[tuple[str, str]]) -> list[str]:
    size = min(max((output.width(name) for name, _ in found), default=0), 34)
    lines = []
    for name, words in found:
        if output.width(name) > size:
            lines += [f"  {name}", f"  {' ' * size}  {words}"]
        else:
            lines.append(f"  {name}{' ' * (size - output.width(name))}  {words}")
    return lines


def _bold(text: str) -> str:
    return f"{BOLD}{text}{OFF}" if exits.colours(sys.stdout) else text
