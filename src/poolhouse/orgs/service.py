"""The use cases on organizations and their departments. Members are in `members.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from poolhouse.audit.model import Event, Operation, ResourceType
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor, Forget, Tx
from poolhouse.errors import (
    CodeTaken,
    InvalidInput,
    InvalidOperation,
    Missing,
    NodeNotFound,
    NotSupported,
    OrgNotFound,
    TooLarge,
)
from poolhouse.fields.model import TargetType
from poolhouse.fields.store import FieldStore
from poolhouse.ids import new_id
from poolhouse.orgs import postgres, postgres_branches, postgres_members
from poolhouse.orgs.model import FoundNode, Leaf, Node, NodeCondition, NodeDraft, NodeSort, Org, Tree
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import EMPTY

DEEPEST = 100
LARGEST_IMPORT = 200_000
MOST_LISTED = 50_000
"""Departments of several organizations at once."""

NodeIdKind = Literal["department_id", "open_department_id", "code", "sync_relation", "custom_field"]


@dataclass(frozen=True, slots=True)
class NodeRef:
    """How a caller names a department: by its own id, or inside an organization by code or open id.

    "root" is the organization's root. Source: docs/contract/v3.md#naming-a-department.
    """

    value: str
    org_code: str | None = None
    kind: NodeIdKind = "department_id"
    tenant_id: str | None = None
    """Whose organization it must be in."""


class OrgService:
    def __init__(
        self,
        *,
        db: Database,
        audit: AuditLog,
        fields: FieldStore,
        forget_nodes: Sequence[Forget],
        forget_orgs: Sequence[Forget],
    ) -> None:
        """`forget_nodes`, `forget_orgs`: whom the deletion of departments and of organizations tells."""
        self._db, self._audit, self._fields = db, audit, fields
        self._forget_nodes, self._forget_orgs = forget_nodes, forget_orgs

    # -- organizations -----------------------------------------------------------------------------------

    async def create_org(self, caller: Caller, draft: NodeDraft, tenant_id: str | None = None) -> Org:
        """An organization of one node. Raises CodeTaken when another organization's root has the code."""
        caller.require_administrator()
        code = draft.values.get("code")
        async with self._db.transaction() as tx:
            if code is not None:
                await _lock_root_code(tx, caller.pool_id, code)
                if await postgres.org_ids_by_code(tx, caller.pool_id, [code]):
                    raise CodeTaken(field="organizationCode", value=code)
            org_id = await self._plant(tx, caller, Tree(draft), tenant_id)
            await self._write(tx, caller, "create", "org", org_id, name=draft.values.get("name"))
            return (await postgres.find_orgs(tx, caller.pool_id, [org_id]))[org_id]

    async def import_tree(self, caller: Caller, tree: Tree, tenant_id: str | None = None) -> Org:
        """A new organization with all of its departments. A root code that exists already is no obstacle."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            org_id = await self._plant(tx, caller, tree, tenant_id)
            await self._write(tx, caller, "import", "org", org_id, name=tree.node.values.get("name"))
            return (await postgres.find_orgs(tx, caller.pool_id, [org_id]))[org_id]

    async def list_orgs(
        self,
        caller: Caller,
        page: PageRequest,
        *,
        keyword: str | None = None,
        tenant_id: str | None = None,
        enabled: bool | None = None,
        sort: NodeSort = postgres.NEWEST,
    ) -> Page[Org]:
        """Newest first."""
        caller.require_administrator()
        return await postgres.list_orgs(
            self._db, caller.pool_id, page, keyword=keyword, tenant_id=tenant_id, enabled=enabled, sort=sort
        )

    async def get_org(self, caller: Caller, org_id: str) -> Org:
        """Raises OrgNotFound."""
        caller.require_administrator()
        return await self._org(self._db, caller, org_id)

    async def find_orgs(self, caller: Caller, org_ids: Sequence[str]) -> dict[str, Org]:
        caller.require_administrator()
        return await postgres.find_orgs(self._db, caller.pool_id, org_ids)

    async def find_orgs_by_code(
        self, caller: Caller, codes: Sequence[str], tenant_id: str | None = None
    ) -> list[Org]:
        """Those that exist, of the tenant if one is named, in the order asked. An organization's id is a code too."""
        caller.require_administrator()
        ids = await postgres.org_ids_by_code(self._db, caller.pool_id, codes, tenant_id or None)
        orgs = await postgres.find_orgs(self._db, caller.pool_id, list(ids.values()))
        return [orgs[ids[code]] for code in dict.fromkeys(codes) if ids.get(code) in orgs]

    async def get_org_by_code(self, caller: Caller, code: str, tenant_id: str | None = None) -> Org:
        """Raises OrgNotFound, also where a tenant is named that has no such organization."""
        if found := await self.find_orgs_by_code(caller, [code], tenant_id):
            return found[0]
        raise OrgNotFound(code=code)

    async def delete_org(self, caller: Caller, org_id: str) -> None:
        """With all departments and memberships. Raises OrgNotFound."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            org = await self._locked(tx, caller, org_id)
            await self._forget_below(tx, caller, org.root.id)
            for forget in self._forget_orgs:
                await forget(tx, caller.pool_id, [org_id])
            await postgres.delete_org(tx, caller.pool_id, org_id)
            await self._write(tx, caller, "delete", "org", org_id, name=org.root.name)

    # -- departments -------------------------------------------------------------------------------------

    async def create_node(self, caller: Caller, org_id: str, parent_id: str | None, draft: NodeDraft) -> Node:
        """`parent_id` None: directly below the root. Raises OrgNotFound, NodeNotFound, CodeTaken."""
        caller.require_administrator()
        values = check_values(draft.values, new=True)
        async with self._db.transaction() as tx:
            org = await self._locked(tx, caller, org_id)
            parent = await self._node_in(tx, caller, org, parent_id) if parent_id else org.root
            _check_depth(parent.depth + 1)
            node_id = new_id()
            closure = [
                (ancestor, node_id, distance)
                for distance, ancestor in enumerate((*parent.path, node_id)[::-1])
            ]
            await postgres.insert_nodes(
                tx, caller.pool_id, org_id, [(node_id, parent.id, parent.depth + 1, values)], closure
            )
            await self._keep_data(tx, caller, {node_id: draft.custom_data} if draft.custom_data else {})
            await self._write(tx, caller, "create", "department", node_id, name=values["name"])
            return await self._node(tx, caller, node_id)

    async def get_node(self, caller: Caller, node_id: str) -> Node:
        """Raises NodeNotFound."""
        caller.require_administrator()
        return await self._node(self._db, caller, node_id)

    async def find_node(self, caller: Caller, node_id: str) -> Node | None:
        caller.require_administrator()
        return (await postgres.find_nodes(self._db, caller.pool_id, [node_id])).get(node_id)

    async def find_nodes(self, caller: Caller, node_ids: Sequence[str]) -> dict[str, Node]:
        caller.require_administrator()
        return await postgres.find_nodes(self._db, caller.pool_id, node_ids)

    async def codes_of(self, pool_id: str, node_ids: Sequence[str]) -> dict[str, str | None]:
        """Id -> code of departments that users asked for are in: who may see the users may see it."""
        found = await postgres.find_nodes(self._db, pool_id, node_ids)
        return {node.id: node.code for node in found.values()}

    async def find_node_by_code(self, caller: Caller, org_id: str, code: str) -> Node | None:
        caller.require_administrator()
        return await postgres.find_node_by(self._db, caller.pool_id, org_id, "code", code)

    async def find_nodes_by_code(self, caller: Caller, codes: Sequence[str]) -> list[Node]:
        """Departments with one of these codes, in whichever organization."""
        caller.require_administrator()
        return await postgres.nodes_by_code(self._db, caller.pool_id, codes)

    async def resolve(self, caller: Caller, ref: NodeRef) -> Node:
        """The department a caller named. Raises OrgNotFound, NodeNotFound, NotSupported. To whoever is limited to
        departments any other is one that does not exist, and so is its organization."""
        caller.require_administrator()
        within = caller.limits.departments if caller.limits else frozenset[str]()
        try:
            node = await self._resolved(caller, ref)
        except OrgNotFound as error:
            if within:
                raise NodeNotFound(node_id=ref.value) from error
            raise
        if within and within.isdisjoint(node.path):
            raise NodeNotFound(node_id=ref.value)
        return node

    async def _resolved(self, caller: Caller, ref: NodeRef) -> Node:
        org = await self.get_org_by_code(caller, ref.org_code, ref.tenant_id) if ref.org_code else None
        if ref.value == "root" and org:
            return org.root
        if ref.kind == "department_id":
            node = await self.find_node(caller, ref.value)
        elif ref.kind in ("code", "open_department_id"):
            column = "code" if ref.kind == "code" else "open_id"
            if org is None:
                raise Missing("organizationCode")
            node = await postgres.find_node_by(self._db, caller.pool_id, org.id, column, ref.value)
        else:
            raise NotSupported(what=f"departmentIdType {ref.kind}")
        if node is None or (org is not None and node.org_id != org.id):
            raise NodeNotFound(node_id=ref.value)
        if ref.tenant_id and (org or await self.get_org(caller, node.org_id)).tenant_id != ref.tenant_id:
            raise NodeNotFound(node_id=ref.value)
        return node

    async def list_nodes(self, caller: Caller, org_id: str) -> list[Node]:
        """The whole tree, parents before children. Raises OrgNotFound."""
        org = await self.get_org(caller, org_id)
        return await postgres.nodes_of_orgs(self._db, caller.pool_id, [org.id])

    async def list_nodes_of(self, caller: Caller, org_ids: Sequence[str]) -> dict[str, list[Node]]:
        """The whole trees of several organizations in one query; parents before children. Raises TooLarge."""
        caller.require_administrator()
        found: dict[str, list[Node]] = {org_id: [] for org_id in org_ids}
        most = MOST_LISTED if len(org_ids) > 1 else LARGEST_IMPORT
        nodes = await postgres.nodes_of_orgs(self._db, caller.pool_id, org_ids, most + 1)
        if len(nodes) > most:
            raise TooLarge("limit", f"部门多于 {most} 个", f"there are more than {most} departments")
        for node in nodes:
            found[node.org_id].append(node)
        return found

    async def list_children(self, caller: Caller, node_id: str) -> list[Node]:
        """Raises NodeNotFound."""
        node = await self.get_node(caller, node_id)
        return await postgres.children(self._db, caller.pool_id, node.id)

    async def list_branch(
        self, caller: Caller, node: Node, page: PageRequest, keyword: str = ""
    ) -> Page[Leaf]:
        """What is directly below `node`; with a keyword, what of its whole organization has it in name or code, as far
        as the caller's limits go."""
        caller.require_administrator()
        if keyword:
            within = sorted(caller.limits.departments) if caller.limits else None
            return await postgres_branches.search(
                self._db, caller.pool_id, node.org_id, keyword, page, within=within
            )
        return await postgres_branches.list_children(self._db, caller.pool_id, node.id, page)

    async def find_anywhere(self, caller: Caller, keyword: str, most: int) -> list[FoundNode]:
        """Departments of any organization, roots aside, with the keyword in name or code, those nearest to a root
        first."""
        caller.require_administrator()
        return await postgres_branches.find(self._db, caller.pool_id, keyword, most)

    async def list_nearest(self, caller: Caller, node: Node, most: int) -> list[tuple[str, str]]:
        """Id and name of departments below `node`, those nearest to it first, `most` of them."""
        caller.require_administrator()
        return await postgres_branches.list_nearest(self._db, caller.pool_id, node.id, most)

    async def list_descendants(self, caller: Caller, node_id: str) -> list[Node]:
        """Everything below. Raises NodeNotFound."""
        node = await self.get_node(caller, node_id)
        return await postgres.descendants(self._db, caller.pool_id, node.id)

    async def search_nodes(
        self,
        caller: Caller,
        page: PageRequest,
        *,
        org_id: str | None = None,
        keyword: str | None = None,
        conditions: Sequence[NodeCondition] = (),
        sort: Sequence[NodeSort] = (),
    ) -> Page[Node]:
        caller.require_administrator()
        return await postgres.search_nodes(
            self._db,
            caller.pool_id,
            page,
            org_id=org_id,
            keyword=keyword,
            conditions=conditions,
            sort=sort,
        )

    async def update_node(
        self,
        caller: Caller,
        node_id: str,
        draft: NodeDraft,
        *,
        parent_id: str | None = None,
        leader_ids: Sequence[str] | None = None,
    ) -> Node:
        """Only what is given changes; a new `parent_id` moves it too. Raises NodeNotFound, CodeTaken."""
        caller.require_administrator()
        values = check_values(draft.values, new=False)
        async with self._db.transaction() as tx:
            node = await self._node(tx, caller, node_id)
            await self._locked(tx, caller, node.org_id)
            if node.is_root and values.get("code") not in (None, node.code):
                await _lock_root_code(tx, caller.pool_id, values["code"])
                if await postgres.org_ids_by_code(tx, caller.pool_id, [values["code"]]):
                    raise CodeTaken(field="organizationCode", value=values["code"])
            await postgres.update_node(tx, caller.pool_id, node_id, values)
            await self._keep_data(tx, caller, {node_id: draft.custom_data} if draft.custom_data else {})
            if leader_ids is not None:
                await postgres_members.set_leaders(tx, caller.pool_id, node_id, leader_ids)
            if parent_id is not None and parent_id != node.parent_id:
                await self._move(tx, caller, node_id, parent_id)
            after = await self._node(tx, caller, node_id)
            changed = sorted(values)
            event = Event(
                "update", "department", node_id, detail={"changed": changed}, before=node, after=after
            )
            await self._audit.write(tx, caller, event)
            return after

    async def move_node(self, caller: Caller, org_id: str, node_id: str, parent_id: str) -> Org:
        """With everything below it. Raises InvalidOperation for a root, or a target inside the moved tree."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            org = await self._locked(tx, caller, org_id)
            node = await self._node_in(tx, caller, org, node_id)
            await self._move(tx, caller, node_id, parent_id)
            event = Event(
                "move",
                "department",
                node_id,
                detail={"parent": parent_id},
                before={"parent_id": node.parent_id},
                after={"parent_id": parent_id},
            )
            await self._audit.write(tx, caller, event)
            return await self._org(tx, caller, org_id)

    async def check_move(self, caller: Caller, node_id: str, parent_id: str) -> tuple[Node, Node, int]:
        """The department, where it would go, and how many departments would move. Raises what moving it raises."""
        caller.require_administrator()
        node, parent = await self._movable(self._db, caller, node_id, parent_id)
        return node, parent, len(await postgres.subtree_ids(self._db, caller.pool_id, node_id))

    async def delete_node(self, caller: Caller, org_id: str, node_id: str) -> None:
        """With everything below it. The root goes with its organization only: InvalidOperation."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            org = await self._locked(tx, caller, org_id)
            node = await self._node_in(tx, caller, org, node_id)
            if node.is_root:
                raise InvalidOperation(
                    "不能删除组织机构的根节点", "The root of an organization cannot be deleted"
                )
            await self._forget_below(tx, caller, node_id)
            await postgres.delete_subtree(tx, caller.pool_id, node_id)
            await self._write(tx, caller, "delete", "department", node_id, name=node.name)

    async def require_nodes(self, caller: Caller, node_ids: Sequence[str]) -> None:
        """Raises NodeNotFound unless every id is a department of this pool. For other domains' use cases."""
        found = await postgres.find_nodes(self._db, caller.pool_id, node_ids)
        if missing := [node_id for node_id in dict.fromkeys(node_ids) if node_id not in found]:
            raise NodeNotFound(node_ids=missing)

    async def require_orgs(self, caller: Caller, org_ids: Sequence[str]) -> None:
        """Raises OrgNotFound unless every id is an organization of this pool. For other domains' use cases."""
        found = await postgres.find_orgs(self._db, caller.pool_id, org_ids)
        if missing := [org_id for org_id in dict.fromkeys(org_ids) if org_id not in found]:
            raise OrgNotFound(org_ids=missing)

    # -- inside ------------------------------------------------------------------------------------------

    async def _plant(self, tx: Tx, caller: Caller, tree: Tree, tenant_id: str | None) -> str:
        org_id = new_id()
        rows: list[postgres.NodeRow] = []
        closure: list[tuple[str, str, int]] = []
        data: dict[str, Mapping[str, Any]] = {}
        waiting: list[tuple[Tree, tuple[str, ...]]] = [(tree, ())]
        while waiting:
            part, above = waiting.pop()
            _check_depth(len(above))
            if len(rows) >= LARGEST_IMPORT:
                raise InvalidInput("file", "部门过多", "too many departments")
            node_id = new_id()
            path = (*above, node_id)
            parent_id = above[-1] if above else None
            rows.append((node_id, parent_id, len(above), check_values(part.node.values, new=True)))
            closure += [(ancestor, node_id, distance) for distance, ancestor in enumerate(path[::-1])]
            if part.node.custom_data:
                data[node_id] = part.node.custom_data
            waiting += [(child, path) for child in reversed(part.children)]
        await postgres.insert_org(tx, caller.pool_id, org_id, rows[0][0], tenant_id)
        await postgres.insert_nodes(tx, caller.pool_id, org_id, rows, closure)
        await self._keep_data(tx, caller, data)
        return org_id

    async def _keep_data(self, tx: Tx, caller: Caller, data: Mapping[str, Mapping[str, Any]]) -> None:
        if data:
            await self._fields.store(tx, caller, TargetType.NODE, data)

    async def _move(self, tx: Tx, caller: Caller, node_id: str, parent_id: str) -> None:
        """The organization is locked; both are read anew under the lock."""
        node, parent = await self._movable(tx, caller, node_id, parent_id)
        if parent.id != node.parent_id:
            await postgres.move_subtree(tx, caller.pool_id, node_id, parent)

    async def _movable(self, db: Executor, caller: Caller, node_id: str, parent_id: str) -> tuple[Node, Node]:
        node, parent = await self._node(db, caller, node_id), await self._node(db, caller, parent_id)
        if node.is_root:
            raise InvalidOperation("不能移动组织机构的根节点", "The root of an organization cannot be moved")
        if parent.org_id != node.org_id:
            raise NodeNotFound(node_id=parent_id)
        if node.id in parent.path:
            raise InvalidOperation("不能移动到自身的下级部门", "A department cannot be moved below itself")
        if parent.id != node.parent_id:
            _check_depth(parent.depth + 1 + await postgres.height(db, caller.pool_id, node_id))
        return node, parent

    async def _forget_below(self, tx: Tx, caller: Caller, node_id: str) -> None:
        gone = await postgres.subtree_ids(tx, caller.pool_id, node_id)
        await postgres_members.note_main_gone(tx, caller.pool_id, gone)
        for forget in self._forget_nodes:
            await forget(tx, caller.pool_id, gone)

    async def _locked(self, tx: Tx, caller: Caller, org_id: str) -> Org:
        if not await postgres.lock_org(tx, caller.pool_id, org_id):
            raise OrgNotFound(org_id=org_id)
        return await self._org(tx, caller, org_id)

    async def _org(self, db: Executor, caller: Caller, org_id: str) -> Org:
        org = (await postgres.find_orgs(db, caller.pool_id, [org_id])).get(org_id)
        if org is None:
            raise OrgNotFound(org_id=org_id)
        return org

    async def _node(self, db: Executor, caller: Caller, node_id: str) -> Node:
        node = (await postgres.find_nodes(db, caller.pool_id, [node_id])).get(node_id)
        if node is None:
            raise NodeNotFound(node_id=node_id)
        return node

    async def _node_in(self, db: Executor, caller: Caller, org: Org, node_id: str) -> Node:
        node = await self._node(db, caller, node_id)
        if node.org_id != org.id:
            raise NodeNotFound(node_id=node_id)
        return node

    async def _write(
        self, tx: Tx, caller: Caller, operation: Operation, kind: ResourceType, id_: str, **detail: object
    ) -> None:
        await self._audit.write(tx, caller, Event(operation, kind, resource_id=id_, detail=detail))


