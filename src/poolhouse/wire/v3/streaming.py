"""The answer of a row with `streams`: pieces as they come, in place of an envelope.

What is refused before the first piece is refused in the envelope. Of what goes wrong after it HTTP knows no status, so
the body ends without its last chunk, which every client of HTTP/1.1 tells its caller (curl: exit status 18).

A client that does not read is given STALLED_S for each PIECE and LONGEST_S in all, for as long as it has the answer
something is held for it, such as a transaction.

Decision: docs/decisions/0048-streamed-export.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from poolhouse import trace, turn
from poolhouse.errors import PoolhouseError

PIECE = 64 * 1024
STALLED_S = 20.0
LONGEST_S = 3600.0

_log = structlog.get_logger(__name__)


class ClientGone(Exception):
    """Whoever asked has hung up: there is nobody to be told."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What a handler of such a row returns. Closing `pieces` lets go of all that they hold."""

    media_type: str
    filename: str
    pieces: AsyncGenerator[bytes, None]


async def begun(stream: Stream) -> StreamedAnswer:
    """With the first piece in hand. Raises what making it raises."""
    turn.let_go()  # it lasts as long as the client reads, and has a bound of its own
    return StreamedAnswer(stream, await anext(stream.pieces, b""))


class StreamedAnswer(Response):
    def __init__(self, stream: Stream, first: bytes) -> None:
        self.status_code, self.background = 200, None
        self.media_type = stream.media_type
        self.init_headers(
            {
                "content-disposition": f'attachment; filename="{stream.filename}"',
                "cache-control": "no-store",
                "x-content-type-options": "nosniff",
            }
        )
        self._pieces, self._first = stream.pieces, first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hung_up = asyncio.create_task(_hung_up(receive))
        try:
            async with aclosing(self._pieces), asyncio.timeout(LONGEST_S):
                await self._send(send, hung_up)
        except (PoolhouseError, TimeoutError, ClientGone) as error:
            trace.note(error=error)
        except Exception as error:
            trace.note(error=error)
            _log.exception("stream_failed")
        finally:
            hung_up.cancel()

    async def _send(self, send: Send, hung_up: asyncio.Task[None]) -> None:
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(start)
        piece = self._first
        while piece:
            for at in range(0, len(piece), PIECE):
                if hung_up.done():  # servers take what nobody will read without a word
                    raise ClientGone("the client has hung up")
                body = {"type": "http.response.body", "body": piece[at : at + PIECE], "more_body": True}
                async with asyncio.timeout(STALLED_S):
                    await send(body)
            piece = await anext(self._pieces, b"")
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
