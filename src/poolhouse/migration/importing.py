"""Importing many users beside whatever else brings them in: sign-up, and migration by logging in.

Each batch and the journal of how far the import has come are one transaction, so a process killed at any
moment leaves whole users and a journal that says exactly which; `resume` goes on there. Somebody who is here
already is left as they are. Password rules do not apply to passwords that come from elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from poolhouse import emails
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import Database, Tx
from poolhouse.directory.chooser import Directories
from poolhouse.directory.stored_passwords import StoredPasswords
from poolhouse.errors import (
    InvalidOperation,
    NotSupportedByDirectory,
    Overloaded,
    PoolhouseError,
    Unavailable,
)
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.migration import import_rows
from poolhouse.migration import postgres as newcomers
from poolhouse.migration.import_rows import ImportedUser, RowError
from poolhouse.migration.import_tables import Reading
from poolhouse.migration.postgres import Journal, Known
from poolhouse.users.model import CUSTOM_DATABASE
from poolhouse.users.rules import spelled

BATCH_ROWS, BATCH_PASSWORDS = 500, 64
"""Rows of one transaction; plain passwords of one, each of which costs a hash."""
RETRIES = 8

Entry = ImportedUser | RowError


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """`done` of `total` bytes are read; `ignored` counts rows by what the caller left out."""

    journal: Journal
    done: int = 0
    total: int = 0
    ignored: dict[str, int] = field(default_factory=dict)


Report = Callable[[ImportProgress], None]


class _Rehearsed(Exception):
    """Takes a dry run's transaction back."""


