"""What a person sees: aligned tables with color on a terminal, tab-separated lines in a pipe.

Nothing anybody else wrote reaches a terminal as a command to it (`exits.shown`): neither in a cell nor in an error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from unicodedata import category, east_asian_width

from poolhouse.client.exits import colors
from poolhouse.client.exits import shown as shown
from poolhouse.client.words import TITLES, title

BOLD, DIM, RED, GREEN, YELLOW, OFF = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"
GAP = "  "
_COLORS = {
    **dict.fromkeys(("Activated", "sent", "yes", "是"), GREEN),
    **dict.fromkeys(("Suspended", "Deactivated", "dead", "no", "否"), RED),
    **dict.fromkeys(("Resigned", "Archived", "queued"), YELLOW),
}


def terminal() -> bool:
    return sys.stdout.isatty()


def rows(titles: Sequence[str], found: Sequence[Sequence[str]]) -> None:
    """With a line of titles on a terminal."""
    if not terminal():
        for row in found:
            print("\t".join(row))
        return
    widths = [
        max(width(title), *(width(row[at]) for row in found)) if found else width(title)
        for at, title in enumerate(titles)
    ]
    print(painted(GAP.join(_padded(*pair) for pair in zip(titles, widths, strict=True)).rstrip(), BOLD))
    for row in found:
        cells = [
            painted(_padded(cell, size), _COLORS.get(cell, ""))
            for cell, size in zip(row, widths, strict=True)
        ]
        print(GAP.join(cells).rstrip())


def facts(found: Sequence[tuple[str, str]]) -> None:
    """A name and a value a line."""
    size = max((width(name) for name, _ in found), default=0)
    for name, value in found:
        print(f"{painted(_padded(name, size), DIM)}{GAP}{painted(value, _COLORS.get(value, ''))}".rstrip())


def line(said: str) -> None:
    print(shown(said))


def told(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Names and values of a function's own: an object with --json, else a line each, by the names' titles."""
    if as_json:
        print(json.dumps(found, ensure_ascii=False, default=str))
    else:
        facts([(titled(name), cell(value)) for name, value in found.items()])


def listed(columns: Sequence[str], found: Sequence[Sequence[Any]], *, as_json: bool) -> None:
    """The same of many: a list of objects, or a table."""
    if as_json:
        objects = [dict(zip(columns, row, strict=True)) for row in found]
        print(json.dumps(objects, ensure_ascii=False, default=str))
    else:
        rows([titled(name) for name in columns], [[cell(value) for value in row] for row in found])


def titled(name: str) -> str:
    return title(name) if name in TITLES else shown(name)


def painted_change(line: str) -> str:
    """A line of a unified diff."""
    color = BOLD if line.startswith(("---", "+++")) else {"+": GREEN, "-": RED}.get(line[:1], "")
    return painted(line, color)


def cell(value: Any, *, time: bool = False) -> str:
    """One line of text; a time as the clock here shows it, on a terminal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(cell(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={cell(one)}" for name, one in value.items())
    text = _local(str(value)) if time else str(value)
    return shown(text)


def width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if category(one) in ("Mn", "Me") else 2 if east_asian_width(one) in "WF" else 1 for one in text
    )


def _local(text: str) -> str:
    if not terminal():
        return text
    try:
        return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return text


def _padded(text: str, size: int) -> str:
    return text + " " * (size - width(text))


def painted(text: str, color: str) -> str:
    return f"{color}{text}{OFF}" if color and colors(sys.stdout) else text
