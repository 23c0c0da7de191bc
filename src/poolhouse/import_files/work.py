"""Checking and importing uploaded files, on every node: a second of one pool's file, then of whoever has waited
longest.

A worker holds the file's row while it is at it, so that there is one, and a dead one lets go with its connection. A
check writes all it finds in that transaction; an import is brought in by `UserImports.store`, whose transaction has
each batch and its place in the journal together. So whoever goes on after a worker died begins where that one ended.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from poolhouse.audit.service import AuditLog
from poolhouse.bulk.rights import Rights
from poolhouse.bulk.turns import Turns
from poolhouse.caller import Caller
from poolhouse.crypto.piecebox import PieceBox
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Tx
from poolhouse.errors import (
    InvalidInput,
    NotFound,
    NotSupportedByDirectory,
    PoolhouseError,
    Refused,
)
from poolhouse.import_files import postgres, postgres_work, reading, rehearsal
from poolhouse.import_files.model import CHECK, ImportFile
from poolhouse.import_files.service import key_of, noted, place_of_row
from poolhouse.migration import postgres as journals
from poolhouse.migration import postgres_jobs as jobs
from poolhouse.migration.import_refused import kept
from poolhouse.migration.import_rows import ImportedUser, RowError
from poolhouse.migration.import_tables import Raw
from poolhouse.migration.import_verdicts import Collected, Entry
from poolhouse.migration.importing import UserImports
from poolhouse.migration.postgres import Journal
from poolhouse.texts import Reason

PIECE_S = 1.0
"""After as long no further batch is begun with before others had their turn."""
BATCH_ROWS, BATCH_PASSWORDS = 1_000, 16
"""Rows of one transaction; plain passwords, each of which costs a hash."""
AT_ONCE = 1
"""Pools a node works for at the same time; it takes three connections."""
MOST_OPEN = 4
"""Files that a node goes on to read where it stopped; of others it reads the rows before once more."""
ERRORS_KEPT = 100_000
"""Refused rows of a file, by whole batches."""
SCOPES = frozenset({"users:write"})

_IDLE: Reason = ("上传后一天内未继续", "nobody went on with it for a day")
_ERASED: Reason = (
    "上传后有用户被彻底清除，文件中可能有其数据：请重新上传",
    "somebody was erased after the upload, whom the file may name: upload it again",
)

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Open:
    """A file that is read; `position` rows of it were."""

    rows: Iterator[Raw]
    position: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    raws: Sequence[Raw]
    entries: Sequence[Entry]
    done: int


class FileWork(Turns):
    """`only`: the pools it serves (None: all), so that tests do not do each other's files."""

    name, channel, at_once = "import_files", postgres.CHANNEL, AT_ONCE

    def __init__(
        self,
        *,
        db: Database,
        box: SecretBox,
        imports: UserImports,
        rights: Rights,
        audit: AuditLog,
        only: frozenset[str] | None = None,
    ) -> None:
        super().__init__(db)
        self._box, self._imports, self._rights, self._audit, self._only = box, imports, rights, audit, only
        self._open: OrderedDict[tuple[str, int, str], _Open] = OrderedDict()
        self._hashing = asyncio.Semaphore(max(1, (os.cpu_count() or 1) // 2))

    async def _waiting(self, most: int) -> list[tuple[str, str]]:
        return await postgres_work.waiting(self._db, most, self._only)

    async def _put_behind(self, pool_id: str, job_id: str, why: PoolhouseError | None = None) -> None:
        await postgres_work.put_behind(self._db, pool_id, job_id, why.sentences if why else None)

    async def _given_up(self, pool_id: str, job_id: str) -> bool:
        async with self._db.transaction() as tx:
            file = await postgres_work.take(tx, pool_id, job_id)
            if file is None:
                return False
            await self._end(tx, file, "STOPPED", PoolhouseError())
        return True

    async def _piece(self, pool_id: str, job_id: str) -> bool:
        async with self._db.transaction() as tx:
            file = await postgres_work.take(tx, pool_id, job_id)
            if file is None:
                return False
            if file.ended_at is not None:
                await self._empty(tx, file)
            elif await postgres_work.is_erased(tx, file):
                await self._end(tx, file, "STOPPED", _ERASED)
            elif await postgres_work.is_idle(tx, file):
                await self._end(tx, file, "STOPPED", _IDLE)
            elif file.stale_keys:
                await postgres_work.drop_keys(tx, file)
            elif file.status in ("CHECKING", "IMPORTING"):
                await self._go_on(tx, file)
        return True

    async def _empty(self, tx: Tx, file: ImportFile) -> None:
        """A bounded part of what is left of one that has ended."""
        self._close(file)
        if file.emptied_at is None and await postgres_work.drop_pieces(tx, file):
            return
        if await postgres_work.drop_keys(tx, file):
            return
        await postgres_work.drop_refused(tx, file)

    async def _go_on(self, tx: Tx, file: ImportFile) -> None:
        try:
            caller = await self._rights.caller_of(file.pool_id, file.actor, SCOPES, file.request_id)
            await self._imports.require_native(caller)
            work = self._check if file.status == "CHECKING" else self._import
            await work(tx, file, caller)
        except (Refused, NotFound, NotSupportedByDirectory, InvalidInput) as error:
            self._close(file)
            await self._end(tx, file, "STOPPED", error)
        except BaseException:
            self._close(file)  # what was read is not stored, and nobody knows how much
            raise

    # -- a check -------------------------------------------------------------------------------------------

    async def _check(self, tx: Tx, file: ImportFile, caller: Caller) -> None:
        """In the transaction that holds the file: of a worker that dies nothing is left of this second."""
        key, journal = key_of(self._box, file), file.check
        if journal is None:
            raise InvalidInput("file", "检查已失效", "the check is gone")
        until = time.monotonic() + PIECE_S
        while batch := await self._next(file, caller, key, journal.position):
            left, here = await rehearsal.judged(tx, file, key, batch.entries)
            log = Collected()
            tried = await self._imports.store(caller, Journal("check"), left, len(left), log, dry_run=True)
            after = replace(
                journal,
                position=journal.position + len(batch.entries),
                imported=journal.imported + tried.imported,
                skipped=journal.skipped + tried.skipped + here,
                failed=journal.failed + tried.failed,
            )
            await self._errors(file, key, batch).put(tx, file.pool_id, journal, log.in_order())
            await self._move(tx, file, journal, after)
            journal = after
            await postgres_work.came(tx, file, batch.done)
            if time.monotonic() > until:
                return
        await self._move(tx, file, journal, replace(journal, finished=True))
        await postgres_work.checked(tx, file)
        await self._note(tx, file, "checked", journal)

    async def _move(self, tx: Tx, file: ImportFile, before: Journal, after: Journal) -> None:
        if not await journals.move(tx, file.pool_id, before, after):
            raise InvalidInput("file", "检查已失效", "the check is gone")

    # -- the import ----------------------------------------------------------------------------------------

    async def _import(self, tx: Tx, file: ImportFile, caller: Caller) -> None:
        job = await jobs.find(self._db, file.pool_id, file.id)
        if job is None or job.cancelled_at:  # by whoever looked at it among the imports
            await self._end(tx, file, "CANCELLED")
            return
        key, journal = key_of(self._box, file), job.journal
        until = time.monotonic() + PIECE_S
        while not journal.finished and (batch := await self._next(file, caller, key, journal.position)):
            hashes = await self._imports.hashes(caller, self._hashing, False, batch.entries)
            log = self._errors(file, key, batch)
            count = len(batch.entries)
            journal = await self._imports.store(caller, journal, batch.entries, count, log, hashes=hashes)
            await postgres_work.came(tx, file, batch.done)
            if time.monotonic() > until:
                return
        if not journal.finished:
            none = jobs.ErrorRows()
            journal = await self._imports.store(caller, journal, [], 0, none, finish=True)
        await postgres_work.came(tx, file, file.size)
        await self._end(tx, file, "COMPLETED", journal=journal)

    # -- reading -------------------------------------------------------------------------------------------

    async def _next(self, file: ImportFile, caller: Caller, key: PieceBox, position: int) -> _Batch | None:
        parse = partial(await self._imports.parser(caller), ignored={})
        source = self._reader(file, key, position)

        def read() -> _Batch | None:
            raws: list[Raw] = []
            entries: list[Entry] = []
            plain = 0
            for raw in source.rows:
                source.position += 1
                if source.position <= position:
                    continue
                entry = parse(raw)
                raws.append(raw)
                entries.append(entry)
                plain += isinstance(entry, ImportedUser) and entry.password is not None
                if len(entries) >= BATCH_ROWS or plain >= BATCH_PASSWORDS:
                    break
            return _Batch(raws, entries, raws[-1].done) if raws else None

        return await asyncio.to_thread(read)

    def _reader(self, file: ImportFile, key: PieceBox, position: int) -> _Open:
        place = (file.id, file.revision, file.status)
        found = self._open.pop(place, None)
        if found is None or found.position > position:
            content = reading.opened(self._db, file, key)
            found = _Open(reading.rows(file, content, file.reading))
        self._open[place] = found
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        return found

    def _close(self, file: ImportFile) -> None:
        for place in [one for one in self._open if one[0] == file.id]:
            del self._open[place]

    def _errors(self, file: ImportFile, key: PieceBox, batch: _Batch) -> jobs.ErrorRows:
        source = f"{CHECK}{file.id}" if file.status == "CHECKING" else f"{jobs.PREFIX}{file.id}"
        by_line = {raw.line: raw for raw in batch.raws}

        def sealed(error: RowError) -> bytes:
            row = kept(file.format, by_line[error.line].record, file.header, file.secret)
            return key.seal(row, place_of_row(source, error.line))

        return jobs.ErrorRows(sealed, ERRORS_KEPT)

    # -- the end -------------------------------------------------------------------------------------------

    async def _end(
        self,
        tx: Tx,
        file: ImportFile,
        status: str,
        why: PoolhouseError | Reason | None = None,
        *,
        journal: Journal | None = None,
    ) -> None:
        reason = why.sentences if isinstance(why, PoolhouseError) else why
        self._close(file)
        if await postgres.end(tx, file, status, reason):
            await jobs.cancel(tx, file.pool_id, file.id)
            await self._note(tx, file, status.lower(), journal or file.job)
        if why:
            _log.warning("import_file_stopped", pool_id=file.pool_id, file=file.id, why=reason and reason[1])

    async def _note(self, tx: Tx, file: ImportFile, state: str, journal: Journal | None) -> None:
        system = Caller(file.pool_id, kind="system", actor_id="import", request_id=file.request_id)
        figures = {} if journal is None else {"imported": journal.imported, "failed": journal.failed}
        event = noted(file, state, success=state in ("completed", "checked"), **figures)
        await self._audit.write(tx, system, event)
