"""Members of a tenant in the departments of its organizations."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput, NodeNotFound
from poolhouse.orgs import postgres as org_rows
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.orgs.model import Node
from poolhouse.tenants.service import TenantService


class TenantDepartments:
    def __init__(self, db: Database, tenants: TenantService, members: DepartmentMembers) -> None:
        self._db, self._tenants, self._members = db, tenants, members

    async def tenant_of(self, caller: Caller, node: Node, tenant_id: str | None) -> str:
        """Whose the department is; `tenant_id`: whose it is said to be.

        Raises NodeNotFound for another tenant's, InvalidInput where it is none's.
        """
        caller.require_administrator()
        orgs = await org_rows.find_orgs(self._db, caller.pool_id, [node.org_id])
        owner = orgs[node.org_id].tenant_id if node.org_id in orgs else None
        if tenant_id and owner != tenant_id:
            raise NodeNotFound(node_id=node.id)
        if owner is None:
            raise InvalidInput("organizationCode", "不是租户的组织机构", "is no tenant's organization")
        return owner

    async def add(self, caller: Caller, tenant_id: str, node: Node, user_ids: Sequence[str]) -> None:
        """All or none. Raises TenantNotFound, and UsersNotFound for who is no member of the tenant."""
        await self._tenants.require_members(caller, tenant_id, user_ids)
        await self._members.add(caller, node.id, user_ids)

    async def remove(self, caller: Caller, node: Node, user_ids: Sequence[str]) -> None:
        """Who is not in it is passed over; they stay members of the tenant."""
        await self._members.remove(caller, node.id, user_ids)
