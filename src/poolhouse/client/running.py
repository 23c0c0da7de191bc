"""One command of the table, from its words to its exit status."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

from poolhouse.client import connection, helping, output, table
from poolhouse.client.connection import NoServer
from poolhouse.client.exits import DONE, FAULT, NOT_FOUND, REFUSED, UNREACHABLE, USAGE, Stopped, warn
from poolhouse.client.model import Column, Command, Done, Facts, Table, Values, got, put
from poolhouse.client.parsing import CONFIG, LARGEST_PAGE, LIMIT, PAGE, parse, values_of
from poolhouse.client.words import language, say, title

Ask = Callable[[dict[str, Any]], dict[str, Any]]
Elsewhere = Callable[[str, str | None], AbstractContextManager[Ask]]
"""How to ask where no server runs: of a data folder, or of the database named."""

FunctionAt = Callable[[str], Callable[..., Any]]
"""The function of `commands` that a row names."""

_FIELD = re.compile(r"(Parameter |参数 |)([\w.]+)(?= )")
_ABOUT = {
    "AppNotFound": ("app", "app_id"),
    "NodeNotFound": ("department", "under", "parent"),
    "NamespaceNotFound": ("namespace",),
}
"""By keys, the arguments that may have named what is not there; else it is the first that stands by itself."""
FIND_USER = "GET find-user"
_BY_CODE = {404: NOT_FOUND, 429: UNREACHABLE, 503: UNREACHABLE, 500: FAULT}


def command_of(words: Sequence[str]) -> Command | None:
    return table.COMMANDS.get(" ".join(words[:2])) or table.COMMANDS.get(" ".join(words[:1]))


def run(command: Command, words: Sequence[str], elsewhere: Elsewhere, function_at: FunctionAt) -> int:
    """`words` are those behind the command's name. Raises Stopped."""
    if any(word in ("--help", "-h") for word in words):
        print(helping.of_command(command))
        return DONE
    own, common = parse(command, words)
    if CONFIG.key in common:  # as whoever reads settings finds it, in this process and in those it starts
        os.environ["POOLHOUSE_CONFIG"] = os.path.abspath(common.pop(CONFIG.key))
    values = values_of(command, own)
    if command.paged is not None:
        _page(command, common, values)
    if command.asks and not common.get("yes"):
        _confirm(command, own)
    if command.function and not command.operation:
        loose, named = _given(command, values)
        return function_at(command.function)(*loose, **named, **_named(common)) or DONE
    with _asking(common, elsewhere) as ask:
        pool = own.get("pool_id") or common.get("pool") or connection.pool_of(_folder(common))
        caller = _Caller(ask, pool, command, own, as_json=bool(common.get("json")))
        _people(command, own, values, caller)
        if command.function:
            loose, named = _given(command, values)
            data = function_at(command.function)(caller, *loose, **named)
        else:
            data = command.act(caller, command, values) if command.act else caller(command.operation, values)
    _show(command, data, as_json=caller.as_json)
    if command.warns:
        warn(say(command.warns))
    return REFUSED if command.unless and got(data, command.unless) is False else DONE


def _given(command: Command, values: Values) -> tuple[list[Any], dict[str, Any]]:
    """What a function is called with: the arguments in their places, and those by name."""
    loose: list[Any] = []
    for arg in command.args:
        if arg.positional and arg.key in values:
            value = values.pop(arg.key)
            loose += value if arg.name.endswith("...") else [value]
    return loose, values


def _named(common: dict[str, Any]) -> dict[str, Any]:
    return {
        "as_json" if name == "json" else name: value
        for name, value in common.items()
        if name not in ("yes", "debug")
    }


class _Caller:
    """Asks one operation and gives its data. Raises Stopped with the server's own sentence."""

    def __init__(
        self, ask: Ask, pool: str, command: Command, typed: dict[str, Any], *, as_json: bool
    ) -> None:
        self._ask, self._pool, self._typed, self.as_json = ask, pool, typed, as_json
        self._names = {
            path: arg.name.removesuffix("...")
            for arg in command.args
            for path in (arg.to.rpartition(".")[2], arg.to)
            if path
        }
        if command.paged is not None:
            self._names["page"] = PAGE.name
        self._alone = [arg.key for arg in command.args if arg.positional and arg.kind == "text"][:1]

    def __call__(self, operation: str, values: Values) -> Any:
        question = {"call": operation, "values": values, "pool": self._pool, "lang": language()}
        answer = self._ask(question)
        status = answer.get("statusCode", 500)
        if status != 200:
            said = self._as_typed(str(answer.get("message", "")))
            if status == 404:
                said = self._with_name(said, str(answer.get("error", "")), operation, values)
            if status == 500:
                said = f"{said} ({answer.get('requestId', '')})"
            raise Stopped(output.shown(said), _BY_CODE.get(status, REFUSED))
        return answer.get("data")

    def _as_typed(self, said: str) -> str:
        """With a field of the API by the name of its argument."""
        found = _FIELD.match(said)
        if found is None or found[2] not in self._names:
            return said
        return f"{found[1]}{self._names[found[2]]}{said[found.end() :]}"

    def _with_name(self, said: str, error: str, operation: str, values: Values) -> str:
        """With what was typed for the thing that is not there, unless the sentence has it already."""
        if error == "PoolNotFound":
            found = [self._pool]
        elif operation == FIND_USER:
            found = [values["value"]]
        else:
            found = [one for key in _ABOUT.get(error, self._alone) for one in _texts(self._typed.get(key))]
        if not found or any(one in said for one in found):
            return said
        return f"{said}{say(('：', ': '))}{say((' 或 ', ' or ')).join(found)}"


