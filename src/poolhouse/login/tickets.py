"""Tickets: opaque strings that open one step of one flow, for a short time, once.

A ticket is `POOL.ID.SECRET`; only a digest of the secret is kept, and it is bound to the purpose it was made
for, so that a second-factor ticket never resets a password.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from poolhouse.db.database import Executor, Tx
from poolhouse.errors import TokenExpired, TokenInvalid
from poolhouse.ids import new_id
from poolhouse.login import postgres
from poolhouse.sessions.model import Ending

Purpose = Literal[
    "mfa",
    "first_login",
    "force_reset",
    "change_address",
    "email_link",
    "reset",
    "delete_account",
    "enrol",
]

_SHAPE = re.compile(r"([0-9a-f]{24})\.([0-9a-f]{24})\.([A-Za-z0-9]{48})\Z")


@dataclass(frozen=True, slots=True)
class Ticket:
    pool_id: str
    id: str
    user_id: str
    detail: Mapping[str, Any]


async def issue(
    db: Executor,
    pool_id: str,
    purpose: Purpose,
    user_id: str,
    *,
    lifetime: timedelta,
    tries: int = 1,
    detail: Mapping[str, Any] | None = None,
) -> str:
    ticket_id, secret = new_id(), secrets.token_hex(24)
    await postgres.insert_ticket(
        db, pool_id, ticket_id, purpose, user_id, _digest(secret), detail or {}, tries, lifetime
    )
    return f"{pool_id}.{ticket_id}.{secret}"


def pool_of(text: str) -> str:
    """The pool a ticket says it is of, for a request that brings nothing else. Raises TokenInvalid."""
    shape = _SHAPE.match(text)
    if shape is None:
        raise TokenInvalid("not a ticket")
    return shape[1]


async def peek(db: Executor, pool_id: str, purpose: Purpose, text: str) -> Ticket:
    """The ticket, unspent. Raises TokenInvalid, TokenExpired."""
    shape = _SHAPE.match(text)
    if shape is None or shape[1] != pool_id:
        raise TokenInvalid("not a ticket of this pool")
    row = await postgres.find_ticket(db, pool_id, shape[2])
    if row is None or row["purpose"] != purpose or not hmac.compare_digest(row["digest"], _digest(shape[3])):
        raise TokenInvalid("no such ticket")
    if row["expired"]:
        raise TokenExpired("the ticket has expired")
    return Ticket(pool_id, shape[2], row["user_id"], row["detail"])


async def spend_try(db: Executor, pool_id: str, purpose: Purpose, text: str) -> Ticket:
    """The ticket, with one try less: for a step that may fail. End it with `consume` when it succeeds."""
    ticket = await peek(db, pool_id, purpose, text)
    if not await postgres.spend_ticket_try(db, pool_id, ticket.id):
        raise TokenInvalid("the ticket has no try left")
    return ticket


async def consume(db: Executor, ticket: Ticket) -> None:
    """Raises TokenInvalid when another request was faster: a ticket succeeds once."""
    if not await postgres.delete_ticket(db, ticket.pool_id, ticket.id):
        raise TokenInvalid("the ticket was used already")


async def note(db: Executor, ticket: Ticket, **facts: Any) -> None:
    """Writes on the ticket what has happened since it was made, for its next step."""
    await postgres.note_on_ticket(db, ticket.pool_id, ticket.id, facts)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def logins_ended(tx: Tx, ending: Ending) -> None:
    """Half-done flows of users who are done with; which application a ticket is for nobody knows."""
    if ending.app_ids is None:
        await postgres.end_tickets(tx, ending.pool_id, ending.user_ids)
