"""What can be done with groups; the only way in for every wire."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller, RequireIds
from poolhouse.db.database import Database, Forget, Tx
from poolhouse.errors import GroupNotFound, InvalidInput, TooLarge
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.groups import postgres
from poolhouse.groups.model import (
    LONGEST_CODE,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    Group,
    GroupChanges,
    GroupDraft,
)
from poolhouse.paging import LARGEST_WHOLE, Page, PageRequest, everything
from poolhouse.texts import BLANK, optional_text, required_text


class GroupService:
    """Members are user ids. In a pool whose users are elsewhere they are that directory's ids."""

    def __init__(
        self,
        *,
        db: Database,
        audit: AuditLog,
        fields: FieldStore,
        require_users: RequireIds,
        forget: Sequence[Forget],
    ) -> None:
        """`forget`: whom the deletion of groups tells."""
        self._db, self._audit, self._fields = db, audit, fields
        self._require_users, self._forget = require_users, forget

    async def create(self, caller: Caller, draft: GroupDraft) -> Group:
        """Raises GroupCodeTaken, InvalidInput."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            return await self._create(tx, caller, draft)

    async def create_many(self, caller: Caller, drafts: Sequence[GroupDraft]) -> Sequence[Group]:
        """All or none."""
        caller.require_administrator()
        if not drafts:
            raise InvalidInput("list", *BLANK)
        async with self._db.transaction() as tx:
            return [await self._create(tx, caller, draft, field="list") for draft in drafts]

    async def create_or_update(self, caller: Caller, draft: GroupDraft) -> tuple[bool, Group]:
        """Whether it was created, and the group."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            changes = GroupChanges(draft.name, draft.description, None, draft.type, draft.custom_data)
            updated = await self._update(tx, caller, draft.code, changes)
            if updated is not None:
                return False, updated
            return True, await self._create(tx, caller, draft)

    async def update(self, caller: Caller, code: str, changes: GroupChanges) -> Group:
        """Raises GroupNotFound, GroupCodeTaken."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            group = await self._update(tx, caller, code, changes)
            if group is None:
                raise GroupNotFound(code=code)
            return group

    async def delete(self, caller: Caller, codes: Sequence[str]) -> None:
        """All or none: a code nobody knows is GroupNotFound and nothing is deleted."""
        caller.require_administrator()
        if not codes:
            raise InvalidInput("codeList", *BLANK)
        async with self._db.transaction() as tx:
            groups = await postgres.delete(tx, caller.pool_id, codes)
            missing = set(codes) - {group.code for group in groups}
            if missing:
                raise GroupNotFound(code=min(missing))
            for forget in self._forget:
                await forget(tx, caller.pool_id, [group.id for group in groups])
            for group in groups:
                await self._write(tx, caller, Event("delete", "group", group.id, detail={"code": group.code}))

    async def find(self, caller: Caller, code: str) -> Group | None:
        caller.require_administrator()
        return await postgres.find(self._db, caller.pool_id, code)

    async def get(self, caller: Caller, code: str) -> Group:
        """Raises GroupNotFound."""
        group = await self.find(caller, code)
        if group is None:
            raise GroupNotFound(code=code)
        return group

    async def list(self, caller: Caller, page: PageRequest, keyword: str = "") -> Page[Group]:
        """Newest first."""
        caller.require_administrator()
        return await postgres.list_page(self._db, caller.pool_id, keyword, page)

    async def list_all(self, caller: Caller, most: int = LARGEST_WHOLE) -> Sequence[Group]:
        """Newest first. Raises TooLarge."""
        return await everything(partial(self.list, caller), most)

    async def list_of_user(self, caller: Caller, user_id: str) -> Sequence[Group]:
        """The groups a user is in; users may see their own."""
        caller.require_user_or_administrator(user_id)
        found = await postgres.list_of_users(self._db, caller.pool_id, [user_id])
        return found.get(user_id, [])

    async def add_members(self, caller: Caller, code: str, user_ids: Sequence[str]) -> None:
        """Whoever is in it already stays. Raises GroupNotFound; UserNotFound naming them, and then nobody is added."""
        caller.require_administrator()
        if not user_ids:
            raise InvalidInput("userIds", *BLANK)
        group = await self.get(caller, code)
        await self._require_users(caller, user_ids)
        async with self._db.transaction() as tx:
            for user_id in await postgres.add_members(tx, caller.pool_id, group.id, user_ids):
                await self._write(tx, caller, _membership("add", group, user_id))

    async def remove_members(self, caller: Caller, code: str, user_ids: Sequence[str]) -> None:
        """Whoever is not in it is passed over. Raises GroupNotFound."""
        caller.require_administrator()
        if not user_ids:
            raise InvalidInput("userIds", *BLANK)
        group = await self.get(caller, code)
        async with self._db.transaction() as tx:
            for user_id in await postgres.remove_members(tx, caller.pool_id, group.id, user_ids):
                await self._write(tx, caller, _membership("remove", group, user_id))

    async def list_members(self, caller: Caller, code: str, page: PageRequest) -> Page[str]:
        """User ids, latest joined first. Raises GroupNotFound."""
        group = await self.get(caller, code)
        return await postgres.list_members(self._db, caller.pool_id, group.id, page)

    async def list_members_of_all(
        self, caller: Caller, most: int = LARGEST_WHOLE
    ) -> dict[str, Sequence[str]]:
        """Group id -> user ids, latest joined first, of every group that has any. Raises TooLarge."""
        caller.require_administrator()
        found = await postgres.list_members_of_all(self._db, caller.pool_id, most + 1)
        if sum(map(len, found.values())) > most:
            raise TooLarge(
                "fetchMembers",
                f"成员多于 {most} 个，请用 list-group-members 分页查询",
                f"there are more than {most} members, ask list-group-members page by page",
            )
        return dict(found)

    async def ids_of_codes(self, caller: Caller, codes: Sequence[str]) -> dict[str, str]:
        """Code -> id. Raises GroupNotFound. For other domains' use cases."""
        known = await postgres.ids_of_codes(self._db, caller.pool_id, codes)
        if missing := [code for code in codes if code not in known]:
            raise GroupNotFound(code=missing[0])
        return known

    async def require_ids(self, caller: Caller, ids: Sequence[str]) -> None:
        """Raises GroupNotFound. For other domains' use cases."""
        if set(ids) - await postgres.known_ids(self._db, caller.pool_id, ids):
            raise GroupNotFound()

    async def _create(self, tx: Tx, caller: Caller, draft: GroupDraft, field: str | None = None) -> Group:
        required_text(draft.code, field or "code", LONGEST_CODE)
        required_text(draft.name, field or "name", LONGEST_NAME)
        required_text(draft.type, field or "type", LONGEST_CODE)
        optional_text(draft.description, field or "description", LONGEST_DESCRIPTION)
        group = await postgres.insert(tx, caller.pool_id, draft)
        if draft.custom_data:
            await self._fields.store(tx, caller, TargetType.GROUP, {group.id: draft.custom_data})
        detail = {"code": group.code, "name": group.name}
        await self._write(tx, caller, Event("create", "group", group.id, detail=detail))
        return group

    async def _update(self, tx: Tx, caller: Caller, code: str, changes: GroupChanges) -> Group | None:
        if changes.name is not None:
            required_text(changes.name, "name", LONGEST_NAME)
        if changes.new_code is not None:
            required_text(changes.new_code, "newCode", LONGEST_CODE)
        if changes.type is not None:
            required_text(changes.type, "type", LONGEST_CODE)
        optional_text(changes.description, "description", LONGEST_DESCRIPTION)
        before = await postgres.find(tx, caller.pool_id, code)
        group = await postgres.update(tx, caller.pool_id, code, changes)
        if before is None or group is None:
            return None
        if changes.custom_data:
            await self._fields.store(tx, caller, TargetType.GROUP, {group.id: changes.custom_data})
        detail = {"code": group.code}
        event = Event("update", "group", group.id, detail=detail, before=before, after=group)
        await self._write(tx, caller, event)
        return group

    async def _write(self, tx: Tx, caller: Caller, event: Event) -> None:
        await self._audit.write(tx, caller, event)


def _membership(operation: Literal["add", "remove"], group: Group, user_id: str) -> Event:
    return Event(operation, "group", group.id, user_id=user_id, detail={"code": group.code})
