"""Rows of an export as bytes: JSON Lines, or a table that spreadsheets and `import_tables` read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from poolhouse.migration.exporting import KEYS, Row
from poolhouse.migration.import_tables import cell_of

Format = Literal["jsonl", "csv"]

Encode = Callable[[Sequence[Row]], bytes]
"""Of each page in turn; of no rows at all it gives what stands above the first."""


def encoder(kind: Format) -> Encode:
    """For one export."""
    return _lines if kind == "jsonl" else _table()


def _lines(rows: Sequence[Row]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _table() -> Encode:
    """The header comes with the first rows, and a mark by which spreadsheets know UTF-8."""
    header = ["\ufeff" + KEYS[0], *KEYS[1:]]

    def encode(rows: Sequence[Row]) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        if header:
            writer.writerow(header)
            header.clear()
        writer.writerows([cell_of(row[key]) if key in row else "" for key in KEYS] for row in rows)
        return text.getvalue().encode()

    return encode
