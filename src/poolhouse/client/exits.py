"""How a command ends: the exit status by kind, and the one line on standard error that goes with it."""

from __future__ import annotations

import os
import sys
from typing import NoReturn
from unicodedata import category

from poolhouse.client.words import say

DONE, REFUSED, USAGE, NOT_FOUND, UNREACHABLE, FAULT, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130

MEANINGS: dict[int, tuple[str, str]] = {
    DONE: ("完成", "done"),
    REFUSED: (
        "被拒绝，或有部分未完成：输入有误、规则不允许、有差异",
        "rejected or incomplete: bad input, a rule, a difference found",
    ),
    USAGE: ("命令写错了", "the command line is wrong"),
    NOT_FOUND: ("没有所指的用户、应用、分组等", "not found"),
    UNREACHABLE: (
        "找不到数据文件夹、服务或数据库，或暂时不可用",
        "no data folder, server or database, or no answer from it",
    ),
    FAULT: ("Poolhouse 自身的错误，请反馈", "a defect of Poolhouse: please report it"),
    INTERRUPTED: ("被中断", "interrupted"),
}


class Stopped(Exception):
    """A command that ends early, with one line for whoever typed it."""

    def __init__(self, said: str, status: int = REFUSED) -> None:
        super().__init__(said)
        self.said, self.status = said, status


def shown(text: str, *, lines: bool = False) -> str:
    """With what could command a terminal, or break a line, spelled out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        one if (lines and one == "\n") or category(one)[0] != "C" else one.encode("unicode_escape").decode()
        for one in text
    )


def colors(stream: object) -> bool:
    return bool(getattr(stream, "isatty", bool)()) and "NO_COLOR" not in os.environ


def warn(said: str) -> None:
    _tell(say(("警告：", "warning: ")), "\x1b[33m", said)


def fail(said: str, status: int = REFUSED) -> NoReturn:
    _tell(say(("错误：", "error: ")), "\x1b[31m", said)
    sys.exit(status)


def _tell(mark: str, color: str, said: str) -> None:
    mark = f"{color}{mark}\x1b[0m" if colors(sys.stderr) else mark
    print(f"{mark}{shown(said, lines=True)}", file=sys.stderr)
