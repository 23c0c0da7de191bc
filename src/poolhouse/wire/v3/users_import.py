"""Many users at once, piece by piece: our own endpoints, the same rows as `poolhouse import users`.

Decision: docs/decisions/0050-import.md.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence

from msgspec import Struct, field

from poolhouse.errors import InvalidInput, Lang
from poolhouse.migration.export_formats import Format
from poolhouse.migration.import_checks import Column, reading_of
from poolhouse.migration.import_rows import RowError
from poolhouse.migration.postgres_jobs import ImportJob, Status
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


class CreateImportUsersJobDto(Struct, rename="camel"):
    format: Format = "jsonl"
    ignore_columns: list[str] | None = None


class ImportUsersDto(Struct, rename="camel"):
    """`text`: whole lines of the file, with its header above them if it is a table. `position`: how many rows of the
    file are before them. `last`: the job ends with them. `columns`: what a column or key is, where its name does not
    say it; "" leaves it out."""

    job_id: str
    text: str
    position: int
    last: bool = False
    columns: dict[str, str] | None = None
    separator: str | None = None


class CheckImportUsersDto(Struct, rename="camel"):
    """`text` as of `import-users`, or `data`: the bytes of a file, in base64, whose `encoding` is recognized where it
    is not said."""

    format: Format = "jsonl"
    text: str | None = None
    data: str | None = None
    encoding: str | None = None
    separator: str | None = None
    columns: dict[str, str] | None = None
    ignore_columns: list[str] | None = None
    with_refused: bool = False


class ImportColumnDto(Struct, rename="camel"):
    """`key` is null of a column nobody knows, and of one that is left out."""

    name: str
    key: str | None
    is_left_out: bool
    samples: list[str]


class ImportUsersJobQuery(Struct, rename="camel"):
    job_id: str


class ListImportUsersJobsQuery(Struct, rename="camel"):
    page: int = 1
    limit: int = 10


class ListImportUsersErrorsQuery(Struct, rename="camel"):
    job_id: str
    page: int = 1
    limit: int = 10


class CancelImportUsersJobDto(Struct, rename="camel"):
    job_id: str


class ImportUsersJobDto(Struct, rename="camel"):
    """`position` rows of the file were read: `imported`, `skipped` (here already) or `failed`."""

    job_id: str
    status: Status
    format: Format
    ignore_columns: list[str]
    position: int
    imported: int
    skipped: int
    failed: int
    started_at: str
    updated_at: str
    finished_at: str | None
    cancelled_at: str | None


class ImportUsersJobsDto(Struct, rename="camel"):
    total_count: int
    items: list[ImportUsersJobDto] = field(name="list")


class ImportUsersErrorDto(Struct, rename="camel"):
    """`row`: its place in the file, from 1. `id`: the one it has in the old database."""

    row: int
    field: str
    message: str
    id: str | None


class ImportUsersErrorsDto(Struct, rename="camel"):
    total_count: int
    items: list[ImportUsersErrorDto] = field(name="list")


class CheckedImportDto(Struct, rename="camel"):
    """`problem`: why no row was looked at. Else each of `rows` would be `imported`, is `skipped` (here already) or
    `failed`."""

    encoding: str | None
    separator: str | None
    text: str | None
    columns: list[ImportColumnDto]
    problem: str | None
    rows: int
    imported: int
    skipped: int
    failed: int
    errors: list[ImportUsersErrorDto]
    refused: str | None


async def check_import_users(request: V3Request, body: CheckImportUsersDto) -> CheckedImportDto:
    reading = reading_of(body.encoding, body.separator, body.columns, body.ignore_columns or ())
    if (body.text is None) == (body.data is None):
        raise InvalidInput("text", "text 与 data 应有其一", "give either text or data")
    given = body.text if body.text is not None else _bytes(body.data or "")
    checked = await request.services.import_checks.check(
        request.caller, body.format, given, reading, with_refused=body.with_refused
    )
    return CheckedImportDto(
        encoding=checked.encoding,
        separator=checked.separator,
        text=checked.text,
        columns=told_columns(checked.columns),
        problem=checked.problem,
        rows=checked.rows,
        imported=checked.imported,
        skipped=checked.skipped,
        failed=len(checked.errors),
        errors=told_errors(checked.errors, request.caller.lang),
        refused=checked.refused,
    )


def _bytes(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except ValueError as error:
        raise InvalidInput("data", "应为 base64", "must be base64") from error


async def create_import_users_job(request: V3Request, body: CreateImportUsersJobDto) -> ImportUsersJobDto:
    jobs = request.services.import_jobs
    return _job(await jobs.create(request.caller, body.format, body.ignore_columns or ()))


async def import_users(request: V3Request, body: ImportUsersDto) -> ImportUsersJobDto:
    jobs = request.services.import_jobs
    reading = reading_of(None, body.separator, body.columns, ())
    put = jobs.put(request.caller, body.job_id, body.text, body.position, last=body.last, reading=reading)
    return _job(await put)


async def get_import_users_job(request: V3Request, query: ImportUsersJobQuery) -> ImportUsersJobDto:
    return _job(await request.services.import_jobs.get(request.caller, query.job_id))


async def list_import_users_jobs(request: V3Request, query: ListImportUsersJobsQuery) -> ImportUsersJobsDto:
    found = await request.services.import_jobs.list(request.caller, page(query.page, query.limit))
    return ImportUsersJobsDto(found.total, [_job(job) for job in found.items])


async def list_import_users_errors(
    request: V3Request, query: ListImportUsersErrorsQuery
) -> ImportUsersErrorsDto:
    wanted = page(query.page, query.limit)
    found = await request.services.import_jobs.errors(request.caller, query.job_id, wanted)
    return ImportUsersErrorsDto(found.total, told_errors(found.items, request.caller.lang))


async def cancel_import_users_job(request: V3Request, body: CancelImportUsersJobDto) -> ImportUsersJobDto:
    return _job(await request.services.import_jobs.cancel(request.caller, body.job_id))


def _job(job: ImportJob) -> ImportUsersJobDto:
    return ImportUsersJobDto(
        job_id=job.id,
        status=job.status,
        format=job.format,
        ignore_columns=list(job.ignored),
        position=job.journal.position,
        imported=job.journal.imported,
        skipped=job.journal.skipped,
        failed=job.journal.failed,
        started_at=v3_time(job.started_at),
        updated_at=v3_time(job.updated_at),
        finished_at=v3_time(job.finished_at) if job.finished_at else None,
        cancelled_at=v3_time(job.cancelled_at) if job.cancelled_at else None,
    )


def told_columns(columns: Sequence[Column]) -> list[ImportColumnDto]:
    return [ImportColumnDto(one.name, one.key, one.is_left_out, list(one.samples)) for one in columns]


def told_errors(errors: Sequence[RowError], lang: Lang) -> list[ImportUsersErrorDto]:
    return [ImportUsersErrorDto(one.line, one.field, one.message(lang), one.id) for one in errors]


ENDPOINTS = [
    Endpoint(
        "POST",
        "check-import-users",
        request=CheckImportUsersDto,
        response=CheckedImportDto,
        handler=check_import_users,
        scope="users:write",
        summary="What would become of rows of a file, at most 1,000, without importing any",
        ours=True,
    ),
    Endpoint(
        "POST",
        "create-import-users-job",
        request=CreateImportUsersJobDto,
        response=ImportUsersJobDto,
        handler=create_import_users_job,
        scope="users:write",
        summary="Begin an import of many users, one at a time in a pool",
        ours=True,
    ),
    Endpoint(
        "POST",
        "import-users",
        request=ImportUsersDto,
        response=ImportUsersJobDto,
        handler=import_users,
        scope="users:write",
        summary="The next rows of an import, at most 1,000",
        blank=frozenset({"text"}),
        ours=True,
    ),
    Endpoint(
        "GET",
        "get-import-users-job",
        request=ImportUsersJobQuery,
        response=ImportUsersJobDto,
        handler=get_import_users_job,
        scope="users:read",
        summary="How far an import has come",
        ours=True,
    ),
    Endpoint(
        "GET",
        "list-import-users-jobs",
        request=ListImportUsersJobsQuery,
        response=ImportUsersJobsDto,
        handler=list_import_users_jobs,
        scope="users:read",
        summary="The pool's imports, newest first",
        ours=True,
    ),
    Endpoint(
        "GET",
        "list-import-users-errors",
        request=ListImportUsersErrorsQuery,
        response=ImportUsersErrorsDto,
        handler=list_import_users_errors,
        scope="users:read",
        summary="The rows that an import refused, and why",
        ours=True,
    ),
    Endpoint(
        "POST",
        "cancel-import-users-job",
        request=CancelImportUsersJobDto,
        response=ImportUsersJobDto,
        handler=cancel_import_users_job,
        scope="users:write",
        summary="End an import; who is in stays",
        ours=True,
    ),
]
