"""The rows that an import refused, as a file of the same format, each with the reason; what is secret is left out."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from poolhouse.errors import Lang
from poolhouse.migration import import_tables
from poolhouse.migration.export_formats import Format
from poolhouse.migration.import_rows import RowError, said
from poolhouse.texts import Reason, storable

_REASON: Reason = ("拒绝原因", "Refused because")


class RefusedRows:
    """`header`: the names of the columns, of a table."""

    def __init__(self, kind: Format, header: Sequence[str], separator: str, lang: Lang) -> None:
        self._kind, self._header, self._separator, self._lang = kind, header, separator, lang

    def head(self) -> str:
        if self._kind == "jsonl":
            return ""
        return self._line([*map(import_tables.harmless, self._header), said(_REASON, self._lang)])

    def row(self, kept: bytes | None, error: RowError) -> str:
        """`kept`: what `kept` made of the row; None where it is there no more."""
        reason = f"{error.field}: {error.message(self._lang)}"
        if self._kind == "jsonl":
            found = msgspec.json.decode(kept) if kept else {}
            return msgspec.json.encode({**found, said(_REASON, self._lang): reason}).decode() + "\n"
        cells = msgspec.json.decode(kept, type=list[str])[: len(self._header)] if kept else []
        cells += [""] * (len(self._header) - len(cells))
        return self._line([*map(import_tables.harmless, cells), import_tables.harmless(reason)])

    def _line(self, cells: Sequence[str]) -> str:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self._separator).writerow(cells)
        return out.getvalue()


def kept(kind: Format, record: Any, header: Sequence[str], secret: Collection[str]) -> bytes:
    """A row without what is secret. `record`: the cells of a table, or a line of JSON."""
    if kind == "jsonl":
        row = object_of(record or b"")
        return msgspec.json.encode({name: value for name, value in row.items() if name not in secret})
    cells = record or ()
    hidden = {at for at, name in enumerate(header) if name in secret}
    return msgspec.json.encode(["" if at in hidden else str(storable(cell)) for at, cell in enumerate(cells)])


def object_of(line: str | bytes) -> Mapping[str, Any]:
    """{} for what is none."""
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
