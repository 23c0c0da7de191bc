"""A hot standby that answers reads, for as long as it is known to be one that follows.

Every second this process counts up a number in its own row of `server_processes` on the primary (`beaten`), and looks
which one the standby has (`look`): the standby then has everything that was committed before that number was written.
Both moments are of this process's clock, so the lag is exact on an idle primary, across clocks, after a failover, and
for a standby of another cluster, which has no such row.

Decision: docs/decisions/0120-nodes-and-standbys.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from time import monotonic
from typing import Any, Protocol, TypeVar

import structlog
from asyncpg import PostgresError, UndefinedColumnError, UndefinedTableError

from poolhouse import trace
from poolhouse.breaker import Breaker, BreakerState
from poolhouse.db.connection_pool import Connections, Load
from poolhouse.db.own_writes import OWN_WRITES
from poolhouse.errors import DatabaseLost, Overloaded, PoolhouseError

T = TypeVar("T")

EVERY_S = 1.0
"""Between two numbers, and between two looks."""
ANSWER_S = 2.0
"""A standby that does not answer a look within this is silent: whoever waits for it asks the primary instead."""
FAILURES, REST_S, LONGEST_REST_S = 3, 5.0, 60.0
"""So many requests in a row that fail at the standby, though it answers looks, rest it."""
KEPT_BEATS = 3700
"""An hour of them: older ones need not be told apart."""

_LOOK = """
select pg_is_in_recovery() as in_recovery, (select beat from server_processes where id = $1) as beat
"""
_CLUSTER = "select system_identifier::text from pg_control_system()"

_log = structlog.get_logger(__name__)


class StandbyState(StrEnum):
    """Why a standby is asked or is not. Only USED is."""

    STARTING = "starting"
    USED = "used"
    BEHIND = "behind"
    SILENT = "silent"
    FAILING = "failing"
    PRIMARY = "is a primary"
    STRANGER = "of another cluster"
    OLDER_SCHEMA = "of an older schema"


class _Runner(Protocol):
    """What runs one statement at a time: a set of connections, or one with another behind it."""

    @property
    def load(self) -> Load: ...
    async def run(self, work: Callable[[Any], Awaitable[T]], *, again: bool) -> T: ...
    async def close(self) -> None: ...


class Standby:
    """`looks` is a connection of its own, and `sets` are those of the reads: their idle connections are given up when
    the standby falls silent. `bound_s`: the lag from which on it is not asked.
    """

    def __init__(
        self,
        looks: Connections,
        sets: Sequence[Connections],
        bound_s: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._looks, self._sets, self._bound_s, self._clock = looks, sets, bound_s, clock
        self._began = clock()
        self._beats: dict[int, float] = {}
        self._as_of: float | None = None
        self._fault: StandbyState | None = StandbyState.STARTING
        self._breaker = Breaker(FAILURES, REST_S, LONGEST_REST_S, clock)
        self._asking: set[asyncio.Timeout] = set()
        self._told = StandbyState.STARTING

    @property
    def state(self) -> StandbyState:
        if self._fault is not None:
            return self._fault
        if self.lag_s > self._bound_s:
            return StandbyState.BEHIND
        return StandbyState.USED if self._breaker.state is BreakerState.CLOSED else StandbyState.FAILING

    @property
    def lag_s(self) -> float:
        """How old its data may be at most; of one that was never seen to follow at least."""
        return self._clock() - (self._began if self._as_of is None else self._as_of)

    def beaten(self, beat: int, at: float) -> None:
        """The number is on the primary, and `at` is a moment before it was sent there."""
        self._beats[beat] = at
        self._beats.pop(beat - KEPT_BEATS, None)

    async def look(self, process_id: str, cluster_of_primary: Callable[[], Awaitable[str | None]]) -> None:
        """Once. It never raises because of the standby."""
        try:
            async with asyncio.timeout(ANSWER_S):
                row = await self._looks.run(lambda c: c.fetchrow(_LOOK, process_id), again=True)
                self._fault = await self._judged(row["in_recovery"], row["beat"], cluster_of_primary)
        except (UndefinedTableError, UndefinedColumnError):
            self._fault = StandbyState.OLDER_SCHEMA
        except (TimeoutError, PoolhouseError, PostgresError):
            self._fault = StandbyState.SILENT
        if self._fault is StandbyState.SILENT:
            self._give_up()
        self._tell()

    async def _judged(
        self, in_recovery: bool, beat: int | None, cluster_of_primary: Callable[[], Awaitable[str | None]]
    ) -> StandbyState | None:
        if beat is None:
            self._as_of = None
            ours, its = await cluster_of_primary(), await cluster_of(self._fetchval)
            known = ours is not None and its is not None
            return StandbyState.STRANGER if known and ours != its else self._coming()
        self._as_of = self._beats.get(beat, self._as_of)
        if not in_recovery:
            return StandbyState.PRIMARY
        return None if self._as_of is not None else self._coming()

    def _coming(self) -> StandbyState:
        """It has not come to the start of this process, which at first need not mean anything."""
        return StandbyState.BEHIND if self.lag_s > self._bound_s else StandbyState.STARTING

    async def _fetchval(self, sql: str) -> Any:
        return await self._looks.run(lambda c: c.fetchval(sql), again=True)

    def admits(self) -> bool:
        """Whether a read may be sent there now, or shall be, to see whether it works again.

        Only of a request whose caller is known, once the standby has all that they did: what goes on beside requests
        acts on what it reads, and a page of the console follows a form.
        """
        about = trace.current.get()
        if about is None or not about.actor_id or about.acted:
            return False
        if self.state not in (StandbyState.USED, StandbyState.FAILING) or self._as_of is None:
            return False
        return self._as_of > OWN_WRITES.last(about) and self._breaker.admit()

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[None]:
        """Around a read that was admitted. Raises TimeoutError when the standby falls silent meanwhile."""
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._asking.add(limit)
                yield
        except (DatabaseLost, Overloaded):
            self._breaker.failed()
            self._tell()
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        else:
            self._breaker.succeeded()
        finally:
            self._asking.discard(limit)

    def _give_up(self) -> None:
        now = asyncio.get_running_loop().time()
        for limit in self._asking:
            limit.reschedule(now)
        self._asking.clear()
        for one in self._sets:
            one.drop_idle()

    def _tell(self) -> None:
        state = self.state
        if state is self._told:
            return
        self._told = state
        if state is StandbyState.USED:
            _log.info("standby_used", lag_s=round(self.lag_s, 1))
        else:
            _log.warning("standby_not_used", state=state, lag_s=round(self.lag_s, 1))


async def cluster_of(fetchval: Callable[[str], Awaitable[Any]]) -> str | None:
    """What PostgreSQL calls the cluster, the same on a primary and its standbys; None where nobody may ask."""
    try:
        found: str = await fetchval(_CLUSTER)
    except PostgresError:
        return None
    return found


class WithStandby:
    """Reads of the standby while it admits them, else of the primary: so a standby that fails costs no answer."""

    def __init__(self, standby: Standby, first: _Runner, second: _Runner) -> None:
        self._standby, self._first, self._second = standby, first, second

    @property
    def load(self) -> Load:
        return self._first.load

    async def run(self, work: Callable[[Any], Awaitable[T]], *, again: bool) -> T:
        if self._standby.admits():
            try:
                async with self._standby.asked():
                    return await self._first.run(work, again=again)
            except (DatabaseLost, Overloaded, TimeoutError):
                pass
        return await self._second.run(work, again=again)

    async def close(self) -> None:
        """Both belong to somebody else."""
