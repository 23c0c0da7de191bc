"""The use cases on who is in which department."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller, RequireIds
from poolhouse.db.database import Database, Tx
from poolhouse.errors import InvalidInput, InvalidOperation, NodeNotFound
from poolhouse.orgs import postgres, postgres_members
from poolhouse.orgs.model import Assignment, MemberOrder, Membership, Node
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import EMPTY

LARGEST_BATCH = 10_000

CountBelow = Callable[[str, Sequence[str]], Awaitable[dict[str, int]]]
"""`(pool_id, node_ids)`: how many different users are in or below each."""


class DepartmentMembers:
    """Keyed by user id alone, so it works alike for users in our tables and for users only a script knows."""

    def __init__(
        self, db: Database, require_users: RequireIds, audit: AuditLog, count_below: CountBelow
    ) -> None:
        self._db, self._require_users, self._audit = db, require_users, audit
        self._count_below = count_below

    async def add(
        self, caller: Caller, node_id: str, user_ids: Sequence[str], is_leader: bool | None = None
    ) -> None:
        """Who is in it already stays. Raises NodeNotFound, and UserNotFound when any is unknown."""
        caller.require_administrator()
        user_ids = _some(user_ids)
        await self._require_users(caller, user_ids)
        async with self._db.transaction() as tx:
            await self._node(tx, caller, node_id)
            await postgres_members.add(tx, caller.pool_id, node_id, user_ids, is_leader)
            await self._write(tx, caller, "add", node_id, user_ids)

    async def remove(self, caller: Caller, node_id: str, user_ids: Sequence[str]) -> None:
        """Who is not in it is passed over. Raises NodeNotFound; InvalidOperation where somebody would be in none of the
        departments that the caller is limited to."""
        caller.require_administrator()
        user_ids, within = _some(user_ids), departments_of(caller)
        async with self._db.transaction() as tx:
            await self._node(tx, caller, node_id)
            if within:
                await postgres_members.lock_memberships(tx, caller.pool_id, user_ids)
            await postgres_members.remove(tx, caller.pool_id, node_id, user_ids)
            if within and await postgres_members.members_among(tx, caller.pool_id, user_ids, within) != set(
                user_ids
            ):
                raise _nowhere()
            await postgres_members.note_main(tx, caller.pool_id, user_ids)
            await self._write(tx, caller, "remove", node_id, user_ids)

    async def move(self, caller: Caller, source_id: str, target_id: str, user_ids: Sequence[str]) -> None:
        """Raises NodeNotFound; InvalidOperation when somebody is not in the source, and then nobody moves."""
        caller.require_administrator()
        user_ids = _some(user_ids)
        async with self._db.transaction() as tx:
            await self._node(tx, caller, source_id)
            await self._node(tx, caller, target_id)
            if source_id == target_id:
                return
            moved = await postgres_members.move(tx, caller.pool_id, user_ids, source_id, target_id)
            if set(moved) != set(user_ids):
                raise InvalidOperation("用户不在该部门中", "A user is not in the department")
            await postgres_members.note_main(tx, caller.pool_id, user_ids)
            await self._write(tx, caller, "move", target_id, user_ids)

    async def set_main(self, caller: Caller, user_id: str, node_id: str | None) -> None:
        """None clears it. Raises UserNotFound, NodeNotFound; InvalidOperation unless the user is in it."""
        caller.require_administrator()
        await self._require_users(caller, [user_id])
        async with self._db.transaction() as tx:
            await postgres_members.lock_user(tx, caller.pool_id, user_id)
            if node_id is not None:
                await self._node(tx, caller, node_id)
                if not await postgres_members.is_member(
                    tx, caller.pool_id, user_id, node_id, include_children=False
                ):
                    raise InvalidOperation("用户不在该部门中", "The user is not in the department")
            await postgres_members.set_main(tx, caller.pool_id, user_id, node_id)
            await postgres_members.note_main(tx, caller.pool_id, [user_id])
            await self._write(tx, caller, "update", node_id, [user_id])

    async def set_member(
        self, caller: Caller, node_id: str, user_id: str, *, is_leader: bool | None, is_main: bool | None
    ) -> None:
        """What somebody in the department is there; None leaves it. `is_main` True takes it from another department.
        Raises NodeNotFound; InvalidOperation unless the user is in it."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            await self._node(tx, caller, node_id)
            await postgres_members.lock_user(tx, caller.pool_id, user_id)
            main = await postgres_members.lock_membership(tx, caller.pool_id, user_id, node_id)
            if main is None:
                raise InvalidOperation("用户不在该部门中", "The user is not in the department")
            if is_leader is not None:
                await postgres_members.add(tx, caller.pool_id, node_id, [user_id], is_leader)
            if is_main is not None and is_main is not main:
                await postgres_members.set_main(tx, caller.pool_id, user_id, node_id if is_main else None)
                await postgres_members.note_main(tx, caller.pool_id, [user_id])
            await self._write(tx, caller, "update", node_id, [user_id])

    async def set_departments(self, caller: Caller, user_id: str, departments: Sequence[Assignment]) -> None:
        """Afterwards the user is in exactly these; whoever is limited to departments says it of those alone, and all
        others stay. Raises UserNotFound, NodeNotFound, and InvalidOperation where it would be none of them."""
        caller.require_administrator()
        await self._require_users(caller, [user_id])
        async with self._db.transaction() as tx:
            if departments_of(caller):
                departments = await self._with_others(tx, caller, user_id, departments)
            await self.put(tx, caller, user_id, departments)

    async def _with_others(
        self, tx: Tx, caller: Caller, user_id: str, departments: Sequence[Assignment]
    ) -> list[Assignment]:
        """`departments`, and those that the user is in outside the caller's limits, as they are."""
        await postgres_members.lock_user(tx, caller.pool_id, user_id)
        await postgres_members.lock_memberships(tx, caller.pool_id, [user_id])
        within = departments_of(caller)
        nodes = await postgres.find_nodes(tx, caller.pool_id, [one.node_id for one in departments])
        inside = {id_ for id_, node in nodes.items() if not within.isdisjoint(node.path)}
        others = [
            one
            for one in await postgres_members.memberships(tx, caller.pool_id, [user_id])
            if within.isdisjoint(one.node.path)
        ]
        known = inside | {one.node.id for one in others}
        if unknown := [one.node_id for one in departments if one.node_id not in known]:
            raise NodeNotFound(node_id=unknown[0])
        wanted = [one for one in departments if one.node_id in inside]
        if not wanted:
            raise _nowhere()
        has_main = any(one.is_main for one in wanted)
        kept = [Assignment(one.node.id, one.is_main and not has_main, one.is_leader) for one in others]
        return [*wanted, *kept]

    async def put(self, tx: Tx, caller: Caller, user_id: str, departments: Sequence[Assignment]) -> None:
        """`set_departments` inside another use case's transaction, which has asked who may."""
        mains = [one.node_id for one in departments if one.is_main]
        if len(mains) > 1:
            raise InvalidInput("departments", "只能有一个主部门", "only one department can be the main one")
        await postgres_members.lock_user(tx, caller.pool_id, user_id)
        await postgres_members.keep_only(tx, caller.pool_id, user_id, [one.node_id for one in departments])
        await postgres_members.put(tx, caller.pool_id, user_id, departments)
        await postgres_members.set_main(tx, caller.pool_id, user_id, mains[0] if mains else None)
        await postgres_members.note_main(tx, caller.pool_id, [user_id])
        await self._write(tx, caller, "update", None, [user_id])

    async def list_members(
        self,
        caller: Caller,
        node_id: str,
        page: PageRequest,
        *,
        include_children: bool = False,
        order: MemberOrder = "joined",
        descending: bool = True,
    ) -> Page[str]:
        """Ids of users, each once. Raises NodeNotFound."""
        caller.require_administrator()
        node = await self._node(None, caller, node_id)
        return await postgres_members.list_members(
            self._db,
            caller.pool_id,
            node,
            page,
            include_children=include_children,
            order=order,
            descending=descending,
        )

    async def count_members(
        self, caller: Caller, node_ids: Sequence[str], *, include_children: bool = False
    ) -> dict[str, int]:
        """Different users in each department (or below it)."""
        caller.require_administrator()
        if include_children:
            return await self._count_below(caller.pool_id, node_ids)
        return await postgres_members.count_members(self._db, caller.pool_id, node_ids)

    async def list_departments(
        self, caller: Caller, user_id: str, org_id: str | None = None
    ) -> list[Membership]:
        """The user's departments, last joined first; for an administrator or for the user."""
        caller.require_user_or_administrator(user_id)
        return await postgres_members.memberships(self._db, caller.pool_id, [user_id], org_id)

    async def list_chains(self, caller: Caller, user_id: str) -> list[list[Node]]:
        """For each department of the user the nodes from the root to it (docs/contract/v2.md#users, listOrgs)."""
        found = await self.list_departments(caller, user_id)
        wanted = {node_id for membership in found for node_id in membership.node.path}
        nodes = await postgres.find_nodes(self._db, caller.pool_id, list(wanted))
        return [[nodes[node_id] for node_id in one.node.path if node_id in nodes] for one in found]

    async def department_ids(self, caller: Caller, user_ids: Sequence[str]) -> dict[str, list[str]]:
        """User -> the departments they are directly in."""
        caller.require_administrator()
        return await postgres_members.department_ids(self._db, caller.pool_id, user_ids)

    async def ancestors_of(self, caller: Caller, user_id: str) -> dict[str, bool]:
        """Every department the user is in or below; True where directly. For other domains' use cases."""
        return (await postgres_members.ancestors_of_users(self._db, caller.pool_id, [user_id]))[user_id]

    async def is_in_department(
        self, caller: Caller, user_id: str, node_id: str, *, include_children: bool = False
    ) -> bool:
        """Raises NodeNotFound."""
        caller.require_user_or_administrator(user_id)
        await self._node(None, caller, node_id)
        return await postgres_members.is_member(
            self._db, caller.pool_id, user_id, node_id, include_children=include_children
        )

    async def _node(self, tx: Tx | None, caller: Caller, node_id: str) -> Node:
        node = (await postgres.find_nodes(tx or self._db, caller.pool_id, [node_id])).get(node_id)
        if node is None:
            raise NodeNotFound(node_id=node_id)
        return node

    async def _write(
        self, tx: Tx, caller: Caller, operation: Operation, node_id: str | None, user_ids: Sequence[str]
    ) -> None:
        await self._audit.write(
            tx,
            caller,
            Event(
                operation,
                "department_member",
                resource_id=node_id,
                user_id=user_ids[0] if len(user_ids) == 1 else None,
                detail={"users": list(user_ids[:100]), "count": len(user_ids)},
            ),
        )


def departments_of(caller: Caller) -> frozenset[str]:
    """Those that the caller is limited to; none for who is not."""
    return caller.limits.departments if caller.limits else frozenset()


def _nowhere() -> InvalidOperation:
    return InvalidOperation(
        "您的角色只限于某些部门，用户须留在其中之一",
        "your role is limited to some departments: the user has to stay in one of them",
    )


def _some(user_ids: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(user_ids))
    if not wanted:
        raise InvalidInput("userIds", *EMPTY)
    if len(wanted) > LARGEST_BATCH:
        raise InvalidInput("userIds", f"一次最多 {LARGEST_BATCH} 人", f"at most {LARGEST_BATCH} at once")
    return wanted
