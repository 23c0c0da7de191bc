"""Exceptions as the log may have them: class and place always, the message only where it quotes no value.

Libraries and the interpreter build their messages from what they were given ("invalid literal for int(): ...",
"Key (phone)=(...) already exists"), and a password in the wrong place is a value like any other. So the text of an
exception is told only where it is ours, the system's, or names nothing but types and positions.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from poolhouse.errors import PoolhouseError

LONGEST = 500
MOST_FRAMES = 50

_OURS = str(Path(__file__).parent)
_NAMELESS = (
    AttributeError,
    IndexError,
    MemoryError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    RuntimeError,
    TypeError,
    ZeroDivisionError,
)
"""Kinds whose texts speak of types, positions and names of the program, when it is our code that raised them."""
_SERVERS_WORDS = ("aiosmtplib",)
"""Packages whose exceptions carry what a server answered, which is why something failed and nobody's input."""

_NO_STATEMENT = ("08", "28", "3D", "53", "57")
"""Classes of PostgreSQL's codes that are about a connection or the server, never about a value."""


def told(error: BaseException) -> str:
    """`KeyError`, `FileNotFoundError: [Errno 2] ...`, `UniqueViolationError: 23505 users_email`: fit for a log."""
    name = type(error).__name__
    words = _words(error)
    return f"{name}: {words}"[:LONGEST] if words else name


def place(error: BaseException) -> str:
    """`serving.py:157, dataclasses.py:1503`: the last line of ours that was running, and the last of all."""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [one for one in frames if one[0].startswith(_OURS)]
    last = dict.fromkeys([*ours[-1:], *frames[-1:]])
    return ", ".join(
        f"{name.removeprefix(_OURS).lstrip('/').rpartition('site-packages/')[2]}:{line}"
        for name, line in last
    )


def told_in_full(error: BaseException) -> list[dict[str, Any]]:
    """The exception and those behind it, the last first: `{exc_type, exc_value, frames}`, for a log line."""
    return [
        {
            "exc_type": type(one).__name__,
            "exc_value": _words(one),
            "frames": [
                {"filename": frame.f_code.co_filename, "lineno": line, "name": frame.f_code.co_name}
                for frame, line in list(traceback.walk_tb(one.__traceback__))[-MOST_FRAMES:]
            ],
        }
        for one in _behind(error)
    ]


def told_to_a_person(error: BaseException) -> str:
    """As the interpreter prints a traceback, the first cause first, without the values."""
    parts = []
    for one in reversed(list(_behind(error))):
        places = traceback.walk_tb(one.__traceback__)
        lines = [f'  File "{frame.f_code.co_filename}", line {line}, in {frame.f_code.co_name}'
                 for frame, line in list(places)[-MOST_FRAMES:]]  # fmt: skip
        parts.append("\n".join(["Traceback (most recent call last):", *lines, told(one)]))
    return "\n\n".join(parts)


def _words(error: BaseException) -> str:
    if isinstance(error, PoolhouseError):
        return error.cause or ""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        if state.startswith(_NO_STATEMENT):
            return f"{state} {_one_line(str(error))}"
        named = (getattr(error, name, None) for name in ("constraint_name", "table_name", "column_name"))
        return " ".join(one for one in (state, *named) if one)
    if isinstance(error, OSError):
        return _one_line(str(error))
    if type(error) in _NAMELESS and _raised_here(error.__traceback__):
        return _one_line(str(error))
    if type(error).__module__.partition(".")[0] in _SERVERS_WORDS:
        return _one_line(str(error))
    return ""


def _raised_here(trace: TracebackType | None) -> bool:
    """Whether the innermost frame is in this package."""
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename.startswith(_OURS)


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The error, then what caused it or was being handled when it came; the members of a group after it."""
    todo, seen = [error], set[int]()
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            todo += one.exceptions
        behind = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        if behind is not None:
            todo.append(behind)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