class UserImports:
    def __init__(
        self,
        *,
        db: Database,
        directories: Directories,
        hasher: PasswordHasher,
        passwords: StoredPasswords,
        fields: FieldStore,
        audit: AuditLog,
        special_domains: Collection[str],
    ) -> None:
        self._db, self._directories, self._hasher = db, directories, hasher
        self._check_email = partial(emails.checked, special=special_domains)
        self._passwords, self._fields, self._audit = passwords, fields, audit

    async def from_file(
        self,
        caller: Caller,
        path: Path,
        *,
        errors: Path | None = None,
        dry_run: bool = False,
        resume: bool = False,
        reading: Reading = import_rows.PLAIN,
        report: Report = lambda _: None,
    ) -> ImportProgress:
        """Imports a file of JSON lines or a table; see `import_rows` for its rows, `import_tables` for `reading`.

        Rows that cannot be imported go to `errors` as JSON lines: line, field, message. `resume` goes on
        where an import of a file with the same content stopped. Raises InvalidInput for a file that is none,
        NotSupportedByDirectory where users are not kept here, InvalidOperation when another import of the
        same file is under way.
        """
        await self._require_native(caller)
        function = await self._passwords.has_function(caller.pool_id)
        digest, total = await asyncio.to_thread(_digest, path)
        source = f"file:{digest}"
        journal = Journal(source)
        if not dry_run:
            unfinished = await newcomers.journal(self._db, caller.pool_id, source) if resume else None
            journal = unfinished or await newcomers.begin(self._db, caller.pool_id, source)
        log = ErrorFile(errors, journal.errors_bytes)
        progress = ImportProgress(journal, total=total)
        if journal.finished:
            return replace(progress, done=total)
        batch: list[Entry] = []
        rehearsal = _Rehearsal() if dry_run else None
        try:
            for place, raw in enumerate(import_rows.read(path, reading)):
                if place < journal.position:
                    continue
                entry = import_rows.parsed(raw, progress.ignored, self._check_email, function=function)
                if rehearsal:
                    verdict = rehearsal.judge(entry)
                    if verdict == "here":
                        journal = replace(progress.journal, skipped=progress.journal.skipped + 1)
                        progress = replace(progress, journal=journal)
                        continue
                    entry = verdict
                batch.append(entry)
                if _is_full(batch):
                    journal_after = await self.store(
                        caller, progress.journal, batch, len(batch), log, dry_run=dry_run
                    )
                    progress, batch = replace(progress, journal=journal_after, done=raw.done), []
                    report(progress)
            last = await self.store(
                caller, progress.journal, batch, len(batch), log, dry_run=dry_run, finish=True
            )
        finally:
            log.close()
        progress = replace(progress, journal=last, done=total)
        report(progress)
        return progress

    async def store(
        self,
        caller: Caller,
        journal: Journal,
        entries: Sequence[Entry],
        advance: int,
        log: ErrorFile,
        *,
        dry_run: bool = False,
        finish: bool = False,
    ) -> Journal:
        """Brings in a batch and moves the journal by `advance`. A row that spoils it is found by halving."""
        try:
            return await self._store_patiently(caller, journal, entries, advance, log, dry_run, finish)
        except (Unavailable, InvalidOperation):
            raise
        except PoolhouseError as error:
            if len(entries) == 1:
                script_id = entries[0].script_id if isinstance(entries[0], ImportedUser) else None
                refused: Entry = import_rows.refused(entries[0].line, error, script_id)
                return await self._store_patiently(caller, journal, [refused], advance, log, dry_run, finish)
            half = len(entries) // 2
            first = half if advance == len(entries) else 0
            journal = await self.store(caller, journal, entries[:half], first, log, dry_run=dry_run)
            return await self.store(
                caller, journal, entries[half:], advance - first, log, dry_run=dry_run, finish=finish
            )

    async def _store_patiently(
        self,
        caller: Caller,
        journal: Journal,
        entries: Sequence[Entry],
        advance: int,
        log: ErrorFile,
        dry_run: bool,
        finish: bool,
    ) -> Journal:
        hashes = await self._hashes(caller, entries, dry_run)
        for attempt in range(RETRIES):
            try:
                return await self._store_once(caller, journal, entries, advance, log, hashes, dry_run, finish)
            except Overloaded:  # a deadlock with a login, say, or no free connection
                if attempt == RETRIES - 1:
                    raise
                await asyncio.sleep(0.1 * 2**attempt)
        raise AssertionError("not reached")

    async def _store_once(
        self,
        caller: Caller,
        journal: Journal,
        entries: Sequence[Entry],
        advance: int,
        log: ErrorFile,
        hashes: dict[int, str],
        dry_run: bool,
        finish: bool,
    ) -> Journal:
        after = journal
        try:
            async with self._db.transaction() as tx:
                await tx.execute(
                    "select pg_advisory_xact_lock(hashtextextended('user import ' || $1, 0))", caller.pool_id
                )
                ids_by_line, skipped, errors = await self._bring_in(tx, caller, entries, hashes)
                after = replace(
                    journal,
                    position=journal.position + advance,
                    imported=journal.imported + len(ids_by_line),
                    skipped=journal.skipped + skipped,
                    failed=journal.failed + len(errors),
                    errors_bytes=log.put(journal.errors_bytes, errors),
                    finished=finish,
                )
                if dry_run:
                    raise _Rehearsed
                if not await newcomers.move(tx, caller.pool_id, journal, after):
                    raise InvalidOperation("另一个导入正在进行", "another import of the same is under way")
                if ids_by_line:
                    detail = {"source": journal.source[:80], "imported": len(ids_by_line)}
                    await self._audit.write(tx, caller, Event("import", "user", detail=detail))
        except _Rehearsed:
            pass
        return after

    async def _bring_in(
        self, tx: Tx, caller: Caller, entries: Sequence[Entry], hashes: dict[int, str]
    ) -> tuple[dict[int, str], int, list[RowError]]:
        people = [entry for entry in entries if isinstance(entry, ImportedUser)]
        errors = [entry for entry in entries if isinstance(entry, RowError)]
        if not people:
            return {}, 0, errors
        existing = await newcomers.known(tx, caller.pool_id, people, CUSTOM_DATABASE)
        new = [person for person in people if verdict_on(person, existing) == "new"]
        ids_by_line: dict[int, str] = {}
        if new:
            with_hashes = [(p, p.password_hash or hashes.get(p.line)) for p in new]
            ids_by_line = await newcomers.insert(tx, caller.pool_id, with_hashes, CUSTOM_DATABASE)
            # Whoever was faster is visible now, in this batch or beside it.
            existing = await newcomers.known(tx, caller.pool_id, people, CUSTOM_DATABASE)
        custom = {ids_by_line[p.line]: p.custom_data for p in new if p.line in ids_by_line and p.custom_data}
        if custom:
            await self._fields.store(tx, caller, TargetType.USER, custom)
        skipped = 0
        for person in people:
            if person.line in ids_by_line:
                continue
            verdict = verdict_on(person, existing)
            if isinstance(verdict, RowError):
                errors.append(verdict)
            else:
                skipped += 1
        return ids_by_line, skipped, sorted(errors, key=lambda error: error.line)

    async def _hashes(self, caller: Caller, entries: Sequence[Entry], dry_run: bool) -> dict[int, str]:
        """Of the plain passwords of people who are not here yet, before a transaction begins."""
        people = [e for e in entries if isinstance(e, ImportedUser) and e.password is not None]
        if not people or dry_run:
            return {}
        existing = await newcomers.known(self._db, caller.pool_id, people, CUSTOM_DATABASE)
        new = [person for person in people if verdict_on(person, existing) == "new"]
        hashing_at_once = asyncio.Semaphore(2 * (os.cpu_count() or 1))

        async def hashed(person: ImportedUser) -> str:
            async with hashing_at_once:
                return await self._hasher.hash(person.password or "", caller.pool_id)

        hashes = await asyncio.gather(*(hashed(person) for person in new))
        return {person.line: stored for person, stored in zip(new, hashes, strict=True)}

    async def _require_native(self, caller: Caller) -> None:
        caller.require_administrator()
        if not (await self._directories.of(caller.pool_id)).keeps_profiles:
            raise NotSupportedByDirectory(what="import")