_SETTABLE = frozenset(
    {
        "name",
        "code",
        "description",
        "name_i18n",
        "description_i18n",
        "order",
        "is_virtual",
        "enabled",
        "open_id",
    }
)


def check_values(values: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """What may be set on a node, refused by name where it does not fit."""
    checked = {name: value for name, value in values.items() if name in _SETTABLE}
    name = checked.get("name")
    if (new or "name" in checked) and not (isinstance(name, str) and name.strip()):
        raise InvalidInput("name", *EMPTY)
    if name is not None and len(name) > 1000:
        raise InvalidInput("name", "过长", "too long")
    code = checked.get("code")
    if code is not None and not code.strip():
        checked["code"] = None
    elif code is not None and len(code) > 500:
        raise InvalidInput("code", "过长", "too long")
    order = checked.get("order")
    if order is not None and not -(2**31) <= order < 2**31:
        raise InvalidInput("order", "超出范围", "out of range")
    for name in ("name_i18n", "description_i18n"):
        if name in checked:
            checked[name] = dict(checked[name] or {})
    return checked


def _check_depth(depth: int) -> None:
    if depth >= DEEPEST:
        raise InvalidInput("parentDepartmentId", f"部门不能超过 {DEEPEST} 级", f"at most {DEEPEST} levels")


async def _lock_root_code(tx: Tx, pool_id: str, code: str) -> None:
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended('org:' || $1 || ':' || $2, 0))", pool_id, code
    )
