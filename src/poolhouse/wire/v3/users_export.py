"""The users of a pool as a stream, the same rows and formats as `poolhouse export users`; and all that is held about
one person, as `poolhouse user export`. Our own endpoints.

Decisions: docs/decisions/0048-streamed-export.md, docs/decisions/0069-personal-data.md.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from msgspec import Struct

from poolhouse.errors import InvalidInput
from poolhouse.migration.export_formats import Encode, Format, Separator, encoder
from poolhouse.migration.exporting import Wanted
from poolhouse.wire.v3.dto import Dto
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.streaming import Stream
from poolhouse.wire.v3.users_bulk import BulkMatchDto, query_of

PAGE = 500
"""Rows made in one go: as long as that takes, no other request is answered."""

JSON = "application/vnd.poolhouse.person+json"
"""Not that of the envelope, which a client tells it from."""
MEDIA_TYPES: dict[Format, str] = {
    "jsonl": "application/x-ndjson; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}


class ExportUsersQuery(Dto, kw_only=True):
    """`columns`: of a row, in their order; none is all. `separator` and `bom` are of a table."""

    format: Format = "jsonl"
    columns: list[str] | None = None
    separator: Separator = "comma"
    bom: bool = True
    with_password_hashes: bool = False


class ExportChosenUsersDto(ExportUsersQuery, kw_only=True):
    """`userIds` or `match`, as of `start-bulk-act`."""

    user_ids: list[str] | None = None
    match: BulkMatchDto | None = None


async def export_users(request: V3Request, query: ExportUsersQuery) -> Stream:
    return _stream(request, query, Wanted())


async def export_chosen_users(request: V3Request, body: ExportChosenUsersDto) -> Stream:
    if body.match is None:
        return _stream(request, body, Wanted(tuple(body.user_ids or ())))
    if body.user_ids:
        raise InvalidInput("userIds", "不能与 match 同用", "not beside match")
    return _stream(request, body, Wanted(query=await query_of(request, body.match)))


def _stream(request: V3Request, asked: ExportUsersQuery, wanted: Wanted) -> Stream:
    wanted = replace(wanted, columns=tuple(asked.columns or ()), hashes=asked.with_password_hashes)
    encode = encoder(asked.format, wanted.keys, asked.separator, mark=asked.bom)
    return Stream(MEDIA_TYPES[asked.format], f"users.{asked.format}", _pieces(request, wanted, encode))


async def _pieces(request: V3Request, wanted: Wanted, encode: Encode) -> AsyncGenerator[bytes, None]:
    head = True
    rows = request.services.exports.rows(request.caller, wanted, page=PAGE)
    async with aclosing(rows):
        async for page in rows:
            head = False
            yield encode(page)
    if head and (above := encode(())):
        yield above


class ExportUserQuery(Struct, rename="camel"):
    user: str


async def export_user(request: V3Request, query: ExportUserQuery) -> Stream:
    """`user`: as `erase-user` takes it."""
    pieces = request.services.person_export.pieces(request.caller, query.user)
    return Stream(JSON, "person.json", pieces)


ENDPOINTS = [
    Endpoint(
        "GET",
        "export-user",
        request=ExportUserQuery,
        response=dict[str, Any],
        handler=export_user,
        scope="users:read",
        also=frozenset({"audit:read"}),
        summary="Everything held about a person, as one JSON object",
        ours=True,
        streams=(JSON,),
    ),
    Endpoint(
        "GET",
        "export-users",
        request=ExportUsersQuery,
        response=dict[str, Any],
        handler=export_users,
        scope="users:read",
        summary="Export everybody, as lines of JSON or a table; hashes for the pool's own key alone",
        ours=True,
        streams=tuple(MEDIA_TYPES.values()),
    ),
    Endpoint(
        "POST",
        "export-users",
        request=ExportChosenUsersDto,
        response=dict[str, Any],
        handler=export_chosen_users,
        scope="users:read",
        summary="Export the users named, or all that match",
        ours=True,
        streams=tuple(MEDIA_TYPES.values()),
    ),
]
