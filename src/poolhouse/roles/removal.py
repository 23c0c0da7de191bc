"""Deleting roles: by their own use case, and with the namespace or the application they are in."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Forget, Tx
from poolhouse.errors import InvalidOperation
from poolhouse.roles import postgres
from poolhouse.roles.model import Role, audited_fields


class RoleRemoval:
    """`forget`: whom the deletion of roles tells."""

    def __init__(self, audit: AuditLog, forget: Sequence[Forget]) -> None:
        self._audit, self._forget = audit, forget

    async def of(self, tx: Tx, caller: Caller, roles: Sequence[Role]) -> None:
        """Raises InvalidOperation for a built-in role."""
        for role in roles:
            if role.is_system:
                reason = f"系统内置角色 {role.code} 不能删除"
                raise InvalidOperation(reason, f"The role {role.code} is built in and cannot be deleted")
        ids = [role.id for role in roles]
        await postgres.delete(tx, caller.pool_id, ids)
        for forget in self._forget:
            await forget(tx, caller.pool_id, ids)
        for role in roles:
            await self._audit.write(tx, caller, Event("delete", "role", role.id, detail=audited_fields(role)))

    async def of_namespace(self, tx: Tx, caller: Caller, namespace: str) -> None:
        """The roles of a namespace that is being deleted."""
        await self.of(tx, caller, await postgres.list_of_namespace(tx, caller.pool_id, namespace))
