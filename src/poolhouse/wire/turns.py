"""How many requests work at once, who is next, and how long one may wait for that.

More at once answer no more a second, each only takes longer. So `AT_ONCE` work; the others wait, and addresses take
turns in that line. A burst is answered whole, in its order. Once the line has not been empty for a second, more comes
than can be answered: then the newest of an address is first and who has waited a tenth of a second gets no turn, so
that those who are answered are answered nearly as fast as without the others. They are told half a second later. Who
waits alone of their address is patient.

Decision: docs/decisions/0045-admission.md.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from random import random

from prometheus_client import Counter as Metric

from poolhouse.errors import Overloaded
from poolhouse.fair_queue import FairQueue

AT_ONCE = 64
PATIENCE_S, SHORT_S, TOLD_AFTER_S = 5.0, 0.1, 0.5
STANDING_S = 1.0
"""A line that has not been empty for so long is no burst. Refusing at once would cost more than it saves: who
does not heed Retry-After is back in no time."""

REFUSED = Metric("poolhouse_turns_refused", "Requests that waited in vain for their turn.")


class Turns:
    """`most_waiting` wait at most."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = 1024) -> None:
        self._line = FairQueue(at_once, most_waiting, "request")
        self._waiting: Counter[str] = Counter()
        self._empty_at = 0.0

    async def enter(self, address: str) -> None:
        """Raises Overloaded. What was entered is to be left."""
        now = asyncio.get_running_loop().time()
        if not self._line.waiting:
            self._empty_at = now
        if self._line.free:
            return await self._line.enter(address)
        self._line.newest_first = now - self._empty_at >= STANDING_S
        short = self._line.newest_first and self._waiting[address]
        patience_s = SHORT_S if short else PATIENCE_S
        self._waiting[address] += 1
        try:
            async with asyncio.timeout(patience_s):
                await self._line.enter(address)
            return
        except (TimeoutError, Overloaded):
            REFUSED.inc()
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]
        if short:
            await asyncio.sleep(TOLD_AFTER_S * (0.5 + random()))  # noqa: S311 - not a thousand in one moment
        raise Overloaded("no turn came in time", retry_after_s=1)

    def leave(self) -> None:
        self._line.leave()


class Turn:
    """One request's: given up where it waits for something with a bound of its own, or at its end, and not had while
    its body is late."""

    def __init__(self, turns: Turns, address: str) -> None:
        self._turns, self._address = turns, address
        self._has, self._over = False, False

    async def take(self) -> None:
        """Raises Overloaded."""
        if not self._has and not self._over:
            await self._turns.enter(self._address)
            self._has = True

    def give_up(self) -> None:
        self._over = True
        self.pause()

    def pause(self) -> None:
        """Until it is taken again."""
        if self._has:
            self._has = False
            self._turns.leave()
