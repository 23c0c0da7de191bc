"""Rows of a file before they are imported: how they are read, what each column is taken for, and what would become of
each row. Nothing is written.

Decision: docs/decisions/0050-import.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from poolhouse.aside import aside
from poolhouse.caller import Caller
from poolhouse.db.database import Tx
from poolhouse.errors import InvalidInput, Lang, TooLarge
from poolhouse.migration import import_columns, import_tables
from poolhouse.migration.export_formats import Format
from poolhouse.migration.import_columns import folded, key_of
from poolhouse.migration.import_rows import RowError, said
from poolhouse.migration.import_tables import Reading, header_of, recognized_in
from poolhouse.migration.import_verdicts import Entry, Rehearsal
from poolhouse.migration.importing import UserImports
from poolhouse.migration.jobs import parsed_piece
from poolhouse.migration.postgres import Journal
from poolhouse.texts import Reason, fault_of, storable

MOST_COLUMNS = 150
SAMPLES, LONGEST_SAMPLE = 3, 100
SECRET = frozenset({"password", "passwordHash", "salt"})
_LOOKED_AT = 50
_REASON: Reason = ("拒绝原因", "Refused because")


@dataclass(frozen=True, slots=True)
class Column:
    """`name` as the file has it; `key`: what it is taken for, None where nobody knows or it is left out."""

    name: str
    key: str | None
    is_left_out: bool
    samples: tuple[str, ...]


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


@dataclass(slots=True)
class _Collected:
    """Where a dry run says whom it refuses: more than once, where a part is tried again."""

    by_line: dict[int, RowError] = field(default_factory=dict)

    async def put(self, tx: Tx, pool_id: str, journal: Journal, errors: Sequence[RowError]) -> int:
        self.by_line |= {error.line: error for error in errors}
        return journal.errors_bytes


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
        log = _Collected()
        journal = await self._imports.store(caller, Journal("check"), left, len(left), log, dry_run=True)
        errors = tuple(log.by_line[line] for line in sorted(log.by_line))
        checked = replace(
            checked,
            rows=len(entries),
            imported=journal.imported,
            skipped=journal.skipped + here,
            errors=errors,
        )
        if not with_refused:
            return checked
        text = checked.text if checked.text is not None else str(given)
        told = await aside(caller.pool_id, refused_rows, kind, text, checked, caller.lang)
        return replace(checked, refused=told)


def _read(
    kind: Format, given: str | bytes, reading: Reading, parse: Callable[..., Entry], lang: Lang
) -> tuple[Checked, list[Entry]]:
    encoding, text = (None, given) if isinstance(given, str) else _decoded(kind, given, reading)
    if fault := fault_of(text):
        raise InvalidInput("text", *fault)
    separator = None
    if kind == "csv":
        names, separator = header_of(text.encode(), reading)
        records = list(islice(_records(text, separator), 1, 1 + _LOOKED_AT))
        samples = [
            [record[place] for record in records if place < len(record)] for place in range(len(names))
        ]
        reading = replace(reading, separator=separator)
    else:
        found = _keys_of_lines(text)
        names, samples = list(found), list(found.values())
    if len(names) > MOST_COLUMNS:
        raise TooLarge("columns", f"最多 {MOST_COLUMNS} 列", f"at most {MOST_COLUMNS} columns")
    columns = [_column(name, cells, reading) for name, cells in zip(names, samples, strict=True)]
    checked = Checked(columns, encoding, separator, text if isinstance(given, bytes) else None)
    try:
        import_columns.columns(names, reading.ignore, reading.names)
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
        for name, value in _object(line).items():
            told = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            found.setdefault(name, []).append(told)
    return found


def _object(line: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}


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
    reasons = {error.line: f"{error.field}: {error.message(lang)}" for error in checked.errors}
    secret = {column.name for column in checked.columns if column.key in SECRET}
    out = io.StringIO(newline="")
    if kind == "jsonl":
        for place, line in enumerate(filter(str.strip, io.StringIO(text)), 1):
            if place in reasons:
                kept = {name: value for name, value in _object(line).items() if name not in secret}
                row = {**kept, said(_REASON, lang): reasons[place]}
                out.write(msgspec.json.encode(row).decode() + "\n")
        return out.getvalue()
    writer = csv.writer(out, delimiter=checked.separator or ",")
    for place, record in enumerate(_records(text, checked.separator or ",")):
        if place == 0:
            header = [name.strip() for name in record]
            writer.writerow([*map(import_tables.harmless, record), said(_REASON, lang)])
        elif place in reasons:
            cells = [
                "" if at < len(header) and header[at] in secret else import_tables.harmless(cell)
                for at, cell in enumerate(record[: len(header)])
            ]
            cells += [""] * (len(header) - len(cells))
            writer.writerow([*cells, import_tables.harmless(reasons[place])])
    return out.getvalue()


def reading_of(
    encoding: str | None, separator: str | None, names: Mapping[str, str] | None, ignored: Sequence[str]
) -> Reading:
    """Of a caller's words. Raises InvalidInput."""
    return replace(import_tables.told(encoding, separator, ignored), names=dict(names or {}))
