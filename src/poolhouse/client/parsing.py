"""What was typed, taken apart by a command's row."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from poolhouse.client.exits import USAGE, Stopped
from poolhouse.client.model import Arg, Command, Values, put
from poolhouse.client.passwords import ASK, secret
from poolhouse.client.words import Words, of_a_file, say

POOL = Arg(
    "--pool",
    "",
    ("用户池编号，默认为 credentials.json 中的", "the pool's id; the one of credentials.json if absent"),
)
JSON = Arg("--json", "", ("输出 JSON", "print JSON"), "flag")
DATA = Arg(
    "--data",
    "",
    ("数据文件夹，默认 POOLHOUSE_DATA 或 ./data", "the data folder; POOLHOUSE_DATA or ./data if absent"),
)
DATABASE = Arg(
    "--database-url", "", ("直接使用这个 PostgreSQL，不经过服务", "use this PostgreSQL, and no server")
)
CONFIG = Arg(
    "--config",
    "",
    ("TOML 设置文件，默认 POOLHOUSE_CONFIG", "the settings file, in TOML; POOLHOUSE_CONFIG if absent"),
    "path",
)
DEBUG = Arg("--debug", "", ("出错时显示细节", "show the details of an error"), "flag")
PAGE = Arg("--page", "", ("第几页，从 1 起", "which page, from 1"), "number", default=1)
LIMIT = Arg("--limit", "", ("每页几条", "rows a page"), "number", default=50)
YES = Arg("--yes", "", ("不再确认", "do not ask"), "flag")
COMMON = (POOL, JSON, DATA, DATABASE)
LARGEST_PAGE = 50
_YES = {
    "yes": True,
    "true": True,
    "on": True,
    "1": True,
    "no": False,
    "false": False,
    "off": False,
    "0": False,
}
_DAYS = {"d": 1, "w": 7, "y": 365}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800}


def options_of(command: Command) -> tuple[Arg, ...]:
    """The arguments every such command takes beside its own."""
    pages = (PAGE, LIMIT) if command.paged is not None else ()
    asked = (YES,) if command.asks else ()
    config = (CONFIG,) if DATA.name in command.beside else ()
    return (*pages, *asked, *(arg for arg in COMMON if arg.name in command.beside), *config, DEBUG)


def parse(command: Command, words: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was given for the command's own arguments, and for those every command takes. Raises Stopped."""
    common = options_of(command)
    named = {arg.name: arg for arg in (*command.args, *common) if not arg.positional}
    given: dict[str, Any] = {}
    loose: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            loose += rest
            break
        if not word.startswith("-") or word == "-" or word[1:2].isdigit():
            loose.append(word)
            continue
        name, mark, value = word.partition("=")
        arg = named.get(name)
        if arg is None:
            raise _unknown(name, named, command)
        if arg.kind == "flag":
            if mark:
                raise _usage((f"{name} 不带值", f"{name} takes no value"), command)
            given[arg.key] = arg.value
            continue
        if not mark:
            if arg.kind == "secret" and (not rest or rest[0].startswith("--")):
                value = ASK
            elif not rest or rest[0] in named:
                raise _usage((f"{name} 缺少值", f"{name} needs a value"), command)
            else:
                value = rest.pop(0)
        if arg.kind in ("list", "pairs", "actions"):
            given.setdefault(arg.key, []).append(value)
        else:
            given[arg.key] = value
    _place(command, loose, given)
    keys = {arg.key for arg in command.args}
    for arg in command.args:
        if arg.needed and arg.key not in given:
            raise _usage((f"缺少 {arg.name}", f"{arg.name} is missing"), command)
    own = {name: value for name, value in given.items() if name in keys}
    beside = {arg.key: _read(arg, given[arg.key]) for arg in common if arg.key in given}
    return own, beside


def values_of(command: Command, own: dict[str, Any]) -> Values:
    """The call's values, but for people, whose ids the server has to tell."""
    values: Values = {}
    for arg in command.args:
        given = own.get(arg.key, arg.default)
        if given is None or arg.kind in ("user", "users", "targets", "pool"):
            continue
        if arg.name.endswith("..."):
            given = list(given)
        put(values, arg.to or arg.key, _read(arg, given))
    for path, value in command.fixed.items():
        put(values, path, value)
    return values


