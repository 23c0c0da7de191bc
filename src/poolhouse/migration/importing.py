"""Importing many users beside whatever else brings them in: sign-up, and migration by logging in.

Each batch and the journal of how far the import has come are one transaction, so a process killed at any
moment leaves whole users and a journal that says exactly which; `resume` goes on there. Somebody who is here
already is left as they are. Password rules do not apply to passwords that come from elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

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
from poolhouse.migration import postgres_searching as searching
from poolhouse.migration.import_batches import Hashes, batches, hashed_ahead, read_ahead
from poolhouse.migration.import_rows import ImportedUser, RowError
from poolhouse.migration.import_tables import Raw, Reading
from poolhouse.migration.import_trial import Trial, row_of, tried
from poolhouse.migration.import_verdicts import (
    Entry,
    ErrorFile,
    Errors,
    Rehearsal,
    check_errors_file,
    verdict_on,
)
from poolhouse.migration.postgres import Journal, Known, Newcomers
from poolhouse.users.model import CUSTOM_DATABASE

RETRIES = 8
ANALYZED_FROM_DIGITS = 2
"""Each time so many people have come that their number has one digit more, beyond these."""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """`done` of `total` bytes are read; `ignored` counts rows by what the caller left out. `unsearched`: people who are
    in and whom no search finds yet, once everything is read."""

    journal: Journal
    done: int = 0
    total: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    unsearched: int = 0


NONE: Hashes = {}

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
        await self.require_native(caller)
        check_errors_file(errors, path)
        judge = await self.parser(caller)
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
        rows = import_rows.read(path, reading)
        parse = partial(judge, ignored=progress.ignored)
        rehearsal = Rehearsal() if dry_run else None
        try:
            unread = islice(rows, journal.position, None)
            hashes = partial(self.hashes, caller, asyncio.Semaphore(2 * (os.cpu_count() or 1)), dry_run)
            async with (
                aclosing(read_ahead(batches(unread, parse))) as read,
                aclosing(hashed_ahead(read, hashes)) as ready,
            ):
                async for batch in ready:
                    entries = batch.entries
                    if rehearsal:
                        entries, here = rehearsal.judged(entries)
                        progress = replace(progress, journal=replace(journal, skipped=journal.skipped + here))
                    journal = await self.store(
                        caller,
                        progress.journal,
                        entries,
                        len(entries),
                        log,
                        hashes=batch.hashes,
                        ready=None if rehearsal else batch.ready,
                        dry_run=dry_run,
                    )
                    progress = replace(progress, journal=journal, done=batch.done)
                    report(progress)
            if not dry_run:
                await searching.write_all(
                    self._db,
                    caller.pool_id,
                    lambda left: report(replace(progress, unsearched=left)),
                )
            journal = await self.store(caller, journal, [], 0, log, dry_run=dry_run, finish=True)
        finally:
            log.close()
        progress = replace(progress, journal=journal, done=total)
        report(progress)
        return progress

    async def trial(
        self, caller: Caller, rows: Sequence[Raw], wanted: str, password: str, *, file: str
    ) -> Trial:
        """Whether the password of one of the rows would let its person in; nothing is written. `file`: its name, for
        errors. Raises as `row_of`."""
        caller.require_administrator()
        function = await self._passwords.has_function(caller.pool_id)
        judge = partial(import_rows.required, email=self._check_email, function=function)
        row = row_of(rows, judge, wanted, file)

        async def verify(given: str, stored: str) -> bool:
            return (await self._hasher.verify(given, stored, caller.pool_id)).ok

        return await tried(row, password, verify)

    async def parser(self, caller: Caller) -> Callable[..., Entry]:
        """`import_rows.parsed` for this pool."""
        function = await self._passwords.has_function(caller.pool_id)
        return partial(import_rows.parsed, email=self._check_email, function=function)

    async def store(
        self,
        caller: Caller,
        journal: Journal,
        entries: Sequence[Entry],
        advance: int,
        log: Errors,
        *,
        hashes: Hashes = NONE,
        ready: Newcomers | None = None,
        dry_run: bool = False,
        finish: bool = False,
    ) -> Journal:
        """Brings in a batch and moves the journal by `advance`. A row that spoils it is found by halving.

        `ready`: everybody of it, if they were made ready before."""
        patiently = partial(self._store_patiently, caller, log=log, hashes=hashes, dry_run=dry_run)
        try:
            return await patiently(journal, entries, advance, finish=finish, ready=ready)
        except (Unavailable, InvalidOperation):
            raise
        except PoolhouseError as error:
            if len(entries) == 1:
                script_id = entries[0].script_id if isinstance(entries[0], ImportedUser) else None
                refused: Entry = import_rows.refused(entries[0].line, error, script_id)
                return await patiently(journal, [refused], advance, finish=finish)
            half = len(entries) // 2
            first = half if advance == len(entries) else 0
            store = partial(self.store, caller, log=log, hashes=hashes, dry_run=dry_run)
            journal = await store(journal, entries[:half], first)
            return await store(journal, entries[half:], advance - first, finish=finish)

    async def _store_patiently(
        self,
        caller: Caller,
        journal: Journal,
        entries: Sequence[Entry],
        advance: int,
        *,
        log: Errors,
        hashes: Hashes,
        dry_run: bool,
        finish: bool,
        ready: Newcomers | None = None,
    ) -> Journal:
        for attempt in range(RETRIES):
            try:
                return await self._store_once(
                    caller, journal, entries, advance, log, hashes, dry_run, finish, ready
                )
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
        log: Errors,
        hashes: Hashes,
        dry_run: bool,
        finish: bool,
        ready: Newcomers | None,
    ) -> Journal:
        after = journal
        try:
            async with self._db.transaction() as tx:
                await newcomers.begin_batch(tx, caller.pool_id, lasting=finish)
                ids_by_line, skipped, errors = await self._bring_in(tx, caller, entries, hashes, ready)
                after = replace(
                    journal,
                    position=journal.position + advance,
                    imported=journal.imported + len(ids_by_line),
                    skipped=journal.skipped + skipped,
                    failed=journal.failed + len(errors),
                    errors_bytes=await log.put(tx, caller.pool_id, journal, errors),
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
            return after
        if len(str(after.imported)) > max(ANALYZED_FROM_DIGITS, len(str(journal.imported))):
            await newcomers.analyze(self._db)
        return after

    async def _bring_in(
        self,
        tx: Tx,
        caller: Caller,
        entries: Sequence[Entry],
        hashes: Hashes,
        ready: Newcomers | None,
    ) -> tuple[dict[int, str], int, list[RowError]]:
        people = [entry for entry in entries if isinstance(entry, ImportedUser)]
        errors = [entry for entry in entries if isinstance(entry, RowError)]
        if not people:
            return {}, 0, errors
        existing, new = Known(), people
        if await newcomers.here_already(tx, caller.pool_id, people, CUSTOM_DATABASE):
            existing = await newcomers.known(tx, caller.pool_id, people, CUSTOM_DATABASE)
            new = [person for person in people if verdict_on(person, existing) == "new"]
        ids_by_line: dict[int, str] = {}
        if new:
            later = len(new) > searching.LATER_FROM
            if later:
                await searching.put_off(tx)
            if ready is None or len(new) < len(people):
                ready = newcomers.ready([(p, p.password_hash or hashes.get(p.line)) for p in new])
            ids_by_line = await newcomers.insert(tx, caller.pool_id, ready, CUSTOM_DATABASE)
            if later and ids_by_line:
                await searching.note_waiting(tx, caller.pool_id, list(ids_by_line.values()))
        if len(ids_by_line) < len(people):
            # Whoever was here, or was faster, in this batch or beside it.
            existing = await newcomers.known(tx, caller.pool_id, people, CUSTOM_DATABASE)
        custom = {ids_by_line[p.line]: p.custom_data for p in new if p.line in ids_by_line and p.custom_data}
        if custom:
            # Every cell of a table is text.
            await self._fields.store(tx, caller, TargetType.USER, custom, from_text=True)
        skipped = 0
        for person in people:
            if person.line in ids_by_line:
                continue
            verdict = verdict_on(person, existing)
            if isinstance(verdict, RowError):
                errors.append(verdict)
            elif verdict == "here":
                skipped += 1
            else:
                raise Overloaded("whoever held a name of theirs is gone again", retry_after_s=1)
        return ids_by_line, skipped, sorted(errors, key=lambda error: error.line)

    async def hashes(
        self, caller: Caller, at_once: asyncio.Semaphore, dry_run: bool, entries: Sequence[Entry]
    ) -> Hashes:
        """Of the plain passwords of people who are not here yet, before a transaction begins."""
        people = [e for e in entries if isinstance(e, ImportedUser) and e.password is not None]
        if not people or dry_run:
            return NONE
        existing = await newcomers.known(self._db, caller.pool_id, people, CUSTOM_DATABASE)
        new = [person for person in people if verdict_on(person, existing) == "new"]

        async def hashed(person: ImportedUser) -> str:
            async with at_once:
                return await self._hasher.hash(person.password or "", caller.pool_id)

        hashes = await asyncio.gather(*(hashed(person) for person in new))
        return {person.line: stored for person, stored in zip(new, hashes, strict=True)}

    async def require_native(self, caller: Caller) -> None:
        caller.require_administrator()
        if not (await self._directories.of(caller.pool_id)).keeps_profiles:
            raise NotSupportedByDirectory(what="import")


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
