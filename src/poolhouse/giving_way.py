"""Work that can wait gives way to work that people wait for: lists of users to logins.

Who asks for the next page as soon as there is one keeps a core busy, and so does every hash; shared evenly, two such
readers take half of all logins from two cores. So while logins are in line for a hash, one list begins with each hash
that ends. Nobody waits for longer than `LONGEST_S`, and nobody at all while no login is in line.

Decision: docs/decisions/0052-time-of-a-login.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from poolhouse import turn
from poolhouse.fair_queue import FairQueue

LONGEST_S = 0.25
MOST_WAITING = 1000


class GivingWay:
    """`busy`: whether somebody waits for whom others should give way."""

    def __init__(self, busy: Callable[[], bool], what: str) -> None:
        self._busy = busy
        self._line = FairQueue(0, MOST_WAITING, what)

    async def wait(self, share: str) -> None:
        """Until it is one's turn; `share`: whose turn it takes, a pool's id. Raises Overloaded where too many wait."""
        if not self._busy():
            return
        turn.let_go()
        try:
            async with asyncio.timeout(LONGEST_S):
                await self._line.enter(share)
        except TimeoutError:
            return

    def one_ended(self) -> None:
        """Of what one gives way to: the next goes, and everybody where nobody is to be let by any more."""
        while self._line.waiting:
            self._line.leave()
            if self._busy():
                return
