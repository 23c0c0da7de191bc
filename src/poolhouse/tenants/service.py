"""Use cases on tenants and their members. For administrators of the pool; a user may ask for their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg

from poolhouse.accounts.records import UserRecords
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.errors import AppNotFound, InvalidInput, TenantNotFound, UserNotFound, UsersNotFound
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.tenants import postgres, postgres_sources
from poolhouse.tenants.model import Member, Membership, Tenant
from poolhouse.texts import EMPTY, no_program
from poolhouse.users.model import User, UserDraft

WRITABLE = frozenset(
    {"name", "description", "logo", "reject_hint", "source_app_id", "enterprise_domains", "css", "settings"}
)
MOST_AT_ONCE = 1000


class TenantService:
    def __init__(self, db: Database, users: UserRecords, audit: AuditLog) -> None:
        self._db, self._users, self._audit = db, users, audit

    async def create(
        self, caller: Caller, name: str, app_ids: Sequence[str] = (), values: Mapping[str, Any] | None = None
    ) -> Tenant:
        """`values`: WRITABLE fields. Raises InvalidInput, AppNotFound."""
        caller.require_administrator()
        tenant_id = new_id()
        tenant = Tenant(
            id=tenant_id,
            pool_id=caller.pool_id,
            code=tenant_id,
            name=_name(name),
            creator=caller.actor_id,
            **_writable(values or {}),
        )
        async with self._db.transaction() as tx:
            await postgres.insert(tx, tenant)
            await self._put_apps(tx, caller, tenant_id, app_ids)
            await self._audit.write(
                tx, caller, Event("create", "tenant", tenant_id, detail={"name": tenant.name})
            )
        return await self.get(caller, tenant_id)

    async def get(self, caller: Caller, tenant_id: str) -> Tenant:
        """Raises TenantNotFound."""
        caller.require_administrator()
        tenant = await postgres.find(self._db, caller.pool_id, tenant_id)
        if tenant is None:
            raise TenantNotFound(tenant_id=tenant_id)
        return tenant

    async def get_by_code(self, caller: Caller, code: str) -> Tenant:
        caller.require_administrator()
        tenant = await postgres.find_by_code(self._db, caller.pool_id, code)
        if tenant is None:
            raise TenantNotFound(code=code)
        return tenant

    async def list(
        self,
        caller: Caller,
        request: PageRequest,
        *,
        keyword: str | None = None,
        app_id: str | None = None,
    ) -> Page[Tenant]:
        """Newest first; `keyword` is part of the name, `app_id` one of its applications."""
        caller.require_administrator()
        return await postgres.page(self._db, caller.pool_id, request, keyword, app_id)

    async def update(
        self,
        caller: Caller,
        tenant_id: str,
        values: Mapping[str, Any],
        app_ids: Sequence[str] | None = None,
    ) -> Tenant:
        """`values`: WRITABLE fields, others stay; nested settings are merged one level deep."""
        tenant = await self.get(caller, tenant_id)
        changes = _writable(values)
        if "name" in changes:
            changes["name"] = _name(changes["name"])
        if "settings" in changes:
            changes["settings"] = {**tenant.settings, **changes["settings"]}
        async with self._db.transaction() as tx:
            after = replace(tenant, **changes)
            await postgres.update(tx, after)
            if app_ids is not None:
                await self._put_apps(tx, caller, tenant_id, app_ids)
            changed = sorted([*changes, *(["app_ids"] if app_ids is not None else [])])
            event = Event(
                "update", "tenant", tenant_id, detail={"changed": changed}, before=tenant, after=after
            )
            await self._audit.write(tx, caller, event)
        return await self.get(caller, tenant_id)

    async def delete(self, caller: Caller, tenant_id: str) -> None:
        """With its memberships and its identity sources; the people stay in the pool."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            if not await postgres.delete(tx, caller.pool_id, tenant_id):
                raise TenantNotFound(tenant_id=tenant_id)
            await postgres_sources.delete_states(tx, caller.pool_id, "tenant", [tenant_id])
            await self._audit.write(tx, caller, Event("delete", "tenant", tenant_id))

    # -- members ---------------------------------------------------------------------------------------

    async def list_members(
        self,
        caller: Caller,
        tenant_id: str,
        request: PageRequest,
        *,
        administrator: bool | None = None,
        keyword: str | None = None,
    ) -> Page[Member]:
        """Newest first; `administrator` True: only those who administer the tenant. `keyword` is part of a name,
        an address or a number; users who live in a company's own database are found by id alone.
        """
        await self.get(caller, tenant_id)
        return await postgres.members(self._db, caller.pool_id, tenant_id, request, administrator, keyword)

    async def get_member(self, caller: Caller, tenant_id: str, user_id: str) -> Member:
        """Raises TenantNotFound, UserNotFound."""
        await self.get(caller, tenant_id)
        member = await postgres.member(self._db, caller.pool_id, tenant_id, user_id)
        if member is None:
            raise UserNotFound(user_id=user_id)
        return member

    async def add_members(self, caller: Caller, tenant_id: str, user_ids: Sequence[str]) -> None:
        """All or none; who is a member already stays one. Raises UserNotFound."""
        await self._add(caller, tenant_id, user_ids, None)

    async def create_member(self, caller: Caller, tenant_id: str, draft: UserDraft) -> User:
        """A new user of the pool who is a member from the start; both or neither."""
        await self.get(caller, tenant_id)
        vetted = await self._users.vet(caller, draft, vouched=True)
        async with self._db.transaction() as tx:
            user = await self._users.create(tx, caller, vetted)
            await postgres.add_members(tx, caller.pool_id, tenant_id, [user.id])
            created = Event("create", "user", user.id, user_id=user.id, user_name=user.display_name)
            await self._audit.write(tx, caller, created)
            await self._audit.write(tx, caller, Event("add", "tenant_member", tenant_id, user_id=user.id))
        return user

    async def add_administrators(self, caller: Caller, tenant_id: str, user_ids: Sequence[str]) -> None:
        """An administrator of the tenant is a member of it."""
        await self._add(caller, tenant_id, user_ids, True)

    async def make_administrator(self, caller: Caller, user_id: str, tenant_ids: Sequence[str]) -> None:
        """Of each of these tenants, all or none, and so a member. Raises UserNotFound, TenantNotFound."""
        caller.require_administrator()
        wanted = _some(tenant_ids, "tenantIds")
        await self._users.require_all(caller, [user_id])
        async with self._db.transaction() as tx:
            known = await postgres.known_ids(tx, caller.pool_id, wanted)
            if missing := [one for one in wanted if one not in known]:
                raise TenantNotFound(tenant_ids=missing)
            await postgres.make_administrator(tx, caller.pool_id, user_id, wanted)
            for tenant_id in wanted:
                act = Event("add", "tenant_administrator", tenant_id, user_id=user_id)
                await self._audit.write(tx, caller, act)

    async def list_administrators(
        self,
        caller: Caller,
        request: PageRequest,
        *,
        keyword: str | None = None,
        user_id: str | None = None,
    ) -> Page[User]:
        """Who administers any tenant of the pool, each once; `user_id` asks of one, `keyword` as in members."""
        caller.require_administrator()
        found = await postgres.administrators(self._db, caller.pool_id, request, keyword, user_id)
        return Page(found.total, await self._users.list_by_ids(caller, found.items))

    async def require_members(self, caller: Caller, tenant_id: str, user_ids: Sequence[str]) -> None:
        """Raises TenantNotFound, UsersNotFound naming who is no member."""
        await self.get(caller, tenant_id)
        known = await postgres.members_among(self._db, caller.pool_id, tenant_id, _some(user_ids))
        if missing := [one for one in user_ids if one not in known]:
            raise UsersNotFound(missing)

    async def remove_members(self, caller: Caller, tenant_id: str, user_ids: Sequence[str]) -> None:
        """All or none. Raises UserNotFound for somebody who is no member."""
        await self.get(caller, tenant_id)
        wanted = _some(user_ids)
        async with self._db.transaction() as tx:
            if await postgres.remove_members(tx, caller.pool_id, tenant_id, wanted) != len(wanted):
                raise UserNotFound()
            for user_id in wanted:
                await self._audit.write(
                    tx, caller, Event("remove", "tenant_member", tenant_id, user_id=user_id)
                )

    async def remove_administrators(self, caller: Caller, tenant_id: str, user_ids: Sequence[str]) -> None:
        """They stay members."""
        await self.get(caller, tenant_id)
        async with self._db.transaction() as tx:
            for user_id in _some(user_ids):
                if not await postgres.set_member(tx, caller.pool_id, tenant_id, user_id, administrator=False):
                    raise UserNotFound(user_id=user_id)
                await self._audit.write(
                    tx, caller, Event("remove", "tenant_administrator", tenant_id, user_id=user_id)
                )

    async def set_member_enabled(self, caller: Caller, tenant_id: str, user_id: str, enabled: bool) -> Member:
        await self.get(caller, tenant_id)
        async with self._db.transaction() as tx:
            if not await postgres.set_member(tx, caller.pool_id, tenant_id, user_id, enabled=enabled):
                raise UserNotFound(user_id=user_id)
            act = Event("enable" if enabled else "disable", "tenant_member", tenant_id, user_id=user_id)
            await self._audit.write(tx, caller, act)
        return await self.get_member(caller, tenant_id, user_id)

    async def users_of_members(
        self, caller: Caller, tenant_id: str, member_ids: Sequence[str]
    ) -> Sequence[str]:
        """The people behind memberships. Raises UserNotFound if one is unknown."""
        await self.get(caller, tenant_id)
        user_ids = await postgres.user_ids_of_members(self._db, caller.pool_id, tenant_id, member_ids)
        if len(user_ids) != len(set(member_ids)):
            raise UserNotFound(member_ids=list(member_ids))
        return user_ids

    async def list_of_user(self, caller: Caller, user_id: str) -> Sequence[Membership]:
        """The tenants somebody is in; [] for a user nobody knows."""
        caller.require_user_or_administrator(user_id)
        return await postgres.memberships(self._db, caller.pool_id, user_id)

    async def _add(
        self, caller: Caller, tenant_id: str, user_ids: Sequence[str], administrator: bool | None
    ) -> None:
        await self.get(caller, tenant_id)
        wanted = _some(user_ids)
        await self._users.require_all(caller, wanted)
        async with self._db.transaction() as tx:
            await postgres.add_members(tx, caller.pool_id, tenant_id, wanted, administrator)
            for user_id in wanted:
                act = Event(
                    "add",
                    "tenant_administrator" if administrator else "tenant_member",
                    tenant_id,
                    user_id=user_id,
                )
                await self._audit.write(tx, caller, act)

    async def _put_apps(self, tx: Tx, caller: Caller, tenant_id: str, app_ids: Sequence[str]) -> None:
        try:
            await postgres.put_apps(tx, caller.pool_id, tenant_id, app_ids)
        except asyncpg.ForeignKeyViolationError as error:
            raise AppNotFound(app_ids=list(app_ids)) from error


def _some(ids: Sequence[str], field: str = "userIds") -> list[str]:
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise InvalidInput(field, *EMPTY)
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput(field, f"一次最多 {MOST_AT_ONCE} 个", f"at most {MOST_AT_ONCE} at once")
    return wanted


def _name(value: str) -> str:
    name = value.strip()
    if not 1 <= len(name) <= 256:
        raise InvalidInput("name", "长度应为 1 至 256", "must be 1 to 256 characters")
    return name


def _writable(values: Mapping[str, Any]) -> dict[str, Any]:
    no_program("logo", values.get("logo"))
    if unknown := set(values) - WRITABLE:
        raise InvalidInput(min(unknown), "不可修改", "cannot be written")
    return dict(values)
