"""All SQL of the audit log."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from poolhouse.audit.model import Event
from poolhouse.caller import Caller
from poolhouse.ids import new_id


class Statements(Protocol):
    async def execute(self, sql: str, *args: Any) -> str: ...


async def insert(tx: Statements, caller: Caller, event: Event) -> None:
    """An end user's own act is of kind user; an administrator's and the system's of kind administrator."""
    own = caller.kind in ("user", "anonymous")
    await tx.execute(
        """
        insert into audit_records (
          pool_id, at, id, kind, operation, resource_type, resource_id, user_id, user_name, actor_kind,
          actor_id, app_id, tenant_id, session_id, success, detail, ip, user_agent, request_id
        ) values (
          $1, clock_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9,
          $10, $11, $12, $13, $14, $15::text::jsonb, $16, $17, $18
        )
        """,
        caller.pool_id,
        new_id(),
        "user" if own else "administrator",
        event.operation,
        event.resource_type,
        event.resource_id,
        event.user_id or (caller.actor_id if caller.kind == "user" else None),
        event.user_name,
        caller.kind,
        caller.actor_id,
        event.app_id or caller.app_id,
        caller.tenant_id,
        caller.session_id,
        event.success,
        msgspec.json.encode(dict(event.detail)).decode(),
        caller.ip,
        caller.user_agent[:1000],
        caller.request_id,
    )
