"""Rows of an import file: read one at a time, turned into what a user is made from, or refused by name.

A row is a JSON object a line (`.jsonl`) or a line of a table (`import_tables`). Its keys are the profile fields as
`import_columns` reads them, and these:

    id            the person's id in the old system; kept, so that a login through `login` meets the same user
    customDatabaseId    the same, where `id` is that of another Poolhouse, whose export has both
    password      plain text, hashed here; what looks like a client's ciphertext is refused
    passwordHash  stored as it is; its form must be one of `crypto.foreign.FORMATS`, or the pool's own
                  `verifyPassword` judges it
    salt          of the passwordHash, where it is kept apart: for `verifyPassword`
    customData    an object (in CSV: JSON, or a column `customData.KEY` each)

A row with any other key is refused, unless the caller leaves that out by name. Nothing here touches a database.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from poolhouse import emails
from poolhouse.crypto.transport import require_plain
from poolhouse.errors import InvalidInput, Lang, PoolhouseError, TooLarge
from poolhouse.migration import import_tables
from poolhouse.migration.import_columns import (
    ASIDE,
    CUSTOM,
    FIELDS,
    NOTHING_NAMED,
    folded,
    key_of,
    unknown_keys,
)
from poolhouse.migration.import_tables import NOT_AN_OBJECT, SUFFIXES, Raw, Reading
from poolhouse.misfits import OBJECT, STRING, expected
from poolhouse.texts import Reason, require_visible, storable, written
from poolhouse.users.profile_fields import TEXT
from poolhouse.users.profiles import EMPTIED, is_nothing
from poolhouse.users.rules import clean, require_identifier
from poolhouse.users.stored_hashes import accepted

PLAIN = Reading()

LONGEST_ROW = 1024 * 1024
"""Bytes."""
LONGEST_PASSWORD = 1024
"""Characters."""

CheckEmail = Callable[[str], str]


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
    """Why a row was not brought in, in both languages. Of the row itself it carries the old id alone: the rest may be
    secret."""

    line: int
    field: str
    reason: Reason
    id: str | None = None

    def message(self, lang: Lang) -> str:
        return said(self.reason, lang)


def read(path: Path, reading: Reading = PLAIN) -> Iterator[Raw]:
    """Raises InvalidInput for a file of another kind and for a table that cannot be read."""
    if path.suffix in (".jsonl", ".ndjson"):
        with path.open("rb") as file:
            yield from _json_lines(file, reading)
    elif path.suffix in SUFFIXES:
        yield from import_tables.read(path, reading)
    else:
        kinds = ", ".join((".jsonl", *SUFFIXES))
        raise InvalidInput(path.name, f"应为 {kinds} 文件", f"must be one of {kinds}")


def naming(path: Path, reading: Reading, wanted: str) -> Iterator[Raw]:
    """The rows in which something is this text. Raises as `read`."""
    return (raw for raw in read(path, reading) if any(str(value) == wanted for value in raw.given.values()))


def as_read(line: int, given: Mapping[str, Any]) -> Raw:
    """A row that was read elsewhere. Raises InvalidInput for a key that none has."""
    if unknown := [name for name in given if name not in FIELDS and name not in ASIDE]:
        raise unknown_keys(unknown, "rows")
    return Raw(line, 0, given)


def read_lines(text: bytes, reading: Reading = PLAIN) -> Iterator[Raw]:
    return _json_lines(io.BytesIO(text), reading)


def read_file(lines: BinaryIO, reading: Reading = PLAIN) -> Iterator[Raw]:
    lines.seek(0)
    return _json_lines(lines, reading)


def parsed(
    raw: Raw,
    ignored: dict[str, int],
    email: CheckEmail = emails.checked,
    *,
    function: bool = False,
) -> ImportedUser | RowError:
    """`ignored` counts the rows of each key the caller leaves out; `email` judges an address; `function`: whether the
    pool has a `verifyPassword`."""
    for name in raw.ignored:
        ignored[name] = ignored.get(name, 0) + 1
    if raw.broken is not None:
        return RowError(raw.line, raw.field, raw.broken)
    try:
        return required(raw, email, function)
    except PoolhouseError as error:
        return refused(raw.line, error)


def refused(line: int, error: PoolhouseError, script_id: str | None = None) -> RowError:
    reason = (error.message("zh-CN"), error.message("en-US"))
    return RowError(line, str(error.facts.get("field") or "row"), reason, script_id)


def said(reason: Reason, lang: Lang) -> str:
    return reason[0] if lang == "zh-CN" else reason[1]


def required(raw: Raw, email: CheckEmail, function: bool) -> ImportedUser:
    """Raises PoolhouseError, for most rows InvalidInput, for one that is not brought in."""
    values: dict[str, Any] = {}
    custom_data: dict[str, Any] = {}
    for key, value in raw.given.items():
        if value is None or (key in ASIDE and key != "customData"):
            continue
        if key == "customData":
            custom_data |= _custom_data(value)
        elif not (FIELDS[key] in EMPTIED and is_nothing(value)):
            values[FIELDS[key]] = _as_text(value) if FIELDS[key] in TEXT else value
    cleaned = clean(values, email=email)
    require_identifier(cleaned)
    return ImportedUser(
        raw.line,
        cleaned,
        *_secrets(raw.given, function),
        custom_data=custom_data,
        script_id=_script_id(raw.given.get("customDatabaseId") or raw.given.get("id")),
    )


def _as_text(value: Any) -> Any:
    """What JSON gives as a number, a telephone number say, is its digits."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _secrets(given: Mapping[str, Any], function: bool) -> tuple[str | None, str | None]:
    password, stored, salt = (given.get(name) or None for name in ("password", "passwordHash", "salt"))
    for name, value in (("password", password), ("passwordHash", stored), ("salt", salt)):
        if value is not None and not isinstance(value, str):
            raise InvalidInput(name, *expected(STRING))
    if password is not None and stored is not None:
        raise InvalidInput(
            "passwordHash", "与 password 只能有一个", "give either a password or a hash, not both"
        )
    if password is not None and len(password) > LONGEST_PASSWORD:
        raise TooLarge(
            "password", f"长度不能超过 {LONGEST_PASSWORD}", f"at most {LONGEST_PASSWORD} characters"
        )
    if password is not None:
        require_plain(password)
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
        raise InvalidInput("customData", *expected(OBJECT))
    return value


