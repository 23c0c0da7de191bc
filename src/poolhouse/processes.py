"""The processes that serve on one database, as each of them and `poolhouse doctor` see them.

Owns the row that each keeps of itself in `server_processes`, and with it two comparisons: of this process's clock with
the database's, and of the primary with a standby (`db/standby.py`). Leaves to the standby whether it is asked.

Decision: docs/decisions/0120-nodes-and-standbys.md.
"""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from time import monotonic

import structlog

from poolhouse import clock
from poolhouse.background import forever
from poolhouse.db.database import Database, Executor
from poolhouse.db.own_writes import OWN_WRITES, OwnWrites
from poolhouse.db.spreading import Spreading
from poolhouse.db.standby import EVERY_S, cluster_of
from poolhouse.errors import DatabaseLost, Overloaded
from poolhouse.ids import new_id
from poolhouse.settings import Settings

SEEN_S = 10.0
"""Between two numbers of a process that has no standby to measure."""
GONE = timedelta(hours=1)
"""A row that nobody has written for so long is of a process that was killed."""
MOST_AHEAD_S = 1.0
"""A clock that is further off is told, by the log and by `poolhouse doctor`."""

FRESH = timedelta(minutes=1)
"""A row that was written since is of a process that runs."""

EQUAL = (
    *("public_url", "allowed_origins", "email_special_domains", "outgoing_hosts"),
    *("trusted_proxies", "trusted_header", "traceparent", "statement_timeout_s", "search_timeout_s"),
    *("indexed_fields", "import_file_mb", "smtp_host", "smtp_port", "smtp_security", "smtp_sender"),
)
"""Settings that a request may meet on any node: they are told where they are not the same. No secret is among them."""

_BEAT = """
insert into server_processes
  (id, host, pid, version, started_at, seen_at, beat, connections, clock_ahead_s, replica, settings)
values ($1, $2, $3, $4, now(), now(), $5, $6, $7, $8, $9)
on conflict (id) do update set seen_at = excluded.seen_at, beat = excluded.beat,
  clock_ahead_s = excluded.clock_ahead_s, replica = excluded.replica
returning extract(epoch from seen_at)::float8
"""

_RUNNING = """
select host, pid, version, started_at, connections, clock_ahead_s, replica, settings,
  extract(epoch from now() - seen_at)::float8 as seen_before_s
from server_processes where seen_at > now() - $1::interval order by host, started_at, id
"""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """What a process said of itself, `seen_before_s` seconds ago. `replica` is a `StandbyState`, or "" without one."""

    host: str
    pid: int
    version: str
    started_at: datetime
    connections: int
    clock_ahead_s: float | None
    replica: str
    settings: dict[str, str]
    seen_before_s: float

    @property
    def name(self) -> str:
        return f"{self.host} {self.pid}"


async def running(db: Executor) -> list[Row]:
    """Of all nodes, those whose row is fresh."""
    return [Row(**dict(row.items())) for row in await db.fetch(_RUNNING, FRESH)]


class Process:
    """This one."""

    def __init__(self, db: Database, settings: Settings, own_writes: OwnWrites | None = None) -> None:
        self._db, self._settings = db, settings
        self._own_writes = own_writes or OWN_WRITES
        self.id = new_id()
        self._beat = 0
        self._clock_told = False
        self._equal = {name: str(getattr(settings, name) or "") for name in EQUAL}
        self._about = (self.id, socket.gethostname(), os.getpid(), metadata.version("poolhouse"))

    async def run(self) -> None:
        """Until it is cancelled; then the row goes, unless the database is away."""
        standby = self._db.standby
        every_s = EVERY_S if standby else SEEN_S
        loops = [forever("processes", self.beat, lambda: asyncio.sleep(every_s))]
        if standby:
            loops.append(forever("standby", self.look, lambda: asyncio.sleep(EVERY_S)))
            loops.append(forever("own_writes_listen", Spreading(self._db, self._own_writes, self.id).run))
        try:
            await asyncio.gather(*loops)
        finally:
            await self._leave()

    async def beat(self) -> None:
        """The next number is written. Without a database it is not, and the requests tell of that."""
        standby = self._db.standby
        self._beat += 1  # also when it fails: nobody knows then whether it was written
        at, asked_s, before = monotonic(), clock.machine_s(), clock.last_difference()
        try:
            seen_at = await self._db.fetchval(
                _BEAT,
                *self._about,
                self._beat,
                self._settings.database_connections,
                before.ahead_s if before else None,
                standby.state if standby else "",
                self._equal,
            )
            answered_s = clock.machine_s()
            if self._beat % 60 == 1:
                await self._db.execute(
                    "delete from server_processes where seen_at < now() - $1::interval", GONE
                )
        except (DatabaseLost, Overloaded):
            return
        if standby:
            standby.beaten(self._beat, at)
        clock.follow(clock.difference(asked_s, answered_s, seen_at))
        self._tell_clock()

    async def look(self) -> None:
        """How far the standby has come."""
        if self._db.standby:
            await self._db.standby.look(self.id, self._cluster)

    async def _cluster(self) -> str | None:
        return await cluster_of(self._db.fetchval)

    def _tell_clock(self) -> None:
        found = clock.last_difference()
        off = found is not None and abs(found.ahead_s) > MOST_AHEAD_S + found.exact_s
        if found is not None and off is not self._clock_told:
            self._clock_told = off
            tell = _log.warning if off else _log.info
            tell("clock_off" if off else "clock_right", ahead_of_database_s=round(found.ahead_s, 3))

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(1.0):
                await self._db.execute("delete from server_processes where id = $1", self.id)
        except (TimeoutError, DatabaseLost, Overloaded):
            pass
