"""Doing acts upon many, on every node: each time a piece of one pool's act, then one of whoever has waited longest.

A piece has two transactions. The first names the next users, so that whoever goes on after a worker died knows whom it
was about, though they may match no longer. The second holds the act, so that one worker is at it and a dead one lets
go with its connection; meanwhile each user is acted upon in a transaction of the service that does it, which writes
the audit log. What the log has is not done again: so nobody is acted upon twice, whenever the worker dies.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import datetime

import structlog

from poolhouse.audit.service import AuditLog
from poolhouse.bulk import postgres
from poolhouse.bulk.acts import ACTS, Services, require_within
from poolhouse.bulk.model import BulkAct, Result
from poolhouse.bulk.rights import Rights
from poolhouse.bulk.service import ending
from poolhouse.bulk.turns import Turns
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.errors import (
    DatabaseLost,
    NotFound,
    Overloaded,
    PoolhouseError,
    QueryTooBroad,
    Refused,
    TooManyRequests,
)
from poolhouse.paging import PageRequest

PIECE = 50
"""Users named at once."""
PIECE_S = 1.0
"""After as long no further one is begun with before others had their turn."""
AT_ONCE = 2
"""Pools a node works for at the same time; each takes two connections."""
RETRIES, WAIT_S = 4, 0.1

_log = structlog.get_logger(__name__)


class BulkWork(Turns):
    """`only`: the pools it serves (None: all), so that tests do not do each other's acts."""

    name, channel, at_once = "bulk", postgres.CHANNEL, AT_ONCE

    def __init__(
        self,
        *,
        db: Database,
        services: Services,
        rights: Rights,
        audit: AuditLog,
        only: frozenset[str] | None = None,
    ) -> None:
        super().__init__(db)
        self._services, self._rights, self._audit, self._only = services, rights, audit, only

    async def _waiting(self, most: int) -> list[tuple[str, str]]:
        return await postgres.waiting(self._db, most, self._only)

    async def _put_behind(self, pool_id: str, job_id: str, why: PoolhouseError | None = None) -> None:
        await postgres.put_behind(self._db, pool_id, job_id, why.sentences if why else None)

    async def _given_up(self, pool_id: str, act_id: str) -> bool:
        """Those whose turn it was have failed, but whom the log has as done; where nobody was named yet, or not even
        that can be written, the act is stopped. False where another worker has it."""
        fault = PoolhouseError()
        try:
            async with self._db.transaction() as tx:
                act = await postgres.take(tx, pool_id, act_id)
                if act is None:
                    return False
                due = await postgres.due(tx, act)
                if due:
                    before = await postgres.done_by_log(tx, act, [user_id for _, user_id in due])
                    reason = fault.message(act.actor.lang)
                    lost = [
                        Result(row, user_id, "DONE", None, None)
                        if user_id in before
                        else Result(row, user_id, "FAILED", type(fault).__name__, reason)
                        for row, user_id in due
                    ]
                    await postgres.put_results(tx, act, lost)
                    return True
        except DatabaseLost:
            raise
        except Exception:
            _log.exception("bulk_piece_lost", pool_id=pool_id, act=act_id)
        async with self._db.transaction() as tx:
            act = await postgres.take(tx, pool_id, act_id)
            if act is None:
                return False
            await self._end(tx, act, "STOPPED", fault)
        return True

    async def _piece(self, pool_id: str, act_id: str) -> bool:
        """False where another worker has it."""
        async with self._db.transaction() as tx:
            act = await postgres.take(tx, pool_id, act_id)
            if act is None:
                return False
            if not act.due:
                stopped = await self._named_next(tx, act)
                if stopped:
                    return True
        lost: DatabaseLost | None = None
        async with self._db.transaction() as tx:
            act = await postgres.take(tx, pool_id, act_id)
            if act is None:
                return False
            try:
                caller = await self._rights.caller(act)
            except (Refused, NotFound) as error:
                await self._end(tx, act, "STOPPED", error)
                return True
            results, lost = await self._done(tx, act, caller)
            await postgres.put_results(tx, act, results)
        if lost:
            raise lost
        return True

    # -- who is next ---------------------------------------------------------------------------------------

    async def _named_next(self, tx: Tx, act: BulkAct) -> bool:
        """Whether it has ended, as nobody is left."""
        room = PIECE if act.act != "DELETE" else min(PIECE, (act.expected or 0) - act.position)
        if act.walked or room <= 0:
            await self._end(tx, act, "COMPLETED")
            return True
        if act.user_ids is not None:
            ids = act.user_ids[act.position : act.position + room]
            walked = act.position + len(ids) >= len(act.user_ids)
            await postgres.name_next(tx, act, ids, None, walked=walked)
            return False
        try:
            caller = await self._rights.caller(act)
            found = await self._next_matching(act, caller)
        except (Refused, NotFound, QueryTooBroad) as error:
            await self._end(tx, act, "STOPPED", error)
            return True
        if not found:
            await self._end(tx, act, "COMPLETED")
            return True
        ids = tuple(user_id for at, user_id in found if at <= act.created_at)[:room]
        await postgres.name_next(tx, act, ids, found[-1], walked=False)
        return False

    async def _next_matching(self, act: BulkAct, caller: Caller) -> list[tuple[datetime, str]]:
        """From the newest on, behind the last one: who is changed so that they match no longer moves nobody else."""
        assert act.query is not None
        page = PageRequest(1, PIECE, after=act.after, counted=False)
        query = replace(act.query, page=page, sort=())
        users = self._services.users
        found = await (users.search if query.keyword else users.list)(caller, query)
        return [(user.created_at, user.id) for user in found.items if user.created_at]

    # -- one after the other -------------------------------------------------------------------------------

    async def _done(self, tx: Tx, act: BulkAct, caller: Caller) -> tuple[list[Result], DatabaseLost | None]:
        """As many as there is time for; what made it stop before, if anything did."""
        due = await postgres.due(tx, act)
        before = await postgres.done_by_log(tx, act, [user_id for _, user_id in due])
        until = time.monotonic() + PIECE_S
        results: list[Result] = []
        for row, user_id in due:
            if user_id in before:
                results.append(Result(row, user_id, "DONE", None, None))
                continue
            try:
                results.append(await self._one(act, caller, row, user_id))
            except DatabaseLost as error:
                return results, error
            if time.monotonic() > until:
                break
        return results, None

    async def _one(self, act: BulkAct, caller: Caller, row: int, user_id: str) -> Result:
        """Raises DatabaseLost. Whoever is held up by others again and again has failed, and holds up nobody."""
        try:
            for attempt in range(RETRIES):
                try:
                    await require_within(self._services, caller, user_id)
                    await ACTS[act.act].deed(self._services, caller, user_id, act.arguments)
                    break
                except (Overloaded, TooManyRequests):
                    if attempt == RETRIES - 1:
                        raise
                    await asyncio.sleep(WAIT_S * 2**attempt)
        except DatabaseLost:
            raise
        except PoolhouseError as error:
            return Result(row, user_id, "FAILED", type(error).__name__, error.message(caller.lang))
        except Exception:  # a fault of ours upon one, who must not stand in the way of all others
            _log.exception("bulk_act_failed", pool_id=act.pool_id, act=act.id)
            return Result(row, user_id, "FAILED", "PoolhouseError", PoolhouseError().message(caller.lang))
        return Result(row, user_id, "DONE", None, None)

    async def _end(self, tx: Tx, act: BulkAct, status: str, error: PoolhouseError | None = None) -> None:
        reason = error.message(act.actor.lang) if error else None
        ended = await postgres.end(tx, act.pool_id, act.id, status, reason)
        if ended:
            caller = Caller(act.pool_id, kind="system", actor_id="bulk", request_id=act.request_id)
            await self._audit.write(tx, caller, ending(ended))
        if error:
            _log.warning("bulk_act_stopped", pool_id=act.pool_id, act=act.id, cause=type(error).__name__)
