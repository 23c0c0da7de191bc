"""Rows of a file before they are imported: how they are read, what each column is taken for, and what would become of
each row. Nothing is written.

Decision: docs/decisions/0050-import.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from poolhouse.aside import aside
from poolhouse.caller import Caller
from poolhouse.errors import InvalidInput, Lang, TooLarge
from poolhouse.migration import import_columns, import_tables
from poolhouse.migration.export_formats import Format
from poolhouse.migration.import_columns import folded, key_of
from poolhouse.migration.import_refused import RefusedRows, kept, object_of
from poolhouse.migration.import_rows import RowError
from poolhouse.migration.import_tables import Reading, header_of, recognized_in
from poolhouse.migration.import_verdicts import Collected, Entry, Rehearsal
from poolhouse.migration.importing import UserImports
from poolhouse.migration.jobs import parsed_piece
from poolhouse.migration.postgres import Journal
from poolhouse.texts import fault_of, storable

MOST_COLUMNS = 150
SAMPLES, LONGEST_SAMPLE = 3, 100
SECRET = frozenset({"password", "passwordHash", "salt"})
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Column:
    """`name` as the file has it; `key`: what it is taken for, None where nobody knows or it is left out."""

    name: str
    key: str | None
    is_left_out: bool
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """`problem`: why nothing can be imported with these columns."""

    columns: Sequence[Column]
    separator: str | None = None
    problem: InvalidInput | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """`text`: of a file that came as bytes. `problem`: why no row was looked at, in the caller's language; else each of
    the `rows` would be `imported`, is `skipped` as somebody here, or stands in `errors`. `refused`: those as a file."""

    columns: Sequence[Column]
    encoding: str | None = None
    separator: str | None = None
    text: str | None = None
    problem: str | None = None
    rows: int = 0
    imported: int = 0
    skipped: int = 0
    errors: Sequence[RowError] = ()
    refused: str | None = None


class ImportChecks:
    def __init__(self, imports: UserImports) -> None:
        self._imports = imports

    async def check(
        self,
        caller: Caller,
        kind: Format,
        given: str | bytes,
        reading: Reading,
        *,
        with_refused: bool = False,
    ) -> Checked:
        """Of whole lines as `ImportJobs.put` takes them, or of a file's bytes in an encoding that is named or
        recognized. Raises InvalidInput and TooLarge naming what is amiss, NotSupportedByDirectory, TooManyRequests."""
        await self._imports.require_native(caller)
        import_columns.check_names(reading.names)
        parse = partial(await self._imports.parser(caller), ignored={})
        checked, entries = await aside(caller.pool_id, _read, kind, given, reading, parse, caller.lang)
        if checked.problem:
            return checked
        left, here = Rehearsal().judged(entries)
        log = Collected()
        journal = await self._imports.store(caller, Journal("check"), left, len(left), log, dry_run=True)
        checked = replace(
            checked,
            rows=len(entries),
            imported=journal.imported,
            skipped=journal.skipped + here,
            errors=log.in_order(),
        )
        if not with_refused:
            return checked
        text = checked.text if checked.text is not None else str(given)
        told = await aside(caller.pool_id, refused_rows, kind, text, checked, caller.lang)
        return replace(checked, refused=told)


def looked_at(kind: Format, head: bytes, reading: Reading, *, is_whole: bool) -> Looked:
    """Of the beginning of a file, whose encoding `reading` names. Raises as `check`."""
    _, text = _decoded(kind, head, reading if reading.encoding else replace(reading, encoding="utf-8-sig"))
    if not is_whole:  # the last line is cut
        text = text[: text.rfind("\n") + 1] or text
    return _look(kind, str(storable(text)), reading)


def _look(kind: Format, text: str, reading: Reading) -> Looked:
    separator = None
    if kind == "csv":
        names, separator = header_of(text.encode(), reading)
        records = list(islice(_records(text, separator), 1, 1 + _LOOKED_AT))
        samples = [
            [record[place] for record in records if place < len(record)] for place in range(len(names))
        ]
    else:
        found = _keys_of_lines(text)
        names, samples = list(found), list(found.values())
    if len(names) > MOST_COLUMNS:
        raise TooLarge("columns", f"最多 {MOST_COLUMNS} 列", f"at most {MOST_COLUMNS} columns")
    columns = [_column(name, cells, reading) for name, cells in zip(names, samples, strict=True)]
    try:
        import_columns.columns(names, reading.ignore, reading.names)
    except TooLarge:
        raise
    except InvalidInput as error:
        return Looked(columns, separator, error)
    return Looked(columns, separator)


def _read(
    kind: Format, given: str | bytes, reading: Reading, parse: Callable[..., Entry], lang: Lang
) -> tuple[Checked, list[Entry]]:
    encoding, text = (None, given) if isinstance(given, str) else _decoded(kind, given, reading)
    if fault := fault_of(text):
        raise InvalidInput("text", *fault)
    looked = _look(kind, text, reading)
    checked = Checked(looked.columns, encoding, looked.separator, text if isinstance(given, bytes) else None)
    if looked.problem:
        return replace(checked, problem=looked.problem.message(lang)), []
    try:
        reading = replace(reading, separator=looked.separator)
        return checked, list(parsed_piece(kind, text, reading, 0, parse))
    except TooLarge:
        raise
    except InvalidInput as error:
        return replace(checked, problem=error.message(lang)), []


def _decoded(kind: Format, given: bytes, reading: Reading) -> tuple[str, str]:
    """Its encoding and the text. What does not fit stays visible, for its row to be refused."""
    encoding = reading.encoding or ("utf-8" if kind == "jsonl" else recognized_in(io.BytesIO(given)))
    text = given.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
    return encoding.removesuffix("-sig"), text.removeprefix("\ufeff")


def _column(name: str, cells: Sequence[str], reading: Reading) -> Column:
    plain = name.strip()
    if plain in reading.names:
        key = reading.names[plain] or None
        left_out = key is None
    else:
        left_out = not folded(plain) or folded(plain) in {folded(one) for one in reading.ignore}
        key = None if left_out else key_of(plain)
    shown = () if key in SECRET else [cell.strip()[:LONGEST_SAMPLE] for cell in cells if cell.strip()]
    return Column(str(storable(plain)), key, left_out, tuple(shown[:SAMPLES]))


def _keys_of_lines(text: str) -> dict[str, list[str]]:
    """Of the first lines: each key, with values as they are written."""
    found: dict[str, list[str]] = {}
    for line in islice(filter(str.strip, io.StringIO(text)), _LOOKED_AT):
        for name, value in object_of(line).items():
            told = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            found.setdefault(name, []).append(told)
    return found


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """The header, then every row that is not blank, a broken one without its cells: as `import_tables` counts them."""
    lines = io.StringIO(text, newline="")
    if text[:4].lower() == "sep=" or text[:5].lower() == '"sep=':
        lines.readline()
    rows = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        try:
            record = next(rows, None)
        except csv.Error:
            yield []
            continue
        if record is None:
            return
        if any(cell.strip() for cell in record):
            yield record


def refused_rows(kind: Format, text: str, checked: Checked, lang: Lang) -> str:
    """The rows in `errors` as a file of the same format, each with the reason; what is secret is left out."""
    errors = {error.line: error for error in checked.errors}
    header = [column.name for column in checked.columns]
    secret = {column.name for column in checked.columns if column.key in SECRET}
    separator = checked.separator or ","
    told = RefusedRows(kind, header, separator, lang)
    lines: Iterator[Any] = (
        filter(str.strip, io.StringIO(text))
        if kind == "jsonl"
        else islice(_records(text, separator), 1, None)
    )
    rows = (
        told.row(kept(kind, record, header, secret), errors[place])
        for place, record in enumerate(lines, 1)
        if place in errors
    )
    return told.head() + "".join(rows)


def reading_of(
    encoding: str | None, separator: str | None, names: Mapping[str, str] | None, ignored: Sequence[str]
) -> Reading:
    """Of a caller's words. Raises InvalidInput."""
    return replace(import_tables.told(encoding, separator, ignored), names=dict(names or {}))
