"""What a row of the operator's operations is: an `Endpoint` that no address leads to."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from poolhouse.wire.v3.endpoint import Endpoint, Handler, Method


class Camel(Struct, rename="camel"):
    pass


def row(
    method: Method,
    path: str,
    request: type[Struct] | None,
    handler: Handler,
    summary: str,
    blank: frozenset[str] = frozenset(),
) -> Endpoint:
    return Endpoint(
        method,
        path,
        request=request,
        response=dict[str, Any],
        handler=handler,
        scope="",
        summary=summary,
        blank=blank,
        ours=True,
    )
