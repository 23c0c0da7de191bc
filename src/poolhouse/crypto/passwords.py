"""Hashing passwords: argon2id (19 MiB, 2 passes, 1 lane: OWASP) in as many threads as there are cores.

argon2 releases the GIL, and more threads than cores only lengthen the queue
(docs/operations/performance.md#measured-before-it-was-built). Beyond the queue a try is refused as Overloaded, so that
a flood of logins cannot grow the memory or the wait. The pools take turns in it: nobody waits behind another pool's
many.

Hashes of other systems may cost up to a second or two, and some hold the interpreter meanwhile; the dear ones have
a queue and a thread of their own, which our own never wait for.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import structlog

from poolhouse import turn
from poolhouse.crypto import foreign
from poolhouse.crypto.argon2id import Argon2id
from poolhouse.crypto.foreign import Format
from poolhouse.fair_queue import FairQueue

T = TypeVar("T")

DEAR_SHARE = 0.2
"""Of the most a foreign hash may cost: above it waits in the queue of the dear ones."""

LONGEST_PASSWORD_BYTES = 4096

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verified:
    """`needs_rehash`: the stored form is foreign or of an older cost; store a fresh hash of this password."""

    ok: bool
    needs_rehash: bool = False


class PasswordHasher:
    """`queue_limit`: tries waiting or running before Overloaded; the default is about two seconds of work, of which
    each of the server's `processes` has its part: all of them hash on the same cores."""

    def __init__(
        self,
        *,
        memory_kib: int = 19 * 1024,
        passes: int = 2,
        threads: int | None = None,
        queue_limit: int | None = None,
        processes: int = 1,
    ) -> None:
        threads = threads or os.cpu_count() or 1
        self._argon2 = Argon2id(memory_kib, passes)
        self._queue_limit = queue_limit or max(2, 64 // processes) * threads
        self._lanes = {
            "quick": _Lane(threads, self._queue_limit, "password"),
            "dear": _Lane(1, self._queue_limit, "foreign password"),
        }
        self._decoy = self._argon2.decoy()

    async def hash(self, password: str, share: str = "") -> str:
        """`share`: whose turn it takes, a pool's id."""
        return await self._lanes["quick"].run(share, lambda: self._argon2.hash(_encoded(password)))

    async def verify(self, password: str, stored: str, share: str = "") -> Verified:
        """Never raises for a malformed or unknown `stored`: that is a wrong password, at the usual cost.

        An empty password fits nothing and costs nothing, whatever is stored.
        """
        if not password:
            return Verified(False)
        format_ = None if self._argon2.is_own(stored) else foreign.recognize(stored)
        asked = format_.share(_encoded(password), stored) if format_ else 0
        if format_ and asked > 1:
            _log.warning("password_hash_too_costly", format=format_.name, pool_id=share)
            format_ = None
        lane = self._lanes["dear" if format_ and asked > DEAR_SHARE else "quick"]
        return await lane.run(share, lambda: self._verify(password, stored, format_))

    async def waste(self, password: str, share: str = "") -> None:
        """What verifying costs, for nothing: to be called where there is no stored password."""
        await self.verify(password, self._decoy, share)

    @property
    def pending(self) -> int:
        """Tries running or waiting."""
        return sum(lane.pending for lane in self._lanes.values())

    @property
    def queue_limit(self) -> int:
        return self._queue_limit

    def close(self) -> None:
        for lane in self._lanes.values():
            lane.threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, stored: str, format_: Format | None) -> Verified:
        if format_ is not None:
            return Verified(format_.verify(_encoded(password), stored), needs_rehash=True)
        ours = self._argon2.is_own(stored)
        fits = self._argon2.verify(_encoded(password), stored if ours else self._decoy)
        return Verified(ours and fits)


class _Lane:
    """Threads and the queue before them. At most `limit` run or wait."""

    def __init__(self, threads: int, limit: int, what: str) -> None:
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._queue = FairQueue(threads, max(limit - threads, 0), what)
        self._running = 0

    @property
    def pending(self) -> int:
        return self._running + self._queue.waiting

    async def run(self, share: str, work: Callable[[], T]) -> T:
        turn.let_go()
        await self._queue.enter(share)
        self._running += 1
        future = asyncio.get_running_loop().run_in_executor(self.threads, work)
        # A caller that went away leaves its work running, so the place comes free with the work, not the caller.
        future.add_done_callback(self._done)
        return await asyncio.shield(future)

    def _done(self, future: asyncio.Future[T]) -> None:
        self._running -= 1
        self._queue.leave()
        if not future.cancelled():
            future.exception()


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")[:LONGEST_PASSWORD_BYTES]
