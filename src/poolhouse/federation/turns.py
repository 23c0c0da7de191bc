"""Of those who come at once as one person, one after the other: in this process, and in all that share the database.

For what no transaction may wait for, a script that makes a user. A turn is a row among the attempts, which whoever
comes later asks for again until it has gone; so no connection is held, and a process that dies holds nobody up for
longer than `attempts.TURN_LASTS`. Decision: docs/decisions/0090-federated-sign-in.md.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from poolhouse import turn
from poolhouse.errors import Overloaded
from poolhouse.federation.attempts import Attempts

WAIT_S = 30.0
"""For the turns before one's own, which are a script's time each."""
_ASKED_AGAIN_S = (0.02, 0.5)
"""At first, and at last."""


class Turns:
    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self._here: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, pool_id: str, connection_id: str, named: str) -> AsyncIterator[None]:
        """`named`: what no two may do at once in the pool. Raises Overloaded after WAIT_S."""
        here = self._here.setdefault((pool_id, named), asyncio.Lock())
        turn.let_go()
        try:
            async with asyncio.timeout(WAIT_S):
                await here.acquire()
        except TimeoutError as error:
            raise _taken() from error
        try:
            holder = await self._begun(pool_id, connection_id, named)
            try:
                yield
            finally:
                await self._attempts.end_turn(pool_id, named, holder)
        finally:
            here.release()

    async def _begun(self, pool_id: str, connection_id: str, named: str) -> str:
        """By asking, as nobody tells: this process asks once at a time for each name."""
        until, (pause, longest) = time.monotonic() + WAIT_S, _ASKED_AGAIN_S
        while (holder := await self._attempts.begin_turn(pool_id, connection_id, named)) is None:
            if time.monotonic() > until:
                raise _taken()
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreading, not hiding
            pause = min(longest, pause * 2)
        return holder


def _taken() -> Overloaded:
    return Overloaded("the same person is being signed in", retry_after_s=5)
