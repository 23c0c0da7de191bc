"""Counting tries before they are made, so that a thousand at once are no more than the limit lets through.

A try that proves right is given back, and so is one that proves nothing (a full queue, a lost database). Until
it is known how a try ended it counts as a failure; so that many right ones at once are not taken for guesses,
a try beyond the limit waits for those of this node that are under way before it is refused. Tries under way
on other nodes are not waited for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from poolhouse.db.database import Database
from poolhouse.login import postgres
from poolhouse.turn import let_go


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` failures in `window_s` seconds. Then none until the window ends; where it `locks`, one a delay,
    which doubles with each, and all is forgotten `window_s` after the last."""

    most: int
    window_s: int
    locks: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose tries are counted together."""

    pool_id: str
    kind: str
    name: str


@dataclass(slots=True)
class _State:
    """`asking` keeps one question to the database at a time, so that an answer is never older than the count
    of `running` it is read beside. `settled` is set when none runs any more, and when one was right."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0
    holders: int = 0


class Tally:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._states: dict[Subject, _State] = {}

    async def begin(self, subject: Subject, limit: Limit) -> int | None:
        """None: the try is counted and may be made; it must be ended. Else how many seconds there is none."""
        state = self._states.setdefault(subject, _State())
        state.holders += 1
        counted = False
        try:
            while True:
                async with state.asking:
                    wait_s = await postgres.take_attempt(self._db, subject, limit)
                    if wait_s is None:
                        state.running, counted = state.running + 1, True
                        return None
                    if not state.running:
                        return wait_s
                    settled = state.settled
                let_go()
                await settled.wait()
        finally:
            if not counted:
                self._leave(subject, state)

    async def begin_anyway(self, subject: Subject, limit: Limit) -> None:
        """Beyond the limit too: for a try that something else has paid for, such as a captcha."""
        await postgres.count_attempt(self._db, subject.pool_id, subject.kind, subject.name, limit.window_s)
        state = self._states.setdefault(subject, _State())
        state.running, state.holders = state.running + 1, state.holders + 1

    def failed(self, subject: Subject) -> None:
        """It stays counted."""
        self._settle(subject, False)

    async def void(self, subject: Subject) -> None:
        """It proved nothing, or this count is not about what it proved: as if it had not been made."""
        try:
            await postgres.give_attempt_back(self._db, subject)
        finally:
            self._settle(subject, False)

    async def right(self, subject: Subject) -> None:
        """All failures are forgotten."""
        try:
            await postgres.forget_attempts(self._db, subject.pool_id, subject.kind, [subject.name])
        finally:
            self.forgotten(subject)

    def forgotten(self, subject: Subject) -> None:
        """As `right`, of one whose rows were written among others."""
        self._settle(subject, True)

    def _settle(self, subject: Subject, right: bool) -> None:
        state = self._states[subject]
        state.running -= 1
        if right or not state.running:
            state.settled.set()
            state.settled = asyncio.Event()
        self._leave(subject, state)

    def _leave(self, subject: Subject, state: _State) -> None:
        state.holders -= 1
        if not state.holders:
            del self._states[subject]
