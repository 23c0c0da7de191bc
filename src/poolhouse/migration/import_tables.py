"""Tables as people have them (`.csv`, `.tsv`, `.txt`): encoding and separator are told by the caller or recognized,
and every line is a row, is blank, or is refused by its number. Nothing is left out in silence.

UTF-8 with and without a byte-order mark, UTF-16 with one, and GB18030 (GBK), which Excel writes in Chinese Windows.
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from poolhouse.errors import InvalidInput
from poolhouse.migration.import_columns import CUSTOM, FIELDS, columns, key_of
from poolhouse.texts import Reason
from poolhouse.users.profile_fields import BOOLEANS, COUNTS

SUFFIXES = (".csv", ".tsv", ".txt")
ENCODINGS: Mapping[str, str] = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5",
    "windows-1252": "cp1252",
    "latin-1": "latin-1",
}
"""What a caller may name -> Python's codec."""
SEPARATORS: Mapping[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
"""What a caller may name; the character itself is taken too."""
_GUESSED = (",", ";", "\t", "|", "，", "；")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HEAD = 64 * 1024
"""Characters a header may take."""
_BLOCK = 1024 * 1024
_TRUE = frozenset({"true", "1", "t", "yes", "y", "on", "是"})
_FALSE = frozenset({"false", "0", "f", "no", "n", "off", "否"})
_GENDERS = {"男": "M", "女": "F", "未知": "U", "male": "M", "female": "F"}
_SHORTENED = re.compile(r"\d(?:[.,]\d{1,15})?E\+\d{2,3}\Z", re.ASCII)
_NUMBERS = frozenset({"id", "username", "phone", "externalId", "identityNumber", "postalCode"})
"""Keys whose digits are a name and no quantity."""
_QUOTED = re.compile(r"'+[0-9=@+＝＠＋－\t\r-]")
"""What keeps a spreadsheet from reading a cell as a number or a formula; one `'` goes when it is read."""
_FORMULA = re.compile(r"[=@＝＠\t\r]|[+＋－-](?![0-9 ().]*\Z)")
"""What a spreadsheet calculates, in China or Japan in full width too, also behind a tab or a line's end: neither a
telephone number nor a dash."""
_VERBATIM = frozenset({"password", "salt"})
"""What people chose may well begin with `'`; a stored hash does not, and an export has one of base64 as a text."""
NOT_AN_OBJECT: Reason = ("不是 JSON 对象", "not a JSON object")
_SHORT: Reason = (
    "被电子表格缩写的数字：请把该列设为文本格式后重新导出",
    "a number that a spreadsheet shortened: format the column as text and export it again",
)
_MISREAD = re.compile("[\ud800-\udfff\ufffd]")


@dataclass(frozen=True, slots=True)
class Raw:
    """A row as it was read. `done`: bytes of the file behind it, for a progress bar; `broken`: what is wrong
    with the line itself, or with the `field` of it."""

    line: int
    done: int
    given: Mapping[str, Any]
    broken: Reason | None = None
    field: str = "row"
    ignored: tuple[str, ...] = ()
    """Names of what was left out because the caller said so."""
    record: Any = dataclasses.field(default=None, repr=False)
    """As the file has it: the cells of a table, a line of JSON; None where it could not be read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is read: a codec, a separator, and the names of columns to leave out. `names`: what a column is,
    where its own name does not say it; "" for one to leave out."""

    encoding: str | None = None
    separator: str | None = None
    ignore: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def told(encoding: str | None, separator: str | None, ignore: Collection[str] = ()) -> Reading:
    """Of a caller's words. Raises InvalidInput."""
    if encoding is not None and encoding.lower() not in ENCODINGS:
        known = ", ".join(ENCODINGS)
        raise InvalidInput("encoding", f"应为 {known}", f"must be one of {known}")
    plain = SEPARATORS.get(separator or "", (separator or "").replace("\\t", "\t"))
    if separator is not None and (len(plain) != 1 or plain in '"\r\n'):
        known = ", ".join(SEPARATORS)
        raise InvalidInput("separator", f"应为 {known} 或一个字符", f"must be {known} or one character")
    return Reading(ENCODINGS[encoding.lower()] if encoding else None, plain or None, tuple(ignore))


def read(path: Path, reading: Reading) -> Iterator[Raw]:
    """Raises InvalidInput for an encoding or a separator nobody can tell, and for a header that is none."""
    encoding = reading.encoding or recognized(path)
    with path.open("rb") as file:
        yield from _read(file, encoding, reading)


def read_file(table: BinaryIO, reading: Reading) -> Iterator[Raw]:
    """Of a table whose encoding `reading` names. Raises InvalidInput for a header that is none."""
    return _read(table, reading.encoding or "utf-8-sig", reading)


def read_bytes(table: bytes, reading: Reading) -> Iterator[Raw]:
    """Of a table in UTF-8. Raises InvalidInput for a header that is none."""
    return _read(io.BytesIO(table), "utf-8-sig", reading)


def header_of(table: bytes, reading: Reading) -> tuple[list[str], str]:
    """The names of the columns as they are written, of a table in UTF-8, and the separator."""
    head = _text(io.BytesIO(table), "utf-8-sig").read(_HEAD)
    separator, skip = _separator(head, reading)
    return _record("".join(head.splitlines(keepends=True)[skip:]), separator), separator


def _read(file: BinaryIO, encoding: str, reading: Reading) -> Iterator[Raw]:
    text = _text(file, encoding)
    head = text.read(_HEAD)
    text.detach()
    separator, skip = _separator(head, reading)
    yield from _rows(file, _text(file, encoding), separator, skip, reading)


# -- encoding ----------------------------------------------------------------------------------------------


def _text(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    file.seek(0)
    # What does not fit the encoding stays visible, for its row to be refused.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(file, encoding, errors=errors, newline="")


def recognized(path: Path) -> str:
    """A codec. Raises InvalidInput naming the first line that no encoding fits."""
    with path.open("rb") as file:
        return recognized_in(file)


def recognized_in(file: BinaryIO) -> str:
    """As `recognized`, of a file at its beginning."""
    start = file.read(4)
    for mark, codec in _MARKS:
        if start.startswith(mark):
            return codec
    if b"\x00" in start:
        return "utf-16-be" if start[0] == 0 else "utf-16-le"
    file.seek(0)
    counted = _counted(file)
    if counted.broken == 0 or counted.whole > counted.broken:
        return "utf-8"  # a line here and there that is not is refused by its number
    file.seek(0)
    if _is_chinese(file):
        return "gb18030"
    line = counted.first_broken
    zh = f"第 {line} 行既不是 UTF-8 也不是 GB18030；请另存为 UTF-8，或用 --encoding 指明编码"
    en = f"line {line} is neither UTF-8 nor GB18030: save the file as UTF-8, or name its encoding with --encoding"
    raise InvalidInput("encoding", zh, en)


@dataclass(slots=True)
class _Counted:
    """Of bytes that are not ASCII: characters of UTF-8, and runs that are none."""

    whole: int = 0
    broken: int = 0
    first_broken: int = 0


def _counted(file: BinaryIO) -> _Counted:
    found, line = _Counted(), 1
    while block := file.readline(_BLOCK):
        if not block.isascii():
            text = block.decode("utf-8", "surrogateescape")
            outside = [letter for letter in text if letter > "\x7f"]
            broken = sum("\ud800" <= letter <= "\udfff" for letter in outside)
            found.broken += broken
            found.whole += len(outside) - broken
            found.first_broken = found.first_broken or (line if broken else 0)
        line += block.endswith(b"\n")
    return found


def _is_chinese(file: BinaryIO) -> bool:
    """Valid GB18030, most of it characters of GB2312: nearly any bytes of Western Europe are valid, too."""
    common = rare = 0
    try:
        while block := file.readline(_BLOCK):
            if block.isascii():
                continue
            for letter in block.decode("gb18030"):
                if letter > "\x7f":
                    written = letter.encode("gb18030")
                    usual = len(written) == 2 and written[0] >= 0xA1 and written[1] >= 0xA1
                    common, rare = common + usual, rare + (not usual)
    except UnicodeDecodeError:
        return False
    return common > rare


# -- separator and header ----------------------------------------------------------------------------------


def _separator(head: str, reading: Reading) -> tuple[str, int]:
    """The character, and how many lines stand before the header: Excel's `sep=;` is one."""
    first, _, _ = head.partition("\n")
    stated = first.strip().strip('"')
    if stated.lower().startswith("sep=") and len(stated) == 5:
        return reading.separator or stated[4], 1
    if reading.separator:
        return reading.separator, 0

    def fit(separator: str) -> tuple[int, int]:
        names = _record(head, separator)
        return sum(key_of(name) is not None for name in names), len(names)

    return max(_GUESSED, key=fit), 0


def _record(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
    except csv.Error:
        return []


def _rows(
    file: BinaryIO, text: io.TextIOWrapper, separator: str, skip: int, reading: Reading
) -> Iterator[Raw]:
    for _ in range(skip):
        text.readline()
    rows = csv.reader(text, delimiter=separator, strict=True)
    try:
        header = next(rows, None)
    except csv.Error as error:
        raise InvalidInput(
            "header", f"首行无法读取：{error}", f"the first line cannot be read: {error}"
        ) from None
    if header is None:
        raise InvalidInput("header", "文件是空的", "the file is empty")
    keys = columns(header, reading.ignore, reading.names)
    left_out = tuple(name for name, key in zip(header, keys, strict=True) if key is None and name.strip())
    line = skip + rows.line_num
    while True:
        first = line + 1
        try:
            cells = next(rows, None)
        except (csv.Error, UnicodeError) as error:
            line = skip + rows.line_num
            yield Raw(first, file.tell(), {}, (f"不是表格的一行：{error}", f"not a line of a table: {error}"))
            continue
        if cells is None:
            return
        line = skip + rows.line_num
        if any(cell.strip() for cell in cells):
            yield replace(_row(first, file.tell(), keys, header, cells), ignored=left_out, record=cells)


# -- a row -------------------------------------------------------------------------------------------------


def _row(
    line: int, done: int, keys: Sequence[str | None], header: Sequence[str], cells: Sequence[str]
) -> Raw:
    problem = _shape(header, cells)
    if problem:
        return Raw(line, done, {}, problem)
    given: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for key, cell in zip(keys, cells, strict=False):
        if key is None or not cell.strip():
            continue
        if key == "customData":
            try:
                custom |= msgspec.json.decode(cell, type=dict[str, Any])
            except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError, RecursionError):
                return Raw(line, done, {}, NOT_AN_OBJECT, "customData")
        elif key.startswith(CUSTOM):
            custom[key.removeprefix(CUSTOM)] = _unquoted(cell)
        elif key in _NUMBERS and _SHORTENED.match(cell.strip()):
            return Raw(line, done, {}, _SHORT, key)
        else:
            given[key] = cell if key in _VERBATIM else _cell(key, _unquoted(cell))
    return Raw(line, done, {**given, "customData": custom} if custom else given)


def _shape(header: Sequence[str], cells: Sequence[str]) -> Reason | None:
    if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
        return (
            f"有 {len(cells)} 格，而首行有 {len(header)} 格",
            f"{len(cells)} cells, where the header has {len(header)}",
        )
    for name, cell in zip(header, cells, strict=False):
        if not name.strip() and cell.strip():
            return "没有列名的列中有内容", "a cell in a column without a name"
    if any(not cell.isascii() and _MISREAD.search(cell) for cell in cells):
        return (
            "不是此文件的编码：请另存为 UTF-8，或用 --encoding 指明编码",
            "not in the encoding of the file: save it as UTF-8, or name its encoding with --encoding",
        )
    return None


def _unquoted(cell: str) -> str:
    """`="00123"` and `'00123` keep a spreadsheet from making a number of it."""
    plain = cell if cell.startswith("'") else cell.strip()
    if plain.startswith('="') and plain.endswith('"') and len(plain) > 3:
        return plain[2:-1]
    return plain[1:] if _QUOTED.match(plain) else cell


def harmless(cell: str) -> str:
    """A cell of somebody's table as an export writes it: read again, it says what it said."""
    return cell_of(_unquoted(cell))


def cell_of(value: Any) -> str:
    """What is written into a table, which is read back by `_row` as it was. A text that a spreadsheet would
    calculate begins with `'`, and what JSON has beside texts is JSON."""
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return f"'{value}" if _FORMULA.match(value) or _QUOTED.match(value) else value


def _cell(key: str, cell: str) -> Any:
    """A cell as JSON would have it; what does not fit stays text, for `clean` to refuse."""
    name, small = FIELDS.get(key), cell.strip().lower()
    if name in BOOLEANS and small in _TRUE | _FALSE:
        return small in _TRUE
    if name in COUNTS and small.isascii() and small.isdigit():
        return int(small)
    if name == "gender":
        return _GENDERS.get(small, cell)
    return _sources(cell) if name == "register_source" else cell


def _sources(cell: str) -> Any:
    with suppress(msgspec.DecodeError, msgspec.ValidationError, UnicodeError):
        return msgspec.json.decode(cell, type=list[str])
    return [cell]
