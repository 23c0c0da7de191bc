"""The use cases on data resources: texts, lists and trees that policies speak about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import FieldNotFound, InvalidInput, InvalidOperation, ResourceNotFound, TooLarge
from poolhouse.paging import Page, PageRequest
from poolhouse.permissions import postgres_resources as rows
from poolhouse.permissions import trees
from poolhouse.permissions.model import (
    ANY_ACTION,
    DataResource,
    DataResourceChanges,
    DataResourceDraft,
    ExtendField,
    FieldType,
    Kind,
    ListedResource,
    Struct,
    WholeResource,
)
from poolhouse.resources import postgres as namespace_rows
from poolhouse.resources.namespaces import NamespaceService
from poolhouse.texts import EMPTY, optional_text, require_visible, required_text

LONGEST_CODE = 128
LONGEST_NAME = 256
LONGEST_DESCRIPTION = 2000
LONGEST_ACTION = 64
MOST_ACTIONS = 100
MOST_FIELDS = 50
MOST_OPTIONS = 200
LONGEST_OPTION = 200
_KEY = re.compile(r"[A-Za-z0-9_$]{1,64}\Z")


class DataResourceService:
    def __init__(self, db: Database, audit: AuditLog, namespaces: NamespaceService) -> None:
        self._db, self._audit, self._namespaces = db, audit, namespaces

    async def create(self, caller: Caller, namespace: str, draft: DataResourceDraft) -> WholeResource:
        """Raises NamespaceNotFound; CodeTaken, and Conflict for a name that the namespace has already."""
        caller.require_administrator()
        _check_code(draft.code)
        required_text(draft.name, "resourceName", LONGEST_NAME)
        optional_text(draft.description, "description", LONGEST_DESCRIPTION)
        draft = replace(draft, actions=_checked_actions(draft.actions), fields=_checked_fields(draft))
        nodes = trees.rows_of(draft.kind, draft.struct, draft.fields)
        async with self._db.transaction() as tx:
            await self._namespaces.hold(tx, caller.pool_id, namespace)
            found = await namespace_rows.find_namespaces(tx, caller.pool_id, [namespace])
            value = _value(draft.kind, draft.struct)
            made = await rows.insert(tx, caller.pool_id, found[namespace], draft, value)
            await rows.insert_fields(tx, caller.pool_id, made.id, draft.fields)
            await rows.put_nodes(tx, caller.pool_id, made.id, nodes)
            await self._write(tx, caller, "create", made)
            return await self._whole(tx, made, caller.pool_id)

    async def get(self, caller: Caller, namespace: str, code: str) -> WholeResource:
        """Raises ResourceNotFound."""
        caller.require_administrator()
        found = await rows.find(self._db, caller.pool_id, namespace, [code])
        if code not in found:
            raise ResourceNotFound(code=code, namespace=namespace)
        return await self._whole(self._db, found[code], caller.pool_id)

    async def taken(
        self, caller: Caller, namespace: str, *, code: str | None = None, name: str | None = None
    ) -> tuple[bool, bool]:
        """Whether a resource of the namespace has the code, and the name. Raises NamespaceNotFound."""
        caller.require_administrator()
        await self._namespaces.get(caller, namespace)
        return await rows.names_taken(self._db, caller.pool_id, namespace, code, name)

    async def list(
        self, caller: Caller, page: PageRequest, *, namespaces: Sequence[str] = (), query: str | None = None
    ) -> Page[ListedResource]:
        """Newest first; no namespaces means all of them. `query` is part of a name or a code."""
        caller.require_administrator()
        return await rows.list_page(self._db, caller.pool_id, page, namespaces, query)

    async def update(
        self, caller: Caller, namespace: str, code: str, changes: DataResourceChanges
    ) -> WholeResource:
        """What policies said of nodes and actions that it no longer has is gone. Its kind stays.

        Raises ResourceNotFound, Conflict for a name.
        """
        caller.require_administrator()
        if changes.name is not None:
            required_text(changes.name, "resourceName", LONGEST_NAME)
        optional_text(changes.description, "description", LONGEST_DESCRIPTION)
        if changes.actions is not None:
            changes = replace(changes, actions=_checked_actions(changes.actions))
        async with self._db.transaction() as tx:
            resource = await self._locked(tx, caller, namespace, code)
            value = None
            if changes.struct is not None:
                fields = await rows.fields_of(tx, caller.pool_id, resource.id)
                nodes = trees.rows_of(resource.kind, changes.struct, fields)
                await rows.put_nodes(tx, caller.pool_id, resource.id, nodes)
                value = _value(resource.kind, changes.struct)
            changed = await rows.update(tx, caller.pool_id, resource, changes, value)
            detail = {"code": changed.code, "namespace": changed.namespace}
            event = Event(
                "update", "data_resource", changed.id, detail=detail, before=resource, after=changed
            )
            await self._audit.write(tx, caller, event)
            return await self._whole(tx, changed, caller.pool_id)

    async def delete(self, caller: Caller, namespace: str, code: str) -> None:
        """With whatever policies say about it. Raises ResourceNotFound."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            resource = await self._locked(tx, caller, namespace, code)
            await rows.delete(tx, caller.pool_id, resource.id)
            await self._write(tx, caller, "delete", resource)

    # -- fields of a tree's nodes ------------------------------------------------------------------------

    async def add_fields(
        self, caller: Caller, namespace: str, code: str, fields: Sequence[ExtendField]
    ) -> None:
        """All or none. Raises ResourceNotFound, CodeTaken for a key; InvalidOperation of what is no tree."""
        caller.require_administrator()
        for field in fields:
            _check_field(field)
        if not fields:
            raise InvalidInput("fieldList", *EMPTY)
        async with self._db.transaction() as tx:
            tree = await self._locked_tree(tx, caller, namespace, code)
            if len(await rows.fields_of(tx, caller.pool_id, tree.id)) + len(fields) > MOST_FIELDS:
                raise TooLarge("fieldList", f"最多 {MOST_FIELDS} 个", f"at most {MOST_FIELDS}")
            await rows.insert_fields(tx, caller.pool_id, tree.id, fields)
            await self._write(tx, caller, "update", tree)

    async def list_fields(self, caller: Caller, namespace: str, code: str) -> Sequence[ExtendField]:
        """Oldest first. Raises ResourceNotFound."""
        return (await self.get(caller, namespace, code)).fields

    async def update_field(
        self,
        caller: Caller,
        namespace: str,
        code: str,
        key: str,
        *,
        label: str | None = None,
        description: str | None = None,
        options: Sequence[str] | None = None,
    ) -> None:
        """None leaves a thing as it is. Raises ResourceNotFound, FieldNotFound."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            tree, field = await self._field(tx, caller, namespace, code, key)
            changed = replace(
                field,
                label=label or field.label,
                description=field.description if description is None else description,
                options=field.options if options is None else tuple(options),
            )
            _check_field(changed)
            await rows.update_field(tx, caller.pool_id, tree.id, changed)
            await self._write(tx, caller, "update", tree)

    async def delete_field(self, caller: Caller, namespace: str, code: str, key: str) -> None:
        """With the values that nodes have of it. Raises ResourceNotFound, FieldNotFound."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            tree, _ = await self._field(tx, caller, namespace, code, key)
            await rows.delete_field(tx, caller.pool_id, tree.id, key)
            await self._write(tx, caller, "update", tree)

    # -- inside ------------------------------------------------------------------------------------------

    async def _whole(self, db: Executor, resource: DataResource, pool_id: str) -> WholeResource:
        if resource.kind is not Kind.TREE:
            return WholeResource(resource, resource.value or "", ())
        nodes = await rows.nodes_of(db, pool_id, [resource.id])
        fields = await rows.fields_of(db, pool_id, resource.id)
        return WholeResource(resource, trees.tree_of(nodes[resource.id]), tuple(fields))

    async def _locked(self, tx: Tx, caller: Caller, namespace: str, code: str) -> DataResource:
        resource = await rows.lock(tx, caller.pool_id, namespace, code)
        if resource is None:
            raise ResourceNotFound(code=code, namespace=namespace)
        return resource

    async def _locked_tree(self, tx: Tx, caller: Caller, namespace: str, code: str) -> DataResource:
        resource = await self._locked(tx, caller, namespace, code)
        if resource.kind is not Kind.TREE:
            raise InvalidOperation("只有树类型的数据资源有扩展字段", "Only a tree has extend fields")
        return resource

    async def _field(
        self, tx: Tx, caller: Caller, namespace: str, code: str, key: str
    ) -> tuple[DataResource, ExtendField]:
        tree = await self._locked_tree(tx, caller, namespace, code)
        for field in await rows.fields_of(tx, caller.pool_id, tree.id):
            if field.key == key:
                return tree, field
        raise FieldNotFound(field=key[:64])

    async def _write(self, tx: Tx, caller: Caller, operation: Operation, resource: DataResource) -> None:
        detail = {"code": resource.code, "namespace": resource.namespace}
        await self._audit.write(tx, caller, Event(operation, "data_resource", resource.id, detail=detail))


