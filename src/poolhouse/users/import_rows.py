"""Rows of an import file: read one at a time, turned into what a user is made from, or refused by name.

A row is a JSON object a line (`.jsonl`) or a line of CSV under a header. Its keys are the profile fields in
either wire's spelling, and these:

    id            the person's id in the old system; kept, so that a login through `login` meets the same user
    password      plain text, hashed here
    passwordHash  stored as it is; its form must be one of `crypto.foreign.FORMATS`, or the pool's own
                  `verifyPassword` judges it
    salt          of the passwordHash, where it is kept apart: for `verifyPassword`
    customData    an object (in CSV: JSON, or a column `customData.KEY` each)

Other keys are left out and counted by name. Nothing here touches a database.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from poolhouse import emails
from poolhouse.errors import InvalidInput, PoolhouseError, TooLarge
from poolhouse.texts import require_visible, written
from poolhouse.users.kept import accepted
from poolhouse.users.profiles import EMPTIED, NAMES, is_nothing
from poolhouse.users.rules import BOOLEANS, COUNTS, TEXT, clean, require_identifier

LONGEST_ROW = 1024 * 1024
"""Bytes."""
LONGEST_PASSWORD = 1024
"""Characters."""

FIELDS: Mapping[str, str] = {
    key: name for key, name in NAMES.items() if name not in ("created_at", "updated_at", "is_deleted")
}
CheckEmail = Callable[[str], str]
_TRUE, _FALSE = frozenset({"true", "1", "t", "yes"}), frozenset({"false", "0", "f", "no"})


@dataclass(frozen=True, slots=True)
class ImportedUser:
    """Somebody to be brought in. `script_id`: their id in the old system."""

    line: int
    values: Mapping[str, Any]
    password: str | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)
    custom_data: Mapping[str, Any] = field(default_factory=dict)
    script_id: str | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was not brought in. Of the row itself it carries the old id alone: the rest may be secret."""

    line: int
    field: str
    message: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """A row as it was read. `done`: bytes of the file behind it, for a progress bar; `broken`: what is wrong
    with the line itself."""

    line: int
    done: int
    given: Mapping[str, Any]
    broken: str | None = None


def read(path: Path) -> Iterator[Raw]:
    """Raises InvalidInput for a file of another kind or a header without columns of ours."""
    if path.suffix in (".jsonl", ".ndjson"):
        with path.open("rb") as file:
            yield from _json_lines(file)
    elif path.suffix == ".csv":
        with path.open("rb") as file:
            yield from _csv(file)
    else:
        raise InvalidInput(path.name, "应为 .jsonl 或 .csv 文件", "must be a .jsonl or a .csv file")


def parsed(
    raw: Raw, ignored: dict[str, int], email: CheckEmail = emails.checked, *, function: bool = False
) -> ImportedUser | RowError:
    """`ignored` counts the keys that are none of ours; `email` judges an address; `function`: whether the
    pool has a `verifyPassword`."""
    if raw.broken is not None:
        return RowError(raw.line, "row", raw.broken)
    try:
        return _parsed(raw, ignored, email, function)
    except PoolhouseError as error:
        return refused(raw.line, error)


def refused(line: int, error: PoolhouseError, script_id: str | None = None) -> RowError:
    return RowError(line, str(error.facts.get("field") or "row"), error.message("en-US"), script_id)


def _parsed(raw: Raw, ignored: dict[str, int], email: CheckEmail, function: bool) -> ImportedUser:
    values: dict[str, Any] = {}
    custom_data: dict[str, Any] = {}
    for key, value in raw.given.items():
        if value is None or key in ("id", "password", "passwordHash", "salt"):
            continue
        if key == "customData":
            custom_data |= _custom_data(value)
        elif key in FIELDS:
            if not (FIELDS[key] in EMPTIED and is_nothing(value)):
                values[FIELDS[key]] = _as_text(value) if FIELDS[key] in TEXT else value
        else:
            ignored[key] = ignored.get(key, 0) + 1
    cleaned = clean(values, email=email)
    require_identifier(cleaned)
    return ImportedUser(
        raw.line,
        cleaned,
        *_secrets(raw.given, function),
        custom_data=custom_data,
        script_id=_script_id(raw.given.get("id")),
    )


