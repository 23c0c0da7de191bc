"""Passwords on their way in: asked for, read from a pipe, or made; never on the command line without a word."""

from __future__ import annotations

import sys

from poolhouse.client.exits import USAGE, Stopped, warn
from poolhouse.client.words import say

ASK = "\x05"
"""What `--password` without a value stands for."""
_LETTERS = "abcdefghijkmnpqrstuvwxyz"
_KINDS = (_LETTERS, _LETTERS.upper(), "23456789", "-_.+")


def secret(given: str, *, known: bool = False) -> str:
    """`given` is `-` for a line of standard input. `known`: it is one that somebody has, so that once is enough."""
    if given == ASK:
        return _asked(known)
    if given == "-":
        line = sys.stdin.readline()
        if not line.strip("\r\n"):
            raise Stopped(say(("标准输入中没有密码", "there is no password on standard input")), USAGE)
        return line.strip("\r\n")
    warn(
        say(
            (
                "写在命令行的密码会被其他用户用 ps 看到，也会留在历史记录里：请用 --password - 或只写 --password",
                "a password on the command line is seen by ps and kept by the shell's history: "
                "use --password - or --password alone",
            )
        )
    )
    return given


def _asked(known: bool) -> str:
    if not sys.stdin.isatty():
        raise Stopped(
            say(("没有终端可以输入密码：请用 --password -", "no terminal to ask on: use --password -")), USAGE
        )
    from getpass import getpass

    if known:
        return getpass(say(("密码：", "password: ")))
    first = getpass(say(("新密码：", "new password: ")))
    if not first or getpass(say(("再输一遍：", "once more: "))) != first:
        raise Stopped(say(("两次输入不一致，或为空", "the two differ, or are empty")), USAGE)
    return first


def generated() -> str:
    """Twenty characters of four kinds, none easily taken for another."""
    from secrets import SystemRandom

    draw = SystemRandom()
    found = [draw.choice(kind) for kind in _KINDS] + [draw.choice("".join(_KINDS)) for _ in range(16)]
    draw.shuffle(found)
    return "".join(found)
