"""The use cases on resources: what can be protected, in which namespace."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.errors import InvalidInput, ResourceNotFound
from poolhouse.paging import Page, PageRequest
from poolhouse.resources import postgres
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    Action,
    Resource,
    ResourceChanges,
    ResourceDraft,
    ResourceType,
)
from poolhouse.resources.namespaces import NamespaceService
from poolhouse.texts import EMPTY

LONGEST_CODE = 512
LARGEST_BATCH = 1000
MOST_ACTIONS = 1000


class ResourceService:
    def __init__(self, db: Database, audit: AuditLog, namespaces: NamespaceService) -> None:
        self._db, self._audit, self._namespaces = db, audit, namespaces

    async def create(
        self, caller: Caller, draft: ResourceDraft, namespace: str = DEFAULT_NAMESPACE
    ) -> Resource:
        """Raises NamespaceNotFound, CodeTaken."""
        caller.require_administrator()
        _check(draft.code, draft.actions)
        async with self._db.transaction() as tx:
            await self._namespaces.hold(tx, caller.pool_id, namespace)
            resource = await postgres.insert_resource(tx, caller.pool_id, namespace, draft)
            await self._write(tx, caller, "create", resource.id, resource.code, namespace)
        return resource

    async def put_many(self, caller: Caller, drafts: Sequence[tuple[str, ResourceDraft]]) -> list[Resource]:
        """(namespace, draft) each: creates them, or gives those that are there the new values.

        All or none, and again is the same. Raises NamespaceNotFound.
        """
        caller.require_administrator()
        if not drafts:
            raise InvalidInput("list", *EMPTY)
        if len(drafts) > LARGEST_BATCH:
            raise InvalidInput("list", f"一次最多 {LARGEST_BATCH} 个", f"at most {LARGEST_BATCH} at once")
        for _, draft in drafts:
            _check(draft.code, draft.actions)
        async with self._db.transaction() as tx:
            for namespace in sorted({namespace for namespace, _ in drafts}):
                await self._namespaces.hold(tx, caller.pool_id, namespace)
            made = {}
            for namespace, draft in sorted(drafts, key=lambda one: (one[0], one[1].code)):
                one = await postgres.insert_resource(tx, caller.pool_id, namespace, draft, replace=True)
                made[namespace, one.code] = one
                await self._write(tx, caller, "create", one.id, one.code, namespace)
        return [made[namespace, draft.code] for namespace, draft in drafts]

    async def find(
        self, caller: Caller, codes: Sequence[str], namespace: str = DEFAULT_NAMESPACE
    ) -> list[Resource]:
        """Those that exist, in the order asked."""
        caller.require_administrator()
        found = await postgres.find_resources(self._db, caller.pool_id, namespace, codes)
        return [found[code] for code in dict.fromkeys(codes) if code in found]

    async def find_by_id(self, caller: Caller, resource_id: str) -> Resource | None:
        caller.require_administrator()
        return await postgres.find_resource(self._db, caller.pool_id, resource_id)

    async def get(self, caller: Caller, code: str, namespace: str = DEFAULT_NAMESPACE) -> Resource:
        """Raises ResourceNotFound."""
        if found := await self.find(caller, [code], namespace):
            return found[0]
        raise ResourceNotFound(code=code, namespace=namespace)

    async def list(
        self,
        caller: Caller,
        page: PageRequest,
        *,
        namespaces: Sequence[str] = (),
        type_: ResourceType | None = None,
        keyword: str | None = None,
    ) -> Page[Resource]:
        """Newest first; no namespaces means all of them."""
        caller.require_administrator()
        return await postgres.list_resources(
            self._db, caller.pool_id, page, namespaces=namespaces, type_=type_, keyword=keyword
        )

    async def update(
        self, caller: Caller, code: str, changes: ResourceChanges, namespace: str = DEFAULT_NAMESPACE
    ) -> Resource:
        """Raises ResourceNotFound."""
        caller.require_administrator()
        _check(code, changes.actions or ())
        async with self._db.transaction() as tx:
            before = (await postgres.find_resources(tx, caller.pool_id, namespace, [code])).get(code)
            resource = await postgres.update_resource(tx, caller.pool_id, namespace, code, changes)
            if resource is None:
                raise ResourceNotFound(code=code, namespace=namespace)
            detail = {"code": code, "namespace": namespace}
            event = Event("update", "resource", resource.id, detail=detail, before=before, after=resource)
            await self._audit.write(tx, caller, event)
        return resource

    async def link_tenant(
        self, caller: Caller, code: str, namespace: str, tenant_id: str, linked: bool
    ) -> None:
        """Links an application's resource to a tenant, or takes the link away.

        Raises ResourceNotFound, TenantNotFound.
        """
        caller.require_administrator()
        async with self._db.transaction() as tx:
            found = await postgres.find_resources(tx, caller.pool_id, namespace, [code])
            if code not in found:
                raise ResourceNotFound(code=code, namespace=namespace)
            await postgres.link_tenant(tx, caller.pool_id, found[code].id, tenant_id, linked)
            await self._write(tx, caller, "update", found[code].id, code, namespace)

    async def delete(self, caller: Caller, codes: Sequence[str], namespace: str = DEFAULT_NAMESPACE) -> None:
        """With what is granted on them; all or none. Raises ResourceNotFound."""
        caller.require_administrator()
        if not codes:
            raise InvalidInput("codeList", *EMPTY)
        async with self._db.transaction() as tx:
            await self._delete(tx, caller, namespace, codes)

    async def delete_by_ids(self, caller: Caller, ids: Sequence[str]) -> None:
        """Whatever namespaces they are in; all or none. Raises ResourceNotFound."""
        caller.require_administrator()
        if not ids:
            raise InvalidInput("ids", *EMPTY)
        async with self._db.transaction() as tx:
            keys = await postgres.resource_keys(tx, caller.pool_id, ids)
            if missing := [id_ for id_ in ids if id_ not in keys]:
                raise ResourceNotFound(ids=missing)
            for namespace in sorted({namespace for namespace, _ in keys.values()}):
                codes = [code for where, code in keys.values() if where == namespace]
                await self._delete(tx, caller, namespace, codes)

    async def _delete(self, tx: Tx, caller: Caller, namespace: str, codes: Sequence[str]) -> None:
        gone = await postgres.delete_resources(tx, caller.pool_id, namespace, codes)
        if missing := sorted(set(codes) - set(gone)):
            raise ResourceNotFound(codes=missing, namespace=namespace)
        for code in gone:
            await self._write(tx, caller, "delete", code, code, namespace)

    async def _write(
        self, tx: Tx, caller: Caller, operation: Operation, id_: str, code: str, namespace: str
    ) -> None:
        detail = {"code": code, "namespace": namespace}
        await self._audit.write(tx, caller, Event(operation, "resource", id_, detail=detail))


def _check(code: str, actions: Sequence[Action]) -> None:
    if not code.strip() or len(code) > LONGEST_CODE:
        raise InvalidInput("code", f"长度应为 1 至 {LONGEST_CODE}", f"must be 1 to {LONGEST_CODE} characters")
    if len(actions) > MOST_ACTIONS:
        raise InvalidInput("actions", f"最多 {MOST_ACTIONS} 个", f"at most {MOST_ACTIONS}")
    for action in actions:
        if not action.name.strip() or len(action.name) > LONGEST_CODE:
            raise InvalidInput("actions", "操作名称不合法", "an action's name is malformed")