def _as_text(value: Any) -> Any:
    """What JSON gives as a number, a telephone number say, is its digits."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _secrets(given: Mapping[str, Any], function: bool) -> tuple[str | None, str | None]:
    password, stored, salt = (given.get(name) or None for name in ("password", "passwordHash", "salt"))
    for name, value in (("password", password), ("passwordHash", stored), ("salt", salt)):
        if value is not None and not isinstance(value, str):
            raise InvalidInput(name, "应为字符串", "expected a string")
    if password is not None and stored is not None:
        raise InvalidInput(
            "passwordHash", "与 password 只能有一个", "give either a password or a hash, not both"
        )
    if password is not None and len(password) > LONGEST_PASSWORD:
        raise TooLarge(
            "password", f"长度不能超过 {LONGEST_PASSWORD}", f"at most {LONGEST_PASSWORD} characters"
        )
    if salt is not None and stored is None:
        raise InvalidInput("salt", "仅可与 passwordHash 一起使用", "goes with a passwordHash only")
    if stored is not None:
        stored = accepted(stored, salt, function=function, field="passwordHash")
    return password, stored


def _script_id(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InvalidInput("id", "应为字符串或整数", "expected a string or a whole number")
    text = written(str(value))
    if len(text) > 256:
        raise InvalidInput("id", "不合法", "must be at most 256 characters")
    return require_visible(text, "id") or None


def _custom_data(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput("customData", "应为对象", "expected an object")
    return value


def _json_lines(file: BinaryIO) -> Iterator[Raw]:
    line = done = 0
    while text := file.readline(LONGEST_ROW + 1):
        line += 1
        too_long = len(text) > LONGEST_ROW and not text.endswith(b"\n")
        while too_long and (rest := file.readline(LONGEST_ROW)):
            done += len(rest)
            if rest.endswith(b"\n"):
                break
        done += len(text)
        if too_long:
            yield Raw(line, done, {}, f"longer than {LONGEST_ROW} bytes")
        elif text.strip():
            yield _json_line(line, done, text.removeprefix(b"\xef\xbb\xbf"))


def _json_line(line: int, done: int, text: bytes) -> Raw:
    try:
        given = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Raw(line, done, {}, "not JSON")
    return Raw(line, done, given) if isinstance(given, dict) else Raw(line, done, {}, "not a JSON object")


def _csv(file: BinaryIO) -> Iterator[Raw]:
    # What is not UTF-8 becomes lone surrogates, which `clean` refuses by the field's name.
    text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
    rows = csv.reader(text)
    header = [name.strip() for name in next(rows, [])]
    if not any(name in FIELDS for name in header):
        raise InvalidInput("header", "首行应为列名", "the first line must name the columns")
    line = 1
    while True:
        try:
            cells = next(rows, None)
        except csv.Error as error:
            yield Raw(rows.line_num, file.tell(), {}, str(error))
            continue
        if cells is None:
            return
        first, line = line + 1, rows.line_num
        if len(cells) > len(header):
            yield Raw(first, file.tell(), {}, "more cells than the header has")
        elif any(cells):
            yield _csv_row(first, file.tell(), dict(zip(header, cells, strict=False)))


def _csv_row(line: int, done: int, cells: Mapping[str, str]) -> Raw:
    given: dict[str, Any] = {}
    custom_data: dict[str, Any] = {}
    for name, cell in cells.items():
        if cell == "":
            continue
        if name == "customData":
            try:
                custom_data |= msgspec.json.decode(
                    cell.encode("utf-8", "surrogateescape"), type=dict[str, Any]
                )
            except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
                return Raw(line, done, {}, "customData is not a JSON object")
        elif name.startswith("customData."):
            custom_data[name.removeprefix("customData.")] = cell
        else:
            given[name] = _cell(FIELDS.get(name), cell)
    return Raw(line, done, {**given, "customData": custom_data} if custom_data else given)


def _cell(name: str | None, cell: str) -> Any:
    """A cell as JSON would have it; what does not fit stays text, for `clean` to refuse."""
    folded = cell.strip().lower()
    if name in BOOLEANS and folded in _TRUE | _FALSE:
        return folded in _TRUE
    if name in COUNTS and folded.isascii() and folded.isdigit():
        return int(folded)
    return [cell] if name == "register_source" else cell
