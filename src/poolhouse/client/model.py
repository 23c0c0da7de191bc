"""What a row of the table of commands is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from poolhouse.client.words import Words

Values = dict[str, Any]

_DOT = "\x1f"
"""A dot within a step of a path; no name of ours has one."""


class Arg(NamedTuple):
    """An argument: `USER` stands by itself, `--email` is named.

    `to`: the dotted path in the call's values; "" for one that the command's own function reads.
    `kind`: text, number, yes (yes or no), flag (stores `value`), list (may be given again), user (a name, address,
    number or id, of which the id is sent), users (several), targets (several, as roles are given to), pool, secret (a
    password, never shown or logged), moment (a time, sent as Unix milliseconds), pairs (NAME=VALUE, may be given
    again), actions (NAME or NAME=DESCRIPTION, may be given again), days (180d, 26w, 2y), path (a file of the
    function's), file (a file's text, `-` for standard input), json json (the same, read as JSON; '' for null),
    statements (a JSON file of them), code (of several lines; in the console's forms alone).
    `value`: what a flag stores; "known" of a password that somebody has already.
    `default` is sent where nothing is given. `choices` are all there are, of a list each of its values.
    """

    name: str
    to: str
    help: Words
    kind: str = "text"
    choices: tuple[str, ...] = ()
    value: Any = True
    default: Any = None
    needed: bool = False

    @property
    def key(self) -> str:
        return self.name.lstrip("-").replace("-", "_").lower()

    @property
    def positional(self) -> bool:
        return not self.name.startswith("-")


class Column(NamedTuple):
    """`path` into a row of the answer; `title` is one of `words.TITLES`. `also`: read where `path` has nothing."""

    title: str
    path: str
    kind: str = "text"
    also: str = ""


class Table(NamedTuple):
    """An answer of many rows. `at`: where in the data they are; "" for the data itself."""

    columns: tuple[Column, ...]
    at: str = "list"


class Facts(NamedTuple):
    """An answer about one thing. `rest`: whatever else it has a value of is shown too, by its name in the answer."""

    columns: tuple[Column, ...]
    rest: bool = False


class Done(NamedTuple):
    """An answer that says only that it was done."""

    said: Words


ALL = ("--pool", "--json", "--data", "--database-url")
"""The options that a command takes beside its own, unless its row says otherwise."""


class Call(Protocol):
    """Asks an operation with its values and gives the answer's `data`. Raises Stopped where it was refused.

    `as_json`: what is printed is for a program.
    """

    @property
    def as_json(self) -> bool: ...

    def __call__(self, operation: str, values: Values) -> Any: ...


class Command(NamedTuple):
    """`poolhouse <name>`: one call of `operation`, its answer as `shows` says.

    `act` does it where one call is not enough. `fixed` is sent always. `paged`: where page and limit go, None for what
    has no pages ("" is beside the other values). `asks`: it must be confirmed. `unless`: what of the answer is false
    where the exit status is 1. `more`: what `--help` says below the first sentence. `beside`: the common options it
    takes. `warns`: said on standard error after it was done.

    `function`: "MODULE:NAME" in `commands`, for what starts something or reads files. It is given what was typed by the
    names of its arguments, the positional ones in their order. With an `operation` it is given a Call before them and
    returns what is shown; without, it does everything itself, and may return an exit status.
    """

    name: str
    help: Words
    operation: str = ""
    args: tuple[Arg, ...] = ()
    shows: Table | Facts | Done | Callable[[Any], None] = Done(("完成", "done"))
    fixed: Mapping[str, Any] = {}
    paged: str | None = None
    asks: Words | None = None
    act: Callable[[Call, Command, Values], Any] | None = None
    unless: str = ""
    function: str = ""
    beside: tuple[str, ...] = ALL
    more: Words = ("", "")
    warns: Words | None = None

    @property
    def group(self) -> str:
        return self.name.partition(" ")[0]


def put(values: Values, path: str, value: Any) -> None:
    """`put(v, "options.pagination.page", 2)` makes what is missing on the way."""
    *steps, last = _steps(path)
    for step in steps:
        values = values.setdefault(step, {})
    values[last] = value


def got(found: Any, path: str) -> Any:
    for step in _steps(path):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def step_of(name: str) -> str:
    """A name as one step of a path, whatever its characters."""
    return name.replace(".", _DOT)


def _steps(path: str) -> list[str]:
    return [step.replace(_DOT, ".") for step in path.split(".")] if path else []