def _texts(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else given if isinstance(given, list) else []


def _folder(common: dict[str, Any]) -> str:
    return connection.folder(common.get("data"))


class _asking:
    """The running server's socket, unless a database was named; else whatever `elsewhere` gives."""

    def __init__(self, common: dict[str, Any], elsewhere: Elsewhere) -> None:
        self._data, self._url, self._elsewhere = _folder(common), common.get("database_url"), elsewhere
        self._opened: AbstractContextManager[Ask] | None = None
        self._answered = False

    def __enter__(self) -> Ask:
        return self._question

    def _question(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._opened is None and self._url is None:
            try:
                answer = connection.call(self._data, question)
            except NoServer:
                if self._answered:
                    # It stops, or starts anew: whoever opened its database now would be in its way.
                    raise Stopped(say(("服务已停止", "the server has stopped")), UNREACHABLE) from None
            else:
                self._answered = True
                return answer
        if self._opened is None:
            self._opened = self._elsewhere(self._data, self._url)
            self._there = self._opened.__enter__()
        return self._there(question)

    def __exit__(self, *what: Any) -> None:
        if self._opened is not None:
            self._opened.__exit__(*what)


def _page(command: Command, common: dict[str, Any], values: Values) -> None:
    page, limit = common.get("page", PAGE.default), common.get("limit", LIMIT.default)
    if page < 1:
        raise Stopped(say(("--page 从 1 起", "--page must be at least 1")), USAGE)
    if not 1 <= limit <= LARGEST_PAGE:
        said = (
            f"--limit 应为 1 至 {LARGEST_PAGE}",
            f"--limit must be 1 to {LARGEST_PAGE}; --page gives the next",
        )
        raise Stopped(say(said), USAGE)
    before = f"{command.paged}." if command.paged else ""
    put(values, f"{before}page", page)
    put(values, f"{before}limit", limit)


def _people(command: Command, own: dict[str, Any], values: Values, ask: _Caller) -> None:
    """The ids of whoever was named."""
    for arg in command.args:
        given = own.get(arg.key)
        if given is None or arg.kind not in ("user", "users", "targets"):
            continue
        ids = [_id(name, ask) for name in ([given] if isinstance(given, str) else given)]
        if arg.kind == "targets":
            put(values, arg.to, [{"targetType": "USER", "targetIdentifier": one} for one in ids])
        else:
            put(values, arg.to, ids if arg.kind == "users" else ids[0])


def _id(name: str, ask: _Caller) -> str:
    return str(ask(FIND_USER, {"value": name})["userId"])


def _confirm(command: Command, own: dict[str, Any]) -> None:
    """Raises Stopped unless somebody at a terminal says yes."""
    named = [value for arg in command.args if arg.positional and (value := own.get(arg.key))]
    print(
        output.shown(" ".join(one if isinstance(one, str) else " ".join(one) for one in named)),
        file=sys.stderr,
    )
    if sys.stdin.isatty():
        print(f"{say(command.asks or ('', ''))} (yes/no) ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() in ("y", "yes", "是"):
            return
    raise Stopped(say(("没有改动：请确认，或加 --yes", "nothing was changed: answer yes, or give --yes")))


def _show(command: Command, data: Any, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
        return
    shows = command.shows
    if isinstance(shows, Table):
        found = got(data, shows.at) or []
        output.rows(
            [title(column.title) for column in shows.columns],
            [[_cell(row, column) for column in shows.columns] for row in found],
        )
        total = data.get("totalCount") if isinstance(data, dict) else None
        if output.terminal() and total is not None and (command.paged is None or total > len(found)):
            print(say((f"共 {total} 条", f"{total} in all")))
    elif isinstance(shows, Facts):
        _facts(shows, data or {})
    elif isinstance(shows, Done):
        print(say(shows.said))
    else:
        shows(data)


def _facts(shows: Facts, data: dict[str, Any]) -> None:
    found = [(title(column.title), _cell(data, column)) for column in shows.columns]
    if "password" in data:
        found.append((say(("密码", "password")), output.cell(data["password"])))
    if shows.rest:
        known = {column.path for column in shows.columns}
        found += [
            (name, output.cell(value, time=name.endswith(("At", "Time"))))
            for name, value in data.items()
            if name not in known and value not in (None, "", [], {}, False)
        ]
    output.facts([(name, value) for name, value in found if value])


def _cell(row: dict[str, Any], column: Column) -> str:
    value = got(row, column.path)
    if value in (None, "") and column.also:
        value = got(row, column.also)
    if column.kind == "json" and isinstance(value, str):
        with suppress(ValueError, AttributeError):
            value = {name: one for name, one in json.loads(value).items() if one is not None}
    if column.kind == "names":
        value = [one["name"] for one in value or ()]
    if column.kind == "lines":
        return output.shown(str(value or ""), lines=True)
    return output.cell(value, time=column.kind == "time")
