"""A file of users that is uploaded, checked and imported in the background: our own endpoints.

Decision: docs/decisions/0086-import-files.md.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from msgspec import Struct, field

from poolhouse.errors import InvalidInput, Lang
from poolhouse.import_files.model import FileColumns, ImportFile, Status
from poolhouse.migration.export_formats import Format
from poolhouse.migration.import_checks import reading_of
from poolhouse.migration.import_rows import said
from poolhouse.migration.import_tables import ENCODINGS
from poolhouse.migration.postgres import Journal
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.endpoint import Endpoint, Method, V3Request
from poolhouse.wire.v3.streaming import Stream
from poolhouse.wire.v3.users_export import MEDIA_TYPES
from poolhouse.wire.v3.users_import import ImportColumnDto, ImportUsersErrorsDto, told_columns, told_errors


class CreateImportFileDto(Struct, rename="camel"):
    """`size`: bytes of the whole file."""

    name: str
    size: int
    format: Format = "csv"


class PutImportFileDto(Struct, rename="camel"):
    """`data`: in base64, the next 1,048,576 bytes of the file, or those that are left; `position`: how many bytes are
    before them. `first_digest`: where an upload continues, so that no other file is put behind its beginning."""

    file_id: str
    position: int
    data: str
    first_digest: str | None = None


class ImportFileQuery(Struct, rename="camel"):
    file_id: str


class ListImportFilesQuery(Struct, rename="camel"):
    page: int = 1
    limit: int = 10


class ListImportFileErrorsQuery(Struct, rename="camel"):
    file_id: str
    page: int = 1
    limit: int = 10


class SetImportFileColumnsDto(Struct, rename="camel"):
    """What is not given is recognized. `columns`: what a column or key is, where its name does not say it; "" leaves it
    out."""

    file_id: str
    encoding: str | None = None
    separator: str | None = None
    columns: dict[str, str] | None = None
    ignore_columns: list[str] | None = None


class ImportFileDto(Struct, rename="camel"):
    """`position` bytes of `size` are uploaded, and `done` are read by the check or the import. `rows` were read:
    `imported` (by a check: would be), `skipped` (here already) or `failed`; `checked` is what the check found before
    the import. `isEmptied`: the bytes are deleted; `hasRefused`: the rejected rows can be had as a file."""

    file_id: str
    name: str
    format: Format
    size: int
    position: int
    status: Status
    reason: str | None
    encoding: str | None
    separator: str | None
    columns: dict[str, str]
    ignore_columns: list[str]
    done: int
    rows: int
    imported: int
    skipped: int
    failed: int
    checked: ImportFileCountsDto | None
    is_emptied: bool
    has_refused: bool
    admin_user_id: str
    created_at: str
    updated_at: str
    ended_at: str | None


class ImportFileCountsDto(Struct, rename="camel"):
    rows: int
    imported: int
    skipped: int
    failed: int


class ImportFilesDto(Struct, rename="camel"):
    total_count: int
    items: list[ImportFileDto] = field(name="list")


class ImportFileColumnsDto(Struct, rename="camel"):
    """How the file is read. `problem`: why it cannot be imported like this."""

    encoding: str | None
    separator: str | None
    columns: list[ImportColumnDto]
    problem: str | None


async def create_import_file(request: V3Request, body: CreateImportFileDto) -> ImportFileDto:
    made = await request.services.import_files.create(request.caller, body.name, body.format, body.size)
    return _file(made, request.caller.lang)


async def put_import_file(request: V3Request, body: PutImportFileDto) -> ImportFileDto:
    try:
        data = b64decode(body.data, validate=True)
    except ValueError as error:
        raise InvalidInput("data", "应为 base64", "must be base64") from error
    put = await request.services.import_files.put(
        request.caller, body.file_id, body.position, data, first_digest=body.first_digest
    )
    return _file(put, request.caller.lang)


async def get_import_file(request: V3Request, query: ImportFileQuery) -> ImportFileDto:
    return _file(await request.services.import_files.get(request.caller, query.file_id), request.caller.lang)


async def list_import_files(request: V3Request, query: ListImportFilesQuery) -> ImportFilesDto:
    found = await request.services.import_files.list(request.caller, page(query.page, query.limit))
    return ImportFilesDto(found.total, [_file(one, request.caller.lang) for one in found.items])


async def get_import_file_columns(request: V3Request, query: ImportFileQuery) -> ImportFileColumnsDto:
    return _columns(
        await request.services.import_files.columns(request.caller, query.file_id), request.caller.lang
    )


async def set_import_file_columns(request: V3Request, body: SetImportFileColumnsDto) -> ImportFileColumnsDto:
    reading = reading_of(body.encoding, body.separator, body.columns, body.ignore_columns or ())
    found = await request.services.import_files.set_columns(request.caller, body.file_id, reading)
    return _columns(found, request.caller.lang)


async def check_import_file(request: V3Request, body: ImportFileQuery) -> ImportFileDto:
    begun = await request.services.import_files.check(request.caller, body.file_id)
    return _file(begun, request.caller.lang)


async def start_import_file(request: V3Request, body: ImportFileQuery) -> ImportFileDto:
    begun = await request.services.import_files.start(request.caller, body.file_id)
    return _file(begun, request.caller.lang)


async def cancel_import_file(request: V3Request, body: ImportFileQuery) -> ImportFileDto:
    ended = await request.services.import_files.cancel(request.caller, body.file_id)
    return _file(ended, request.caller.lang)


async def list_import_file_errors(
    request: V3Request, query: ListImportFileErrorsQuery
) -> ImportUsersErrorsDto:
    wanted, lang = page(query.page, query.limit), request.caller.lang
    found = await request.services.import_files.errors(request.caller, query.file_id, wanted)
    return ImportUsersErrorsDto(found.total, told_errors(found.items, lang))


async def export_import_file_refused(request: V3Request, query: ImportFileQuery) -> Stream:
    file, pieces = await request.services.import_files.refused(request.caller, query.file_id)
    return Stream(MEDIA_TYPES[file.format], f"refused.{file.format}", pieces)


def _file(one: ImportFile, lang: Lang) -> ImportFileDto:
    journal = one.job or one.check or Journal("")
    return ImportFileDto(
        file_id=one.id,
        name=one.name,
        format=one.format,
        size=one.size,
        position=one.received,
        status=one.status,
        reason=said(one.reason, lang) if one.reason else None,
        encoding=_said_encoding(one.encoding),
        separator=one.separator,
        columns=dict(one.names),
        ignore_columns=list(one.ignored),
        done=one.done,
        rows=journal.position,
        imported=journal.imported,
        skipped=journal.skipped,
        failed=journal.failed,
        checked=_counts(one.check) if one.check and one.check.finished else None,
        is_emptied=one.emptied_at is not None,
        has_refused=one.key is not None and journal.failed > 0,
        admin_user_id=one.actor.id,
        created_at=v3_time(one.created_at),
        updated_at=v3_time(one.updated_at),
        ended_at=v3_time(one.ended_at) if one.ended_at else None,
    )


def _said_encoding(codec: str | None) -> str | None:
    return next((name for name, known in ENCODINGS.items() if known == codec), codec)


def _counts(one: Journal) -> ImportFileCountsDto:
    return ImportFileCountsDto(one.position, one.imported, one.skipped, one.failed)


def _columns(found: FileColumns, lang: Lang) -> ImportFileColumnsDto:
    return ImportFileColumnsDto(
        encoding=_said_encoding(found.encoding),
        separator=found.separator,
        columns=told_columns(found.columns),
        problem=found.problem.message(lang) if found.problem else None,
    )


def _row(
    method: Method, path: str, request: type[Struct], response: Any, handler: Any, summary: str, **more: Any
) -> Endpoint:
    scope = "users:read" if method == "GET" else "users:write"
    return Endpoint(
        method,
        path,
        request=request,
        response=response,
        handler=handler,
        scope=scope,
        summary=summary,
        ours=True,
        **more,
    )


ENDPOINTS = [
    _row("POST", "create-import-file", CreateImportFileDto, ImportFileDto, create_import_file,
         "Begin to upload a file of users, to be imported in the background", blank=frozenset({"name"})),
    _row("POST", "put-import-file", PutImportFileDto, ImportFileDto, put_import_file,
         "The next bytes of an uploaded file"),
    _row("GET", "get-import-file", ImportFileQuery, ImportFileDto, get_import_file,
         "How far an uploaded file, its check or its import has come"),
    _row("GET", "list-import-files", ListImportFilesQuery, ImportFilesDto, list_import_files,
         "The pool's uploaded files of the last 30 days, newest first"),
    _row("GET", "get-import-file-columns", ImportFileQuery, ImportFileColumnsDto, get_import_file_columns,
         "What each column of an uploaded file is taken for, with samples"),
    _row("POST", "set-import-file-columns", SetImportFileColumnsDto, ImportFileColumnsDto, set_import_file_columns,
         "Say how an uploaded file is read; what was checked before is forgotten"),
    _row("POST", "check-import-file", ImportFileQuery, ImportFileDto, check_import_file,
         "Check every row of an uploaded file in the background, without importing any"),
    _row("POST", "start-import-file", ImportFileQuery, ImportFileDto, start_import_file,
         "Import an uploaded file in the background, one at a time in a pool"),
    _row("POST", "cancel-import-file", ImportFileQuery, ImportFileDto, cancel_import_file,
         "End an upload, a check or an import and delete the file; who is in stays"),
    _row("GET", "list-import-file-errors", ListImportFileErrorsQuery, ImportUsersErrorsDto, list_import_file_errors,
         "The rows that an import refused, or the check before it, and why"),
    _row("GET", "export-import-file-refused", ImportFileQuery, dict[str, Any], export_import_file_refused,
         "The rejected rows in the file's own form, each with the reason", streams=tuple(MEDIA_TYPES.values())),
]  # fmt: skip
