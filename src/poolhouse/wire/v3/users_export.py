"""Everybody of a pool as a stream, the same rows and formats as `poolhouse export users`; and all that is held about
one person, as `poolhouse user export`. Our own endpoints.

Decisions: docs/decisions/0048-streamed-export.md, docs/decisions/0069-personal-data.md.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from msgspec import Struct

from poolhouse.migration.export_formats import Format, encoder
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.streaming import Stream

PAGE = 500
"""Rows made in one go: as long as that takes, no other request is answered."""

JSON = "application/vnd.poolhouse.person+json"
"""Not that of the envelope, which a client tells it from."""
MEDIA_TYPES: dict[Format, str] = {
    "jsonl": "application/x-ndjson; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}


class ExportUsersQuery(Struct, rename="camel"):
    format: Format = "jsonl"
    with_password_hashes: bool = False


async def export_users(request: V3Request, query: ExportUsersQuery) -> Stream:
    pieces = _pieces(request, query.format, hashes=query.with_password_hashes)
    return Stream(MEDIA_TYPES[query.format], f"users.{query.format}", pieces)


async def _pieces(request: V3Request, kind: Format, *, hashes: bool) -> AsyncGenerator[bytes, None]:
    encode, head = encoder(kind), True
    rows = request.services.exports.rows(request.caller, hashes=hashes, page=PAGE)
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
]
