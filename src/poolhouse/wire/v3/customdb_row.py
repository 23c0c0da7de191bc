"""What the rows of custom databases have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from poolhouse.times import v3_time
from poolhouse.wire.v3.endpoint import Endpoint, Method

READ, WRITE = "custom-database:read", "custom-database:write"


class Camel(Struct, rename="camel"):
    pass


def row(
    method: Method,
    path: str,
    request: Any,
    response: Any,
    handler: Any,
    scope: str,
    summary: str,
    also: frozenset[str] = frozenset(),
) -> Endpoint:
    return Endpoint(
        method,
        path,
        request=request,
        response=response,
        handler=handler,
        scope=scope,
        also=also,
        summary=summary,
        blank=frozenset({"args", "set", "source"}),
        ours=True,
    )


def when(at: datetime | None) -> str | None:
    return v3_time(at) if at else None
