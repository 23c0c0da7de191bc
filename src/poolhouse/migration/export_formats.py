"""Rows of an export as bytes: JSON Lines, or a table that spreadsheets and `import_tables` read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from poolhouse.migration.exporting import KEYS, Row
from poolhouse.migration.import_columns import CUSTOM
from poolhouse.migration.import_tables import SEPARATORS, cell_of

Format = Literal["jsonl", "csv"]
Separator = Literal["comma", "semicolon", "tab"]

Encode = Callable[[Sequence[Row]], bytes]
"""Of each page in turn; of no rows at all it gives what stands above the first."""


def encoder(
    kind: Format, keys: Sequence[str] = KEYS, separator: Separator = "comma", *, mark: bool = True
) -> Encode:
    """For one export. Of a table `keys` are the columns, and `mark` says whether it begins with the byte-order mark by
    which spreadsheets know UTF-8."""
    return _lines if kind == "jsonl" else _table(keys, SEPARATORS[separator], mark)


def _lines(rows: Sequence[Row]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _table(keys: Sequence[str], separator: str, mark: bool) -> Encode:
    """The header comes with the first rows."""
    cells = [_cell_of(key) for key in keys]
    header = [("\ufeff" if mark else "") + keys[0], *keys[1:]]

    def encode(rows: Sequence[Row]) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=separator)
        if header:
            writer.writerow(header)
            header.clear()
        writer.writerows([cell(row) for cell in cells] for row in rows)
        return text.getvalue().encode()

    return encode


def _cell_of(key: str) -> Callable[[Row], str]:
    if not key.startswith(CUSTOM):
        return lambda row: cell_of(row[key]) if key in row else ""
    name = key.removeprefix(CUSTOM)

    def cell(row: Row) -> str:
        value = row.get("customData", {}).get(name)
        return "" if value is None else cell_of(value)

    return cell
