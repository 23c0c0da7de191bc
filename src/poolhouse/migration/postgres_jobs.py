"""SQL of imports that come piece by piece: a job is a row of `user_imports` with a format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from poolhouse.audit.person import Person
from poolhouse.db.database import Executor, Tx
from poolhouse.errors import InvalidOperation
from poolhouse.migration.export_formats import Format
from poolhouse.migration.import_rows import RowError
from poolhouse.migration.postgres import Journal
from poolhouse.paging import Page, PageRequest

Status = Literal["RUNNING", "COMPLETED", "CANCELLED"]

PREFIX = "job:"
KEPT_DAYS = 30
"""Of a job that has ended, and of what it refused."""
ERRORS_KEPT = 10_000
"""Of a job: its first ones, by whole pieces."""


@dataclass(frozen=True, slots=True)
class ImportJob:
    id: str
    journal: Journal
    format: Format
    ignored: tuple[str, ...]
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    cancelled_at: datetime | None
    of_file: bool

    @property
    def status(self) -> Status:
        if self.cancelled_at:
            return "CANCELLED"
        return "COMPLETED" if self.finished_at else "RUNNING"


_COLUMNS = (
    "source, position, imported, skipped, failed, errors_bytes, finished_at is not null, "
    "format, ignored, started_at, updated_at, finished_at, cancelled_at, of_file"
)
_JOURNAL = 7


async def begin(
    db: Executor, pool_id: str, job_id: str, kind: Format, ignored: Sequence[str], *, of_file: bool = False
) -> ImportJob | None:
    """None where another one of the pool runs. `of_file`: its rows are those of an uploaded file."""
    row = await db.fetchrow(
        "insert into user_imports (pool_id, source, format, ignored, of_file) values ($1, $2, $3, $4, $5) "
        f"on conflict do nothing returning {_COLUMNS}",
        pool_id,
        PREFIX + job_id,
        kind,
        list(ignored),
        of_file,
    )
    return _job(row) if row else None


def another_runs(job_id: str | None) -> InvalidOperation:
    return InvalidOperation(
        f"导入任务 {job_id} 尚未结束，请先完成或取消", f"the import {job_id} runs: end or cancel it first"
    )


async def find(db: Executor, pool_id: str, job_id: str) -> ImportJob | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from user_imports where pool_id = $1 and source = $2 and format is not null",
        pool_id,
        PREFIX + job_id,
    )
    return _job(row) if row else None


async def running(db: Executor, pool_id: str) -> str | None:
    source: str | None = await db.fetchval(
        "select source from user_imports where pool_id = $1 and format is not null "
        "and finished_at is null and cancelled_at is null",
        pool_id,
    )
    return source.removeprefix(PREFIX) if source else None


async def page(db: Executor, pool_id: str, wanted: PageRequest) -> Page[ImportJob]:
    """Newest first."""
    total = await db.fetchval(
        "select count(*) from user_imports where pool_id = $1 and format is not null", pool_id
    )
    rows = await db.fetch(
        f"select {_COLUMNS} from user_imports where pool_id = $1 and format is not null "
        "order by started_at desc, source limit $2 offset $3",
        pool_id,
        wanted.size,
        wanted.offset,
    )
    return Page(total, [_job(row) for row in rows])


async def cancel(db: Executor, pool_id: str, job_id: str) -> bool:
    """False for one that has ended."""
    cancelled = await db.fetchval(
        "update user_imports set cancelled_at = now(), updated_at = now() where pool_id = $1 and source = $2 "
        "and finished_at is null and cancelled_at is null returning true",
        pool_id,
        PREFIX + job_id,
    )
    return bool(cancelled)


async def drop_old(db: Executor, pool_id: str) -> None:
    await db.execute(
        "delete from user_imports where pool_id = $1 and format is not null "
        "and coalesce(finished_at, cancelled_at) < now() - make_interval(days => $2)",
        pool_id,
        KEPT_DAYS,
    )


# -- what was refused --------------------------------------------------------------------------------------


class ErrorRows:
    """Keeps what a piece refused in the transaction that brings the rest of it in. `sealed`: the row itself, of an
    uploaded file."""

    def __init__(self, sealed: Callable[[RowError], bytes] | None = None, most: int = ERRORS_KEPT) -> None:
        self._sealed, self._most = sealed, most

    async def put(self, tx: Tx, pool_id: str, journal: Journal, errors: Sequence[RowError]) -> int:
        if errors and journal.failed < self._most:
            await tx.execute(
                "insert into user_import_errors (pool_id, source, line, field, message, message_en, id_in_old, sealed) "
                "select $1, $2, one.line, one.field, one.zh, one.en, one.id, one.sealed "
                "from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[]) "
                "as one (line, field, zh, en, id, sealed) "
                "on conflict do nothing",
                pool_id,
                journal.source,
                [error.line for error in errors],
                [error.field for error in errors],
                [error.reason[0] for error in errors],
                [error.reason[1] for error in errors],
                [error.id for error in errors],
                [self._sealed(error) if self._sealed else None for error in errors],
            )
        return journal.errors_bytes


async def drop_errors(db: Executor, pool_id: str, source: str) -> None:
    await db.execute("delete from user_import_errors where pool_id = $1 and source = $2", pool_id, source)


async def errors(db: Executor, pool_id: str, source: str, wanted: PageRequest) -> Page[RowError]:
    """By their place in the file; `total` is of those that are kept."""
    total = await db.fetchval(
        "select count(*) from user_import_errors where pool_id = $1 and source = $2",
        pool_id,
        source,
    )
    rows = await db.fetch(
        "select line, field, message, coalesce(message_en, message), id_in_old from user_import_errors "
        "where pool_id = $1 and source = $2 order by line limit $3 offset $4",
        pool_id,
        source,
        wanted.size,
        wanted.offset,
    )
    return Page(total, [RowError(line, name, (zh, en), old) for line, name, zh, en, old in rows])


async def refused_after(
    db: Executor, pool_id: str, source: str, line: int, most: int
) -> list[tuple[RowError, bytes | None]]:
    """Those behind a row, each with what it said, sealed."""
    rows = await db.fetch(
        "select line, field, message, coalesce(message_en, message), id_in_old, sealed from user_import_errors "
        "where pool_id = $1 and source = $2 and line > $3 order by line limit $4",
        pool_id,
        source,
        line,
        most,
    )
    return [(RowError(at, name, (zh, en), old), sealed) for at, name, zh, en, old, sealed in rows]


def _job(row: Sequence[object]) -> ImportJob:
    values = list(row.values() if hasattr(row, "values") else row)
    journal = Journal(*values[:_JOURNAL])
    kind, ignored, *times = values[_JOURNAL:]
    return ImportJob(journal.source.removeprefix(PREFIX), journal, kind, tuple(ignored), *times)


async def erase_person(db: Executor, pool_id: str, person: Person) -> int:
    """Rows of an import that were refused, where one names them."""
    rows = await db.fetch(
        """
        select source, line, concat_ws(' ', field, message, message_en, id_in_old) as said from user_import_errors
        where pool_id = $1 and exists (
          select 1 from unnest($2::text[]) needle
          where strpos(lower(concat_ws(' ', field, message, message_en, id_in_old)), needle) > 0)
        """,
        pool_id,
        person.needles,
    )
    theirs = [row for row in rows if person.is_in(row["said"])]
    for row in theirs:
        await db.execute(
            "delete from user_import_errors where pool_id = $1 and source = $2 and line = $3",
            pool_id,
            row["source"],
            row["line"],
        )
    return len(theirs)
