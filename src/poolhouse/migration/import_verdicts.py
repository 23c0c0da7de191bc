"""Who of a file is somebody new, who is here, and where it is told who is neither."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

import msgspec

from poolhouse.db.database import Tx
from poolhouse.errors import InvalidInput
from poolhouse.migration import postgres as newcomers
from poolhouse.migration.import_rows import ImportedUser, RowError
from poolhouse.migration.postgres import Journal, Known
from poolhouse.texts import Reason
from poolhouse.users.rules import spelled

_DELETED: Reason = (
    "此用户已在 Poolhouse 中删除；管理员可以允许其回来",
    "this user was deleted in Poolhouse; an administrator can allow them back",
)
_TAKEN: Reason = ("属于另一个用户", "belongs to another user")

Entry = ImportedUser | RowError
NOBODY = Known()


def verdict_on(person: ImportedUser, known: Known) -> RowError | Literal["new", "here"]:
    """Somebody new; somebody who is here; or somebody whose identifiers are partly another's, an error.

    One user here is the same person if no identifier of the row says otherwise: an account of the same
    e-mail but another username is somebody else's until a human has looked.
    """
    if person.script_id and person.script_id in known.deleted:
        return RowError(person.line, "id", _DELETED, person.script_id)
    if person.script_id and person.script_id in known.by_script_id:
        return "here"
    given = newcomers.keys_of(person)
    holders = {
        key: known.by_key[item] for key, value in given.items() if (item := (key, value)) in known.by_key
    }
    if not holders:
        return "new"
    field_, owner = next(iter(holders.items()))
    theirs = known.keys_of[owner]
    if set(holders.values()) == {owner} and all(theirs[key] in (None, given[key]) for key in given):
        return "here"
    return RowError(person.line, spelled(field_), _TAKEN, person.script_id)


class Rehearsal:
    """A dry run leaves nothing behind that a later row could meet, so it remembers who came. `earlier`: who came before
    these, where somebody else remembers it."""

    def __init__(self, earlier: Known = NOBODY) -> None:
        self._by_key = dict(earlier.by_key)
        self._keys_of = dict(earlier.keys_of)
        self._by_script_id = dict(earlier.by_script_id)

    def judged(self, batch: Sequence[Entry]) -> tuple[list[Entry], int]:
        """Whom it brings in or refuses, and how many are here already."""
        verdicts = [self._judge(entry) for entry in batch]
        left = [verdict for verdict in verdicts if verdict != "here"]
        return left, len(verdicts) - len(left)

    def _judge(self, entry: Entry) -> Entry | Literal["here"]:
        if isinstance(entry, RowError):
            return entry
        known = Known(self._by_key, self._keys_of, self._by_script_id, frozenset())
        verdict = verdict_on(entry, known)
        if verdict != "new":
            return verdict
        keys = newcomers.keys_of(entry)
        self._keys_of[str(entry.line)] = {key: keys.get(key) for key in newcomers.KEYS}
        self._by_key |= {item: str(entry.line) for item in keys.items()}
        if entry.script_id:
            self._by_script_id[entry.script_id] = str(entry.line)
        return entry


def check_errors_file(errors: Path | None, source: Path | None = None) -> None:
    """Raises InvalidInput for a link, which somebody may have laid beside the file for whoever imports it, and for
    `source`, the file itself: what is there is cut."""
    if errors is None:
        return
    if errors.is_symlink():
        raise InvalidInput("errors", f"{errors} 不能是符号链接", f"{errors} must not be a symbolic link")
    if source is not None and errors.exists() and errors.samefile(source):
        raise InvalidInput("errors", "不能是导入的文件", "must not be the file that is imported")


class Errors(Protocol):
    """Where it is told who was refused."""

    async def put(self, tx: Tx, pool_id: str, journal: Journal, errors: Sequence[RowError]) -> int:
        """Behind what the journal knows; answers its new `errors_bytes`."""


class Collected:
    """Where a dry run says whom it refuses: more than once, where a part is tried again."""

    def __init__(self) -> None:
        self._by_line: dict[int, RowError] = {}

    async def put(self, tx: Tx, pool_id: str, journal: Journal, errors: Sequence[RowError]) -> int:
        self._by_line |= {error.line: error for error in errors}
        return journal.errors_bytes

    def in_order(self) -> tuple[RowError, ...]:
        return tuple(self._by_line[line] for line in sorted(self._by_line))


class ErrorFile:
    """JSON lines, cut to what the journal knows before anything is added. A new one is its owner's alone to read."""

    def __init__(self, path: Path | None, known_bytes: int) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        if path is not None and path.exists():
            with _opened(path) as file:
                file.truncate(min(known_bytes, path.stat().st_size))

    async def put(self, tx: Tx, pool_id: str, journal: Journal, errors: Sequence[RowError]) -> int:
        """Writes them behind what the journal knows and gives the new length; on the disk before it says so."""
        at = journal.errors_bytes
        if self._path is None or not errors:
            return at
        if self._file is None:
            self._file = _opened(self._path)
        text = b"".join(_told(error) + b"\n" for error in errors)
        self._file.seek(at)
        self._file.truncate()
        self._file.write(text)
        self._file.flush()
        os.fsync(self._file.fileno())
        return at + len(text)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b")


def _told(error: RowError) -> bytes:
    told = {"line": error.line, "field": error.field, "message": error.message("en-US")}
    return msgspec.json.encode(told | ({"id": error.id} if error.id is not None else {}))
