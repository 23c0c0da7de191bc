"""Refusals before a wire sees the request: the server is full, or the headers are too long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from poolhouse import trace
from poolhouse.errors import HeadersTooLarge, PoolhouseError, Unavailable
from poolhouse.wire.request import MAX_HEAD_BYTES, Receive, Scope, Send, language, request_id
from poolhouse.wire.v2 import errors as v2
from poolhouse.wire.v3 import envelope
from poolhouse.wire.v3.errors import row_of
from poolhouse.wire.v3.table import is_v3


async def refuse(
    scope: Scope, send: Send, error: PoolhouseError, headers: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """In the envelope that the path's clients read; where nobody's is known, the keys of both REST wires."""
    trace.note(error=error)
    given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    lang, path = language(given), "/" + scope["path"].lstrip("/")
    said = envelope.refused(error, lang=lang, request_id=request_id())
    if not is_v3(path):
        said = v2.described(error, lang) | said
    if path.startswith("/oidc/"):
        kind = "temporarily_unavailable" if isinstance(error, Unavailable) else "invalid_request"
        said |= {"error": kind, "error_description": said["message"]}
    if path.startswith("/graphql"):
        said = {"errors": [{"message": said}], "data": None}
    json = (b"content-type", b"application/json; charset=utf-8")
    status = row_of(error).http_status
    await send({"type": "http.response.start", "status": status, "headers": [json, *headers]})
    await send({"type": "http.response.body", "body": msgspec.json.encode(said)})


class SmallHead:
    """Refuses a request whose headers are longer than any client's: the server lets through 400 KB of them."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or sum(len(n) + len(v) for n, v in scope["headers"]) <= MAX_HEAD_BYTES:
            return await self._app(scope, receive, send)
        most = MAX_HEAD_BYTES
        await refuse(scope, send, HeadersTooLarge("headers", f"最大 {most} 字节", f"at most {most} bytes"))