def _place(command: Command, loose: list[str], given: dict[str, Any]) -> None:
    for arg in command.args:
        if not arg.positional or not loose:
            continue
        if arg.name.endswith("..."):
            given[arg.key], loose = loose, []
        else:
            given[arg.key] = loose.pop(0)
    if loose:
        raise _usage((f"多余的参数 {loose[0]}", f"unexpected {loose[0]}"), command)


def _read(arg: Arg, given: Any) -> Any:
    """Raises Stopped naming the argument."""
    if arg.kind == "list":
        given = [one for one in given if one]
    if arg.choices:
        for one in given if isinstance(given, list) else [given]:
            _require_choice(arg, one)
    if arg.kind == "number":
        try:
            return int(given)
        except ValueError:
            raise _usage((f"{arg.name} 应为整数", f"{arg.name} must be a whole number")) from None
    if arg.kind == "yes":
        found = _YES.get(str(given).lower())
        if found is None:
            raise _usage((f"{arg.name} 应为 yes 或 no", f"{arg.name} must be yes or no"))
        return found
    if arg.kind == "secret":
        return secret(given, known=arg.value == "known")
    if arg.kind == "pairs":
        return dict(_pair(arg, one) for one in given)
    if arg.kind == "actions":
        return [action(one) for one in given if one]
    if arg.kind == "days":
        return _days(arg, given)
    if arg.kind == "moment":
        return _moment(arg, given)
    if arg.kind == "file":
        return _file(given)
    if arg.kind in ("json", "statements"):
        return _json(given) if given else None
    if arg.kind == "path":
        from pathlib import Path

        return Path(given)
    return given


def _file(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.buffer.read().decode()
        with open(name, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise Stopped(of_a_file(error)) from None
    except UnicodeDecodeError:
        raise Stopped(say((f"{name} 不是 UTF-8 文本", f"{name} is not UTF-8 text"))) from None


def _json(name: str) -> Any:
    try:
        return json.loads(_file(name))
    except ValueError as error:
        raise Stopped(say((f"{name} 不是 JSON：{error}", f"{name} is not JSON: {error}"))) from None


def _require_choice(arg: Arg, given: str) -> None:
    if given in arg.choices:
        return
    known = ", ".join(arg.choices)
    zh, en = f"{arg.name} 应为 {known} 之一", f"{arg.name} must be one of {known}"
    if near := nearest(given, arg.choices):
        zh, en = f"{zh}：是否指 {near}？", f"{en}: did you mean {near}?"
    raise _usage((zh, en))


def nearest(given: str, known: Iterable[str]) -> str | None:
    """What was perhaps meant."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(given, list(known), 1)), None)


def _pair(arg: Arg, text: str) -> tuple[str, Any]:
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise _usage((f"{arg.name} 应写作“字段=值”", f"{arg.name} is written FIELD=VALUE"))
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def action(text: str) -> dict[str, str]:
    """`read=Look at it`: an action of a resource with what it is."""
    name, _, description = text.partition("=")
    return {"name": name.strip(), "description": description.strip()}


def _days(arg: Arg, text: str) -> int:
    unit = _DAYS.get(text[-1:])
    if unit is None or not text[:-1].isascii() or not text[:-1].isdigit() or int(text[:-1]) == 0:
        raise _usage((f"{arg.name} 应形如 180d、26w、2y", f"{arg.name}: write 180d, 26w or 2y"))
    return int(text[:-1]) * unit


def _moment(arg: Arg, text: str) -> int:
    import time
    from datetime import datetime

    unit = _SECONDS.get(text[-1:])
    if unit is not None and text[:-1].isascii() and text[:-1].isdigit():
        return int((time.time() - int(text[:-1]) * unit) * 1000)
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        said = (
            f"{arg.name} 应形如 2h、3d 或 2026-01-31",
            f"{arg.name}: write 2h, 3d or a date such as 2026-01-31",
        )
        raise _usage(said) from None


def _unknown(name: str, known: dict[str, Arg], command: Command) -> Stopped:
    zh, en = f"没有选项 {name}", f"no such option {name}"
    if near := nearest(name, [*known, "--help"]):
        zh, en = f"{zh}：是否指 {near}？", f"{en}: did you mean {near}?"
    return _usage((zh, en), command)


def _usage(said: Words, command: Command | None = None) -> Stopped:
    hint = (
        (f"；用法见 poolhouse {command.name} --help", f"; see poolhouse {command.name} --help")
        if command
        else ("", "")
    )
    return Stopped(say((said[0] + hint[0], said[1] + hint[1])), USAGE)