def verdict_on(person: ImportedUser, known: Known) -> RowError | Literal["new", "here"]:
    """Somebody new; somebody who is here; or somebody whose identifiers are partly another's, an error.

    One user here is the same person if no identifier of the row says otherwise: an account of the same
    e-mail but another username is somebody else's until a human has looked.
    """
    if person.script_id and person.script_id in known.deleted:
        return RowError(
            person.line,
            "id",
            "this user was deleted in Poolhouse; an administrator can allow them back",
            person.script_id,
        )
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
    return RowError(person.line, spelled(field_), "belongs to another user", person.script_id)


class ErrorFile:
    """JSON lines, cut to what the journal knows before anything is added."""

    def __init__(self, path: Path | None, known_bytes: int) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        if path is not None and path.exists():
            os.truncate(path, min(known_bytes, path.stat().st_size))

    def put(self, at: int, errors: Sequence[RowError]) -> int:
        """Writes them at `at` and gives the new length; on the disk before the journal says so."""
        if self._path is None or not errors:
            return at
        if self._file is None:
            self._file = self._path.open("r+b" if self._path.exists() else "wb")
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


class _Rehearsal:
    """A dry run leaves nothing behind that a later row could meet, so it remembers who came."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, str], str] = {}
        self._keys_of: dict[str, Mapping[str, str | None]] = {}
        self._by_script_id: dict[str, str] = {}

    def judge(self, entry: Entry) -> Entry | Literal["here"]:
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


def _told(error: RowError) -> bytes:
    fields = {name: value for name, value in asdict(error).items() if value is not None}
    return msgspec.json.encode(fields)


def _is_full(batch: Sequence[Entry]) -> bool:
    plain = sum(isinstance(entry, ImportedUser) and entry.password is not None for entry in batch)
    return len(batch) >= BATCH_ROWS or plain >= BATCH_PASSWORDS


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
