"""A row of the console's table of pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit

Handler = Callable[[Visit, Rendering], Awaitable[Response]]
Access = Literal["anyone", "administrator", "server-owner", "pool"]


@dataclass(frozen=True, slots=True)
class Page:
    """`path` is below /console. `access`: `pool` for an administrator with a role in the pool that the path names.

    `calls`: the operations of v3 it cannot do without; whose roles lack a scope of one is refused before anything
    is done. Those of a page for owners of the server are the operator's (`visit.ON_SERVER`). `calls_any`: which
    operation is asked stands in the request, and the handler requires its scopes.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    access: Access = "pool"
    calls: tuple[str, ...] = ()
    calls_any: bool = False
    largest: int = 0
    """Bytes of what is sent to it, where that is more than other forms may have."""
