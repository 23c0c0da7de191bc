"""Answers given before a wire has looked at the request: too many of them, headers too long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from poolhouse import trace
from poolhouse.errors import PoolhouseError, TooLarge
from poolhouse.wire.request import MAX_HEAD_BYTES, Receive, Scope, Send, language, request_id


async def refuse(
    scope: Scope, send: Send, status: int, error: PoolhouseError, headers: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """In the envelope that the path's clients read: that of GraphQL, or the fields of both REST wires."""
    trace.note(error=error)
    given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    said: dict[str, Any] = {
        "code": status,
        "statusCode": status,
        "message": error.message(language(given, "x-authing-lang")),
        "requestId": request_id(),
        "data": None,
    }
    if scope["path"].startswith("/graphql"):
        said = {"errors": [{"message": said}], "data": None}
    json = (b"content-type", b"application/json; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [json, *headers]})
    await send({"type": "http.response.body", "body": msgspec.json.encode(said)})


class SmallHead:
    """Refuses a request whose headers are longer than any client's: the server lets through 400 KB of them."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or sum(len(n) + len(v) for n, v in scope["headers"]) <= MAX_HEAD_BYTES:
            return await self._app(scope, receive, send)
        error = TooLarge("headers", f"最大 {MAX_HEAD_BYTES} 字节", f"at most {MAX_HEAD_BYTES} bytes")
        await refuse(scope, send, 431, error)