def _json_lines(file: BinaryIO, reading: Reading) -> Iterator[Raw]:
    ignore = frozenset(map(folded, reading.ignore))
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
            too_much = (f"超过 {LONGEST_ROW} 字节", f"longer than {LONGEST_ROW} bytes")
            yield Raw(line, done, {}, too_much)
        elif text.strip():
            text = text.removeprefix(b"\xef\xbb\xbf")
            yield replace(_json_line(line, done, text, ignore, reading.names), record=text)


def _json_line(
    line: int, done: int, text: bytes, ignore: Collection[str], names: Mapping[str, str] = NOTHING_NAMED
) -> Raw:
    try:
        row = msgspec.json.decode(text)
    except UnicodeDecodeError:
        return Raw(line, done, {}, ("不是 JSON 所用的 UTF-8", "not UTF-8, as JSON is"))
    except (msgspec.DecodeError, RecursionError):
        return Raw(line, done, {}, ("不是 JSON", "not JSON"))
    if not isinstance(row, dict):
        return Raw(line, done, {}, NOT_AN_OBJECT)
    given: dict[str, Any] = {}
    unknown, ignored = [], []
    custom: dict[str, Any] = {}
    for name, value in row.items():
        if name in names:
            key: str | None = names[name]
            if not key:
                ignored.append(name)
                continue
            if key.startswith(CUSTOM):
                custom[key.removeprefix(CUSTOM)] = value
                continue
        else:
            key = name if name in FIELDS or name in ASIDE else key_of(name)
        if ignore and folded(name) in ignore:
            ignored.append(name)
        elif value is None:
            continue
        elif key is None or key.startswith(CUSTOM):
            unknown.append(_column_name(name))
        elif key in given:
            twice = _column_name(name)
            return Raw(line, done, {}, (f"给出两次：{twice}", f"given twice: {twice}"), key)
        else:
            given[key] = value
    if unknown:
        nobody_knows = unknown_keys(unknown, "row")
        reason = (nobody_knows.reason or "", nobody_knows.reason_en or "")
        return Raw(line, done, {}, reason, unknown[0])
    if custom and isinstance(whole := given.get("customData", {}), dict):
        given["customData"] = {**whole, **{key: value for key, value in custom.items() if value is not None}}
    return Raw(line, done, given, ignored=tuple(ignored))


def _column_name(name: str) -> str:
    return str(storable(name[:64]))
