"""The use cases on permission namespaces."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import InvalidInput, InvalidOperation, NamespaceNotFound, TooLarge
from poolhouse.paging import Page, PageRequest
from poolhouse.resources import postgres, postgres_grants
from poolhouse.resources.model import DEFAULT_NAMESPACE, SYSTEM_NAMESPACE, Namespace
from poolhouse.roles import postgres as role_rows
from poolhouse.roles.removal import RoleRemoval
from poolhouse.texts import EMPTY

LONGEST_CODE = 128
LARGEST_BATCH = 1000
_FIXED = {DEFAULT_NAMESPACE, SYSTEM_NAMESPACE}


class NamespaceService:
    """The default and the system's namespace are always there, and an application's id is one without being made."""

    def __init__(self, db: Database, audit: AuditLog, roles: RoleRemoval) -> None:
        self._db, self._audit, self._roles = db, audit, roles
        self._seeded: set[str] = set()

    async def create(
        self, caller: Caller, code: str, name: str | None = None, description: str | None = None
    ) -> Namespace:
        """Raises CodeTaken."""
        return (await self.create_many(caller, [(code, name, description)]))[0]

    async def create_many(
        self, caller: Caller, drafts: Sequence[tuple[str, str | None, str | None]]
    ) -> list[Namespace]:
        """(code, name, description) each; all or none, in one order, so that two batches wait for each other in a
        line. Raises CodeTaken.
        """
        caller.require_administrator()
        _check_count(drafts, "list")
        await self.seed(caller.pool_id)
        async with self._db.transaction() as tx:
            made = {}
            for code, name, description in sorted(drafts, key=lambda draft: draft[0]):
                _check_code(code)
                if code in await postgres.namespace_names(tx, caller.pool_id, [code]):
                    await postgres.ensure_namespace(tx, caller.pool_id, code)
                made[code] = await postgres.insert_namespace(tx, caller.pool_id, code, name, description)
                await self._audit.write(tx, caller, Event("create", "namespace", code))
            return [made[code] for code, _, _ in drafts]

    async def get(self, caller: Caller, code: str) -> Namespace:
        """Raises NamespaceNotFound."""
        if found := await self.find(caller, [code]):
            return found[0]
        raise NamespaceNotFound(code=code)

    async def by_number(self, caller: Caller, number: int) -> Namespace:
        """Raises NamespaceNotFound."""
        caller.require_administrator()
        await self.seed(caller.pool_id)
        if found := await postgres.find_namespace_by_number(self._db, caller.pool_id, number):
            return found
        raise NamespaceNotFound()

    async def find(self, caller: Caller, codes: Sequence[str]) -> list[Namespace]:
        """Those that exist, in the order asked."""
        caller.require_administrator()
        await self.seed(caller.pool_id)
        known = await postgres.namespace_names(self._db, caller.pool_id, codes)
        for code in known:
            await postgres.ensure_namespace(self._db, caller.pool_id, code)
        found = await postgres.find_namespaces(self._db, caller.pool_id, codes)
        return [found[code] for code in dict.fromkeys(codes) if code in found]

    async def taken(
        self, caller: Caller, *, code: str | None = None, name: str | None = None
    ) -> tuple[bool, bool]:
        """Whether some namespace has the code, and the name."""
        caller.require_administrator()
        await self.seed(caller.pool_id)
        known = await postgres.namespace_names(self._db, caller.pool_id, [code] if code else [])
        return bool(known), await postgres.namespace_name_taken(self._db, caller.pool_id, name)

    async def list(self, caller: Caller, page: PageRequest, keyword: str | None = None) -> Page[Namespace]:
        """Newest first."""
        caller.require_administrator()
        await self.seed(caller.pool_id)
        return await postgres.list_namespaces(self._db, caller.pool_id, page, keyword)

    async def update(
        self,
        caller: Caller,
        code: str,
        *,
        name: str | None = None,
        description: str | None = None,
        new_code: str | None = None,
    ) -> Namespace:
        """None leaves a thing as it is. Raises NamespaceNotFound, CodeTaken; InvalidOperation for a fixed code."""
        caller.require_administrator()
        before = await self.get(caller, code)
        if new_code is not None and new_code != code:
            _check_code(new_code)
            if code in _FIXED or before.app_id:
                raise InvalidOperation("该权限空间的编码不能修改", "The code of this namespace cannot change")
        async with self._db.transaction() as tx:
            if new_code not in (None, code):
                if not await postgres.rename_namespace(tx, caller.pool_id, code, new_code):
                    raise NamespaceNotFound(code=code)
                await role_rows.rename_namespace(tx, caller.pool_id, code, new_code)
            after = await postgres.update_namespace(tx, caller.pool_id, new_code or code, name, description)
            if after is None:
                raise NamespaceNotFound(code=code)
            await self._audit.write(
                tx, caller, Event("update", "namespace", after.code, before=before, after=after)
            )
        return after

    async def delete(self, caller: Caller, codes: Sequence[str]) -> None:
        """With resources, policies, roles and grants in them; all or none. Raises NamespaceNotFound."""
        caller.require_administrator()
        _check_count(codes, "codeList")
        if _FIXED & set(codes):
            raise InvalidOperation("系统内置权限空间不能删除", "A built-in namespace cannot be deleted")
        async with self._db.transaction() as tx:
            for code in sorted(set(codes)):
                await self._roles.of_namespace(tx, caller, code)
                if not await postgres.delete_namespace(tx, caller.pool_id, code):
                    raise NamespaceNotFound(code=code)
                await self._audit.write(tx, caller, Event("delete", "namespace", code))

    async def require(self, db: Executor, pool_id: str, code: str) -> None:
        """Raises NamespaceNotFound."""
        if not await postgres.ensure_namespace(db, pool_id, code):
            raise NamespaceNotFound(code=code)

    async def hold(self, tx: Tx, pool_id: str, code: str) -> None:
        """Before something is kept in it: nobody renames or deletes it meanwhile. Raises NamespaceNotFound."""
        if not await postgres.ensure_namespace(tx, pool_id, code, held=True):
            raise NamespaceNotFound(code=code)

    async def seed(self, pool_id: str) -> None:
        """The built-in namespaces and policies, once a pool."""
        if pool_id in self._seeded:
            return
        async with self._db.transaction() as tx:
            await postgres.ensure_namespace(tx, pool_id, SYSTEM_NAMESPACE)
            if await postgres.ensure_namespace(tx, pool_id, DEFAULT_NAMESPACE):
                await postgres_grants.seed_built_in(tx, pool_id)
        self._seeded.add(pool_id)


def _check_count(given: Sequence[object], field: str) -> None:
    if not given:
        raise InvalidInput(field, *EMPTY)
    if len(given) > LARGEST_BATCH:
        raise TooLarge(field, f"一次最多 {LARGEST_BATCH} 个", f"at most {LARGEST_BATCH} at once")


def _check_code(code: str) -> None:
    if not code.strip() or len(code) > LONGEST_CODE:
        raise InvalidInput("code", f"长度应为 1 至 {LONGEST_CODE}", f"must be 1 to {LONGEST_CODE} characters")
