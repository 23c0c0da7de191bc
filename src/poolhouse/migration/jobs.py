"""An import that comes over HTTP: a job, and pieces of a file that its owner sends one after another.

Each piece and the place it reaches are one transaction, so nothing of a job is in a process: whichever node stops or
starts anew, the next piece goes on where the last one ended, and `position` says where. A piece that was stored though
its answer got lost is refused by its position, and nobody comes twice.

Decision: docs/decisions/0050-import.md.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput, InvalidOperation, NotFound, TooLarge, TooManyRequests
from poolhouse.ids import new_id
from poolhouse.migration import import_columns, import_rows, import_tables
from poolhouse.migration import postgres_jobs as rows
from poolhouse.migration.export_formats import Format
from poolhouse.migration.import_rows import PLAIN, ImportedUser, RowError
from poolhouse.migration.import_tables import Raw, Reading
from poolhouse.migration.import_verdicts import Entry
from poolhouse.migration.importing import UserImports
from poolhouse.migration.postgres_jobs import ErrorRows, ImportJob
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import EMPTY, fault_of

MOST_ROWS, MOST_PASSWORDS = 1_000, 100
"""Of one piece; plain passwords, each of which costs a hash."""
MOST_IGNORED, LONGEST_IGNORED = 100, 256
RETRY_S = 1

Entries = list[Entry]


class ImportJobs:
    """Whoever may create users may import them, with their hashes: to set one is to set a password."""

    def __init__(self, db: Database, imports: UserImports, audit: AuditLog) -> None:
        self._db, self._imports, self._audit = db, imports, audit
        self._storing: set[str] = set()

    async def create(self, caller: Caller, kind: Format = "jsonl", ignored: Sequence[str] = ()) -> ImportJob:
        """One a pool. Raises InvalidOperation while another one runs, NotSupportedByDirectory, TooLarge."""
        await self._imports.require_native(caller)
        require_few_ignored(ignored)
        reading = import_tables.told(None, None, ignored)
        async with self._db.transaction() as tx:
            await rows.drop_old(tx, caller.pool_id)
            job = await rows.begin(tx, caller.pool_id, new_id(), kind, reading.ignore)
            if job is None:
                raise rows.another_runs(await rows.running(tx, caller.pool_id))
            event = Event("import", "user", detail={"source": job.journal.source, "state": "begun"})
            await self._audit.write(tx, caller, event)
        return job

    async def get(self, caller: Caller, job_id: str) -> ImportJob:
        caller.require_administrator()
        job = await rows.find(self._db, caller.pool_id, job_id)
        if job is None:
            raise NotFound(job_id=job_id)
        return job

    async def list(self, caller: Caller, page: PageRequest) -> Page[ImportJob]:
        caller.require_administrator()
        return await rows.page(self._db, caller.pool_id, page)

    async def errors(self, caller: Caller, job_id: str, page: PageRequest) -> Page[RowError]:
        job = await self.get(caller, job_id)
        return await rows.errors(self._db, caller.pool_id, job.journal.source, page)

    async def cancel(self, caller: Caller, job_id: str) -> ImportJob:
        """Who is in stays. Of one that has ended nothing changes."""
        job = await self.get(caller, job_id)
        if await rows.cancel(self._db, caller.pool_id, job.id):
            event = Event("import", "user", detail={"source": job.journal.source, "state": "cancelled"})
            await self._audit.write(self._db, caller, event)
        return await self.get(caller, job_id)

    async def put(
        self,
        caller: Caller,
        job_id: str,
        text: str,
        position: int,
        *,
        last: bool = False,
        reading: Reading = PLAIN,
    ) -> ImportJob:
        """Brings in the next rows: whole lines of the file, with the header above them if it is a table.

        `reading`: its separator, and what its columns are; the job says the rest. `position`: rows of the file before
        them. Raises InvalidInput naming `position` and what it must be, or what is wrong with the header; TooLarge;
        InvalidOperation for a job that has ended; TooManyRequests beside another.
        """
        await self._imports.require_native(caller)
        job = await self.get(caller, job_id)
        if job.status != "RUNNING":
            raise InvalidOperation(
                f"该导入任务已结束（{job.status}）", f"this import has ended: {job.status}"
            )
        if job.of_file:
            raise InvalidOperation(
                "此导入读取上传的文件，不接受分段", "this import reads an uploaded file, and takes no parts"
            )
        if position != job.journal.position:
            at = job.journal.position
            raise InvalidInput("position", f"应为 {at}：已导入到此行", f"must be {at}: the import is there")
        with self._place(caller.pool_id):
            import_columns.check_names(reading.names)
            entries = await self._entries(caller, job, text, reading)
            if not entries and not last:
                raise InvalidInput("text", *EMPTY)
            at_once = asyncio.Semaphore(2 * (os.cpu_count() or 1))
            hashes = await self._imports.hashes(caller, at_once, False, entries)
            await self._imports.store(
                caller, job.journal, entries, len(entries), ErrorRows(), hashes=hashes, finish=last
            )
        return await self.get(caller, job_id)

    async def _entries(self, caller: Caller, job: ImportJob, text: str, reading: Reading) -> Entries:
        parse = partial(await self._imports.parser(caller), ignored={})
        reading = replace(reading, encoding="utf-8-sig", ignore=job.ignored)
        position = job.journal.position
        return await asyncio.to_thread(lambda: list(parsed_piece(job.format, text, reading, position, parse)))

    @contextmanager
    def _place(self, pool_id: str) -> Iterator[None]:
        """A second piece would hold a connection, and find its position taken."""
        if pool_id in self._storing:
            raise TooManyRequests("another piece of this import is being stored", retry_after_s=RETRY_S)
        self._storing.add(pool_id)
        try:
            yield
        finally:
            self._storing.discard(pool_id)


def require_few_ignored(names: Sequence[str]) -> None:
    """Raises TooLarge."""
    if len(names) > MOST_IGNORED:
        raise TooLarge("ignoreColumns", f"最多 {MOST_IGNORED} 项", f"at most {MOST_IGNORED} entries")
    if any(len(name) > LONGEST_IGNORED for name in names):
        zh, en = f"每项最多 {LONGEST_IGNORED} 个字符", f"at most {LONGEST_IGNORED} characters each"
        raise TooLarge("ignoreColumns", zh, en)


def parsed_piece(
    kind: Format, text: str, reading: Reading, position: int, parse: Callable[[Raw], Entry]
) -> Iterator[Entry]:
    """A row's line is its place in the whole file, without header and blank lines, from 1. Raises InvalidInput and
    TooLarge."""
    read = islice(_read(kind, text, reading), MOST_ROWS + 1)
    plain = 0
    for line, raw in enumerate(read, position + 1):
        if line > position + MOST_ROWS:
            raise TooLarge("text", f"最多 {MOST_ROWS} 行", f"at most {MOST_ROWS} rows")
        entry = parse(replace(raw, line=line))
        plain += isinstance(entry, ImportedUser) and entry.password is not None
        if plain > MOST_PASSWORDS:
            raise TooLarge(
                "text",
                f"最多 {MOST_PASSWORDS} 行带有明文密码",
                f"at most {MOST_PASSWORDS} rows with a password",
            )
        yield entry


def _read(kind: Format, text: str, reading: Reading) -> Iterator[Raw]:
    if fault := fault_of(text):
        raise InvalidInput("text", *fault)
    given = text.encode()
    if not text.strip():
        return iter(())
    if kind == "jsonl":
        return import_rows.read_lines(given, reading)
    return import_tables.read_bytes(given, reading)
