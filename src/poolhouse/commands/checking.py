"""`poolhouse import check`: apart from `imports`, because the server that runs judges the row, so that it is quick."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from poolhouse.client.exits import NOT_FOUND, Stopped, shown
from poolhouse.client.model import Call
from poolhouse.client.words import say
from poolhouse.migration import import_rows
from poolhouse.migration.import_tables import told as reading_of

MOST_ROWS = 50
"""Of a file, that name somebody."""


def check_row(
    call: Call,
    file: Path,
    /,
    *,
    user: str,
    password: str,
    encoding: str | None = None,
    separator: str | None = None,
    ignore_column: Sequence[str] = (),
) -> Any:
    """The file is read here, the row is judged where its pool is."""
    require_file(file)
    reading = reading_of(encoding, separator, ignore_column)
    found = islice(import_rows.naming(file, reading, user), MOST_ROWS)
    rows = [{"line": raw.line, "given": raw.given} for raw in found]
    if not rows:
        said = f"{file} 中没有 {user} 的行", f"{file}: no row has {user}"
        raise Stopped(shown(say(said)), NOT_FOUND)
    asked = {"file": file.name, "user": user, "password": password, "rows": rows}
    return call("POST try-import-rows", asked)


def require_file(file: Path) -> None:
    if not file.is_file():
        raise Stopped(say((f"没有文件 {file}", f"{file}: no such file")))
