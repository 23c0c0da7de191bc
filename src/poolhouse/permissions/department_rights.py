"""What a department gives to everybody in it and below it, and so what a move of a department changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.orgs.model import Node
from poolhouse.orgs.service import OrgService
from poolhouse.permissions import postgres_department_rights
from poolhouse.permissions.model import DepartmentRight

MOST_RIGHTS = 500
"""Read of the departments above, together."""


@dataclass(frozen=True, slots=True)
class Move:
    """`departments` with the one itself; `members`: different people in them. Rights that departments above give:
    `lost` and `gained`; not `whole` where there were too many to read. Whoever is elsewhere too may keep some."""

    departments: int
    members: int
    lost: tuple[DepartmentRight, ...]
    gained: tuple[DepartmentRight, ...]
    whole: bool


class DepartmentRights:
    def __init__(self, db: Database, orgs: OrgService, members: DepartmentMembers) -> None:
        self._db, self._orgs, self._members = db, orgs, members

    async def of(self, caller: Caller, node: Node) -> tuple[list[DepartmentRight], bool]:
        """What everybody in it has by it and by those above it, and whether that is all: MOST_RIGHTS are read."""
        read = await postgres_department_rights.given(
            self._db, caller.pool_id, list(node.path), MOST_RIGHTS + 1, own=node.id
        )
        return read[:MOST_RIGHTS], len(read) <= MOST_RIGHTS

    async def of_move(self, caller: Caller, node_id: str, parent_id: str) -> Move:
        """What moving it would change; nothing is changed. Raises what moving it raises."""
        node, parent, departments = await self._orgs.check_move(caller, node_id, parent_id)
        members = await self._members.count_members(caller, [node_id], include_children=True)
        above, future = node.path[:-1], parent.path
        read = await postgres_department_rights.given(
            self._db, caller.pool_id, list(dict.fromkeys((*above, *future))), MOST_RIGHTS + 1
        )
        before, after = _named(read, above), _named(read, future)
        return Move(
            departments,
            members[node_id],
            tuple(right for key, right in before.items() if key not in after),
            tuple(right for key, right in after.items() if key not in before),
            len(read) <= MOST_RIGHTS,
        )


def _named(
    rights: Sequence[DepartmentRight], departments: Sequence[str]
) -> dict[tuple[str, ...], DepartmentRight]:
    """Of these departments. The same given by two of them is one."""
    return {
        (one.kind, one.namespace, one.id, one.detail): one
        for one in rights[:MOST_RIGHTS]
        if one.department_id in departments
    }