def _value(kind: Kind, struct: Struct) -> Any:
    """What stands in the row of the resource itself."""
    if kind is Kind.TREE:
        return None
    return struct if isinstance(struct, str) else list(struct)


def _check_code(code: str) -> None:
    required_text(code, "resourceCode", LONGEST_CODE)
    require_visible(code, "resourceCode")
    if "/" in code:
        raise InvalidInput("resourceCode", "不能包含 /", "must not contain /")


def _checked_actions(actions: Sequence[str]) -> tuple[str, ...]:
    """Each once. A slash would end it in a statement, and `*` there means any."""
    if not actions:
        raise InvalidInput("actions", *EMPTY)
    if len(actions) > MOST_ACTIONS:
        raise TooLarge("actions", f"最多 {MOST_ACTIONS} 个", f"at most {MOST_ACTIONS}")
    for action in actions:
        required_text(action, "actions", LONGEST_ACTION)
        if "/" in action or action == ANY_ACTION:
            raise InvalidInput("actions", "不能包含 / 或为 *", "must not contain / or be *")
    return tuple(dict.fromkeys(actions))


def _checked_fields(draft: DataResourceDraft) -> tuple[ExtendField, ...]:
    if draft.fields and draft.kind is not Kind.TREE:
        raise InvalidInput("extendFieldList", "只有树类型有扩展字段", "only a tree has extend fields")
    if len(draft.fields) > MOST_FIELDS:
        raise TooLarge("extendFieldList", f"最多 {MOST_FIELDS} 个", f"at most {MOST_FIELDS}")
    for field in draft.fields:
        _check_field(field)
    return draft.fields


def _check_field(field: ExtendField) -> None:
    if not _KEY.match(field.key):
        raise InvalidInput(
            "key", "只允许 1 至 64 个英文字母、数字、_ 和 $", "1 to 64 letters, digits, _ and $"
        )
    required_text(field.label, "label", LONGEST_NAME)
    optional_text(field.description, "description", LONGEST_DESCRIPTION)
    if (field.type is FieldType.SELECT) != bool(field.options):
        raise InvalidInput(
            "config", "SELECT 需要选项，STRING 没有", "a SELECT needs options, a STRING has none"
        )
    if len(field.options) > MOST_OPTIONS:
        raise TooLarge("config.options", f"最多 {MOST_OPTIONS} 个", f"at most {MOST_OPTIONS}")
    for option in field.options:
        required_text(option, "config.options", LONGEST_OPTION)
