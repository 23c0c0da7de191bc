"""Hashing passwords: argon2id (19 MiB, 2 passes, 1 lane: OWASP) in as many threads as there are cores.

argon2 releases the GIL, and more threads than cores only lengthen the queue (reference/stack.md 5). Beyond
the queue a try is refused as Overloaded, so that a flood of logins cannot grow the memory or the wait.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from poolhouse.crypto import foreign
from poolhouse.errors import Overloaded

T = TypeVar("T")

LONGEST_PASSWORD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Verified:
    """`needs_rehash`: the stored form is foreign or of an older cost; store a fresh hash of this password."""

    ok: bool
    needs_rehash: bool = False


class PasswordHasher:
    """`queue_limit`: tries waiting or running before Overloaded; the default is about two seconds of work."""

    def __init__(
        self,
        *,
        memory_kib: int = 19 * 1024,
        passes: int = 2,
        threads: int | None = None,
        queue_limit: int | None = None,
    ) -> None:
        threads = threads or os.cpu_count() or 1
        self._argon2 = argon2.PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=1, type=argon2.Type.ID
        )
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._queue_limit = queue_limit or threads * 64
        self._pending = 0
        self._decoy = self._argon2.hash(secrets.token_hex(16))

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._argon2.hash(_encoded(password)))

    async def verify(self, password: str, stored: str) -> Verified:
        """Never raises for a malformed or unknown `stored`: that is a wrong password, at the usual cost.

        An empty password fits nothing and costs nothing, whatever is stored.
        """
        if not password:
            return Verified(False)
        return await self._run(lambda: self._verify(password, stored))

    async def waste(self, password: str) -> None:
        """What verifying costs, for nothing: to be called where there is no stored password."""
        await self.verify(password, self._decoy)

    @property
    def pending(self) -> int:
        """Tries running or waiting."""
        return self._pending

    @property
    def queue_limit(self) -> int:
        return self._queue_limit

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, stored: str) -> Verified:
        if stored.startswith("$argon2id$") and self._is_ours(stored):
            return Verified(self._matches(password, stored))
        format_ = foreign.recognise(stored)
        if format_ is None:
            self._matches(password, self._decoy)
            return Verified(False)
        return Verified(format_.verify(_encoded(password), stored), needs_rehash=True)

    def _is_ours(self, stored: str) -> bool:
        try:
            return not self._argon2.check_needs_rehash(stored)
        except InvalidHashError:
            return False

    def _matches(self, password: str, stored: str) -> bool:
        try:
            return self._argon2.verify(stored, _encoded(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._pending >= self._queue_limit:
            raise Overloaded("the password queue is full", retry_after_s=1)
        self._pending += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        # A caller that went away leaves its work running, so the count falls with the work, not the caller.
        future.add_done_callback(self._done)
        return await asyncio.shield(future)

    def _done(self, future: asyncio.Future[T]) -> None:
        self._pending -= 1
        if not future.cancelled():
            future.exception()


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")[:LONGEST_PASSWORD_BYTES]
