"""The use cases on posts; the only way in for every wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller, RequireIds
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import PostNotFound, TooLarge
from poolhouse.paging import Page, PageRequest
from poolhouse.posts import postgres
from poolhouse.posts.model import (
    LONGEST_CODE,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    Post,
    PostDraft,
    PostQuery,
)
from poolhouse.texts import optional_text, required_text

MOST_AT_ONCE = 100


class PostService:
    def __init__(
        self, *, db: Database, audit: AuditLog, require_users: RequireIds, require_departments: RequireIds
    ) -> None:
        self._db, self._audit = db, audit
        self._require_users, self._require_departments = require_users, require_departments

    async def create(self, caller: Caller, draft: PostDraft) -> Post:
        """Raises CodeTaken, NodeNotFound."""
        await self._check(caller, draft)
        async with self._db.transaction() as tx:
            post_id = await postgres.insert(tx, caller.pool_id, draft)
            await postgres.put_departments(tx, caller.pool_id, post_id, draft.department_ids or ())
            await self._write(tx, caller, "create", post_id)
            return (await postgres.find(tx, caller.pool_id, "id", [post_id]))[0]

    async def update(self, caller: Caller, draft: PostDraft, post_id: str | None = None) -> Post:
        """The post with this id, or else with the draft's code. Raises PostNotFound, CodeTaken, NodeNotFound."""
        await self._check(caller, draft)
        async with self._db.transaction() as tx:
            post = await self._one(tx, caller, *(("id", post_id) if post_id else ("code", draft.code)))
            await postgres.update(tx, caller.pool_id, post.id, draft)
            if draft.department_ids is not None:
                await postgres.put_departments(tx, caller.pool_id, post.id, draft.department_ids)
            after = (await postgres.find(tx, caller.pool_id, "id", [post.id]))[0]
            await self._audit.write(tx, caller, Event("update", "post", post.id, before=post, after=after))
            return after

    async def delete(self, caller: Caller, code: str) -> None:
        """Whoever held it holds it no longer. Raises PostNotFound."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            post = await self._one(tx, caller, "code", code)
            await postgres.delete(tx, caller.pool_id, post.id)
            await self._write(tx, caller, "delete", post.id)

    async def get(self, caller: Caller, code: str) -> Post:
        """Raises PostNotFound."""
        caller.require_administrator()
        return await self._one(self._db, caller, "code", code)

    async def find_many(self, caller: Caller, post_ids: Sequence[str]) -> Sequence[Post]:
        """Those that exist, oldest first."""
        caller.require_administrator()
        _few(post_ids, "idList")
        return await postgres.find(self._db, caller.pool_id, "id", post_ids)

    async def list(self, caller: Caller, query: PostQuery, page: PageRequest) -> Page[Post]:
        """Newest first."""
        caller.require_administrator()
        return await postgres.list_page(self._db, caller.pool_id, query, page)

    async def list_of_user(self, caller: Caller, user_id: str) -> Sequence[Post]:
        """Oldest post first; for an administrator or for the user."""
        caller.require_user_or_administrator(user_id)
        held = await postgres.ids_of_users(self._db, caller.pool_id, [user_id])
        return await postgres.find(self._db, caller.pool_id, "id", held.get(user_id, []))

    async def ids_of_users(self, caller: Caller, user_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """For a page of users: only who holds any is a key."""
        caller.require_administrator()
        return await postgres.ids_of_users(self._db, caller.pool_id, user_ids)

    async def set_of_user(self, caller: Caller, user_id: str, post_ids: Sequence[str]) -> None:
        """Afterwards the user holds exactly these. Raises UserNotFound, PostNotFound."""
        await self._hold(caller, user_id, post_ids, only=True)

    async def add_user(self, caller: Caller, user_id: str, post_id: str) -> None:
        """Who holds it already stays. Raises UserNotFound, PostNotFound."""
        await self._hold(caller, user_id, [post_id], only=False)

    async def _hold(self, caller: Caller, user_id: str, post_ids: Sequence[str], *, only: bool) -> None:
        caller.require_administrator()
        wanted = list(dict.fromkeys(post_ids))
        _few(wanted, "postIds")
        await self._require_users(caller, [user_id])
        async with self._db.transaction() as tx:
            if len(await postgres.find(tx, caller.pool_id, "id", wanted)) != len(wanted):
                raise PostNotFound()
            if only:
                await postgres.keep_only(tx, caller.pool_id, user_id, wanted)
            await postgres.add_user(tx, caller.pool_id, user_id, wanted)
            event = Event("update" if only else "add", "post", user_id=user_id, detail={"posts": wanted})
            await self._audit.write(tx, caller, event)

    async def _check(self, caller: Caller, draft: PostDraft) -> None:
        caller.require_administrator()
        required_text(draft.code, "code", LONGEST_CODE)
        required_text(draft.name, "name", LONGEST_NAME)
        optional_text(draft.description, "description", LONGEST_DESCRIPTION)
        if draft.department_ids:
            _few(draft.department_ids, "departmentIdList")
            await self._require_departments(caller, draft.department_ids)

    async def _one(self, db: Executor, caller: Caller, column: str, value: str) -> Post:
        found = await postgres.find(db, caller.pool_id, column, [value])
        if not found:
            raise PostNotFound()
        return found[0]

    async def _write(self, tx: Tx, caller: Caller, operation: Operation, post_id: str) -> None:
        await self._audit.write(tx, caller, Event(operation, "post", post_id))


def _few(values: Sequence[str], field: str) -> None:
    if len(values) > MOST_AT_ONCE:
        raise TooLarge(field, f"最多 {MOST_AT_ONCE} 个", f"at most {MOST_AT_ONCE}")
