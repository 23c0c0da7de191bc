"""Asking for an act upon many, looking at how far it is, and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from poolhouse import clock
from poolhouse.accounts.service import LONGEST_NOTE
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.bulk import postgres
from poolhouse.bulk.acts import ACTS, Services, kept
from poolhouse.bulk.model import Act, Actor, Arguments, BulkAct, Outcome, Result
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.directory.chooser import Directories
from poolhouse.errors import (
    InvalidInput,
    InvalidOperation,
    LimitedRole,
    Missing,
    NotFound,
    NotSupportedByDirectory,
    QueryTooBroad,
    TooLarge,
)
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import EMPTY, too_many
from poolhouse.users.model import UserQuery

MOST_NAMED = 1_000
"""Users of one act that are named one by one."""
MOST_OPEN = 5
"""Acts of a pool that have not ended. They are done one after the other."""
LONGEST_ID = 256
"""Characters: no id of ours is as long, and what an index cannot hold must not come to a worker."""


class BulkActs:
    def __init__(
        self, *, db: Database, directories: Directories, services: Services, audit: AuditLog
    ) -> None:
        self._db, self._directories, self._services, self._audit = db, directories, services, audit

    async def start(
        self,
        caller: Caller,
        act: Act,
        given: Arguments,
        *,
        user_ids: Sequence[str] | None = None,
        query: UserQuery | None = None,
        confirm: int | None = None,
    ) -> BulkAct:
        """Upon those named, or upon all that match: who was there by now, and matches when their turn comes.

        `confirm`: how many, which a deletion must say; it deletes no more. Raises InvalidInput and TooLarge naming the
        argument, NotPermitted for the scopes of the act, LimitedRole where it is not done within limits, what the thing
        it is done with raises where it is not there, NotSupportedByDirectory where people are not kept here,
        InvalidOperation beside MOST_OPEN others, QueryTooBroad for a deletion of more than can be counted.
        """
        caller.require_administrator()
        row = ACTS[act]
        caller.require_scopes(row.scopes)
        if caller.limits is not None and not row.within:
            raise LimitedRole(f"{act} is not among what is done within limits")
        if not (await self._directories.of(caller.pool_id)).keeps_profiles:
            raise NotSupportedByDirectory(what="bulk acts")
        arguments = _arguments(act, given)
        named = _named(user_ids) if query is None else None
        if query is not None and user_ids:
            raise InvalidInput("userIds", "不能与 match 同用", "not beside match")
        if row.prepare:
            await row.prepare(self._services, caller, arguments)
        expected = (
            len(named) if named is not None else await self._count(caller, query, needed=act == "DELETE")
        )
        if act == "DELETE" and confirm != expected:
            # which number it is says only what lists them: whoever deletes by a guess is not told how to
            raise InvalidInput("confirm", "与将删除的人数不符", "is not the number of users to delete")
        return await self._begin(caller, act, arguments, named, query, expected)

    async def get(self, caller: Caller, act_id: str) -> BulkAct:
        """Whoever is limited sees what they began themselves, with the limits that they have. Raises NotFound."""
        caller.require_administrator()
        act = await postgres.find(self._db, caller.pool_id, act_id)
        if act is None or not _is_theirs(caller, act):
            raise NotFound(act_id=act_id)
        return act

    async def list(self, caller: Caller, page: PageRequest) -> Page[BulkAct]:
        """Newest first; those of the last 30 days, of which 20 that have ended. Of whoever is limited as `get`."""
        caller.require_administrator()
        theirs = Actor.of(caller) if caller.limits is not None else None
        return await postgres.page(self._db, caller.pool_id, page, theirs)

    async def results(
        self, caller: Caller, act_id: str, page: PageRequest, outcome: Outcome | None = None
    ) -> Page[Result]:
        """Of those whose turn it was, in their order. Raises NotFound."""
        act = await self.get(caller, act_id)
        return await postgres.results(self._db, caller.pool_id, act.id, outcome, page)

    async def cancel(self, caller: Caller, act_id: str) -> BulkAct:
        """What is done stays done. It waits for the piece under way, a second or so; of one that has ended nothing
        changes. Raises NotFound; NotPermitted without the scopes of the act."""
        act = await self.get(caller, act_id)
        caller.require_scopes(ACTS[act.act].scopes)
        async with self._db.transaction() as tx:
            ended = await postgres.end(tx, caller.pool_id, act.id, "CANCELLED")
            if ended:
                await self._audit.write(tx, caller, ending(ended))
        return await self.get(caller, act_id)

    async def _count(self, caller: Caller, query: UserQuery | None, *, needed: bool) -> int | None:
        one = replace(query or UserQuery(), page=PageRequest(1, 1))
        users = self._services.users
        try:
            found = await (users.search if one.keyword else users.list)(caller, one)
        except QueryTooBroad:
            if needed:
                raise
            return None
        return found.total

    async def _begin(
        self,
        caller: Caller,
        act: Act,
        arguments: dict[str, Any],
        named: tuple[str, ...] | None,
        query: UserQuery | None,
        expected: int | None,
    ) -> BulkAct:
        moment = clock.now()
        wanted = BulkAct(
            id=new_id(),
            pool_id=caller.pool_id,
            act=act,
            arguments=arguments,
            user_ids=named,
            query=query,
            expected=expected,
            actor=Actor.of(caller),
            status="WAITING",
            reason=None,
            position=0,
            after=None,
            walked=False,
            done=0,
            failed=0,
            created_at=moment,
            updated_at=moment,
            ended_at=None,
        )
        async with self._db.transaction() as tx:
            await postgres.drop_old(tx, caller.pool_id)
            begun = await postgres.insert(tx, wanted, MOST_OPEN)
            if begun is None:
                zh = f"已有 {MOST_OPEN} 个批量操作未结束，请等待或取消"
                raise InvalidOperation(zh, f"{MOST_OPEN} bulk acts have not ended: wait, or cancel one")
            detail = {"act": act, "users": expected, "all": query is not None}
            await self._audit.write(tx, caller, Event("create", "bulk_act", begun.id, detail=detail))
            await tx.notify(postgres.CHANNEL)
        return begun


def _is_theirs(caller: Caller, act: BulkAct) -> bool:
    if caller.limits is None:
        return True
    asking = Actor.of(caller)
    return (asking.kind, asking.id, asking.departments) == (
        act.actor.kind,
        act.actor.id,
        act.actor.departments,
    )


def ending(act: BulkAct) -> Event:
    """What the audit log says of its end, in whichever way."""
    detail = {"act": act.act, "status": act.status, "done": act.done, "failed": act.failed}
    return Event("update", "bulk_act", act.id, success=act.status == "COMPLETED", detail=detail)


def _arguments(act: Act, given: Arguments) -> dict[str, Any]:
    arguments = kept(
        act, {name: value for name, value in given.items() if value is not None or name == "value"}
    )
    for name in ACTS[act].needs:
        if name not in arguments:
            raise Missing({"node": "department"}.get(name, name))
    if act == "SET_FIELD" and not {"profile", "custom"} & arguments.keys():
        raise Missing("field")
    if len(arguments.get("note") or "") > LONGEST_NOTE:
        raise TooLarge("note", f"最长 {LONGEST_NOTE} 个字符", f"at most {LONGEST_NOTE} characters")
    return arguments


def _named(user_ids: Sequence[str] | None) -> tuple[str, ...]:
    if not user_ids:
        raise InvalidInput("userIds", *EMPTY)
    if len(user_ids) > MOST_NAMED:
        raise TooLarge("userIds", *too_many(MOST_NAMED))
    if any(len(user_id) > LONGEST_ID for user_id in user_ids):
        raise TooLarge(
            "userIds", f"每个最长 {LONGEST_ID} 个字符", f"each has at most {LONGEST_ID} characters"
        )
    return tuple(dict.fromkeys(user_ids))
