"""Acts upon many, as the domain sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from poolhouse.caller import Caller, Limits
from poolhouse.errors import Lang
from poolhouse.users.model import UserQuery

Act = Literal[
    "BLOCK",
    "ACTIVATE",
    "END_SESSIONS",
    "ADD_TO_GROUP",
    "REMOVE_FROM_GROUP",
    "ASSIGN_ROLE",
    "REVOKE_ROLE",
    "ADD_TO_DEPARTMENT",
    "REMOVE_FROM_DEPARTMENT",
    "SET_FIELD",
    "DELETE",
]
Status = Literal["WAITING", "RUNNING", "COMPLETED", "CANCELLED", "STOPPED"]
Outcome = Literal["DONE", "FAILED"]

Arguments = Mapping[str, Any]
"""What an act is done with, in JSON: `group` (a code), `role` and `namespace`, `node` (a department's id), `profile` (a
field of users) or `custom` (a custom field's key) with `value`, `note`."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asked, and with what rights: `scopes` None is everything, as of a Caller. `departments`: to which they were
    limited; None for no limits."""

    kind: str
    id: str
    scopes: frozenset[str] | None
    lang: Lang
    ip: str | None
    user_agent: str
    departments: frozenset[str] | None = None

    @classmethod
    def of(cls, caller: Caller) -> Actor:
        return cls(
            caller.kind,
            caller.actor_id,
            caller.scopes,
            caller.lang,
            caller.ip,
            caller.user_agent,
            caller.limits.departments if caller.limits else None,
        )

    @property
    def limits(self) -> Limits | None:
        return None if self.departments is None else Limits(departments=self.departments)


@dataclass(frozen=True, slots=True)
class BulkAct:
    """`user_ids` or `query` says upon whom. `expected`: how many there were when it was asked for, None where counting
    took too long. Of `position` users `done` and `failed` have had their turn. `reason`: why it was STOPPED, or what
    it waits for, in the language of whoever asked. `after`: the last user found by `query`; `walked`: nobody is left
    to be found."""

    id: str
    pool_id: str
    act: Act
    arguments: Arguments
    user_ids: tuple[str, ...] | None
    query: UserQuery | None
    expected: int | None
    actor: Actor
    status: Status
    reason: str | None
    position: int
    after: tuple[datetime, str] | None
    walked: bool
    done: int
    failed: int
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None

    @property
    def due(self) -> int:
        """Users found, whose turn is still to come."""
        return self.position - self.done - self.failed

    @property
    def request_id(self) -> str:
        """By which the audit log has everything that was done for it."""
        return f"bulk:{self.id}"


@dataclass(frozen=True, slots=True)
class Result:
    """`row` counts from 1. `error` is the class of the failure, `message` what it says to whoever asked."""

    row: int
    user_id: str
    outcome: Outcome | None
    error: str | None
    message: str | None
