"""Writes docs/reference/commands.md and its Chinese page from the table of commands.

python -m scripts.commands
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from poolhouse.client import helping
from poolhouse.client.exits import MEANINGS
from poolhouse.client.model import Arg, Command
from poolhouse.client.parsing import options_of
from poolhouse.client.table import COMMANDS, GROUPS, alone, below
from poolhouse.client.words import Words
from poolhouse.errors import Lang

ROOT = Path(__file__).parents[1]
PAGES: Mapping[str, Lang] = {
    "docs/reference/commands.md": "en-US",
    "docs/zh/reference/commands.md": "zh-CN",
}


class _Frame(NamedTuple):
    """What a page says in its language beside the table. `colon` and `stop` end a name and a sentence."""

    head: str
    status: str
    errors: str
    every: str
    common: str
    server: str
    by_itself: str
    colon: str
    stop: str


_FRAMES: Mapping[Lang, _Frame] = {
    "en-US": _Frame(
        head="""# Commands

This page is generated from the table of commands by `python -m scripts.commands`.
[Administration](../guide/administration.md) has examples. [中文](../zh/reference/commands.md).

A command connects to the server that runs on the data folder, through the socket `poolhouse.sock` there, and takes a
tenth of a second. Only the server's own account and root may open that socket. If no server runs, the command opens the
database itself, which takes some seconds. Commands marked "by itself" always do that, or need no database.

* The data folder is `--data`, or else `POOLHOUSE_DATA`, or else `./data`. Only `up`, `demo` and `restore` create one;
  the error of the others names the folder.
* The pool is `--pool`, or else the one in `credentials.json` of the data folder, or else the only one.
* On a terminal the output has titles, color (unless `NO_COLOR` is set) and local times; in a pipe it is tab-separated
  lines with the times of the API. `--json` prints the API's response.
* The language is Chinese if the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set begins with `zh`, or else
  English.
* `--password` without a value prompts for a password, `--password -` reads a line of standard input. A password on the
  command line causes a warning, because other users see it in `ps`.
* The audit log records the operating system's account that ran the command, as `cli:NAME`.
* `source <(poolhouse completion bash)` completes commands, options and their values; so do `zsh` and `fish`.
""",
        status="## Exit status\n\n| status | meaning |",
        errors="An error is one line on standard error; `--debug` shows its details.",
        every="## Every command",
        common="Commands that use the server also have these options:",
        server="## The server",
        by_itself=" (By itself.)",
        colon=": ",
        stop="",
    ),
    "zh-CN": _Frame(
        head="""# 命令

本页由命令表生成（`python -m scripts.commands`）。示例见[日常管理](../administration.md)。\
[English](../../reference/commands.md)。

命令通过数据文件夹里的套接字 `poolhouse.sock` 连接正在运行的服务器，约需十分之一秒。\
只有运行服务器的系统账号和 root 能打开这个套接字。\
没有服务器在运行时，命令自己打开数据库，需要几秒。\
标有“自行执行”的命令总是自己打开数据库，或者不需要数据库。

* 数据文件夹依次取自 `--data`、`POOLHOUSE_DATA`、`./data`。\
只有 `up`、`demo` 和 `restore` 会新建文件夹；其他命令找不到时，报错会写出是哪个文件夹。
* 用户池依次取自 `--pool`、数据文件夹里的 `credentials.json`；都没有时，取唯一的那个。
* 在终端里，输出带有标题、颜色（设置了 `NO_COLOR` 则没有）和本地时间；\
在管道里，输出是以制表符分隔的行，时间与接口中的相同。`--json` 输出接口的应答。
* `LC_ALL`、`LC_MESSAGES`、`LANG` 中第一个有值的以 `zh` 开头时，显示中文，否则显示英文。
* `--password` 后面不写值时提示输入密码，`--password -` 从标准输入读一行。\
直接写在命令行里的密码会引起警告，因为其他用户能通过 `ps` 看到。
* 审计日志记录是哪个系统账号执行了命令，写作 `cli:NAME`。
* `source <(poolhouse completion bash)` 补全命令、选项和选项的值；`zsh` 和 `fish` 也可以。
""",
        status="## 退出状态\n\n| 状态 | 含义 |",
        errors="出错时，标准错误里有一行说明；`--debug` 显示详情。",
        every="## 全部命令",
        common="使用服务器的命令都有以下选项：",
        server="## 服务器",
        by_itself="（自行执行。）",
        colon="：",
        stop="。",
    ),
}


def text(lang: Lang) -> str:
    """The page of a language."""
    return "\n".join(_lines(lang)) + "\n"


def _lines(lang: Lang) -> Iterator[str]:
    frame = _FRAMES[lang]
    yield frame.head
    yield f"{frame.status}\n|---|---|"
    for status, words in MEANINGS.items():
        yield f"| {status} | {_in(lang, words)} |"
    yield f"\n{frame.errors}\n"
    yield f"{frame.every}\n\n{frame.common}\n"
    yield from _options(lang, options_of(COMMANDS["user list"]))
    yield f"\n{frame.server}\n"
    for name in alone():
        yield from _row(lang, COMMANDS[name])
    for group, words in GROUPS.items():
        yield f"## {group}\n\n{_sentence(lang, words)}\n"
        for name in below(group):
            yield from _row(lang, COMMANDS[name])


def _row(lang: Lang, command: Command) -> Iterator[str]:
    said = [_sentence(lang, words) for words in (command.help, command.more) if any(words)]
    by_itself = "" if command.operation else _FRAMES[lang].by_itself
    between = "" if lang == "zh-CN" else " "
    yield f"### `{helping.usage(command)}`\n\n{between.join(said)}{by_itself}\n"
    if command.args:
        yield from _options(lang, command.args)
        yield ""


def _options(lang: Lang, args: Iterable[Arg]) -> Iterator[str]:
    for arg in args:
        yield f"* `{helping.spelled(arg)}`{_FRAMES[lang].colon}{_in(lang, arg.help)}"


def _in(lang: Lang, words: Words) -> str:
    return words[0] if lang == "zh-CN" else words[1]


def _sentence(lang: Lang, words: Words) -> str:
    """With its full stop, which a terminal's line in Chinese has none of."""
    stop = _FRAMES[lang].stop
    return _in(lang, words).removesuffix(stop) + stop


if __name__ == "__main__":
    for page, lang in PAGES.items():
        (ROOT / page).write_text(text(lang), encoding="utf-8")
