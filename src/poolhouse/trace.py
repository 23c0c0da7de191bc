"""The trace of the request being answered, for its log line, its metrics, and every other line it logs.

The outermost middleware begins one; the wires add to it. Tasks that a request starts keep its trace.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poolhouse.tracing import Span


@dataclass(slots=True)
class Trace:
    """`operation` is from a closed list, never what a stranger sent; `error` the class of a refusal; `without_effect`
    what was stored and does nothing, by the names of `wire.without_effect`. `acted`: who did something, and to whom, by
    their ids (`audit.AuditLog`). `user_id` signs in or is signed in; `key_id` is an administrator's (an access key, the
    pool, a person at the console); `address`, as far as it may be logged. `span`: only where it is
    recorded (`tracing`)."""

    request_id: str
    wire: str = ""
    operation: str = ""
    pool_id: str = ""
    actor_id: str = ""
    app_id: str = ""
    user_id: str = ""
    key_id: str = ""
    address: str = ""
    error: str = ""
    cause: str = ""
    without_effect: tuple[str, ...] = ()
    acted: tuple[str, ...] = ()
    span: Span | None = None


LONGEST_ID = 64
"""Some are named by strangers before anybody looks them up; ours are shorter."""

current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def note(
    *,
    wire: str = "",
    operation: str = "",
    pool_id: str = "",
    actor_id: str = "",
    acted: tuple[str, ...] = (),
    app_id: str = "",
    user_id: str = "",
    key_id: str = "",
    address: str = "",
    error: BaseException | None = None,
    without_effect: str = "",
) -> None:
    """Adds to the current request's trace; outside of a request, nothing."""
    trace = current.get()
    if trace is None:
        return
    if wire:
        trace.wire = wire
    if operation:
        trace.operation = operation
    if actor_id:
        trace.actor_id = actor_id
    if acted:
        trace.acted += tuple(one for one in acted if one not in trace.acted)
    for name, given in (("pool_id", pool_id), ("app_id", app_id), ("user_id", user_id), ("key_id", key_id)):
        if given and len(given) <= LONGEST_ID:
            setattr(trace, name, given)
    if address:
        trace.address = address
    if without_effect:
        trace.without_effect += (without_effect,)
    if error is not None:
        trace.error = type(error).__name__
        trace.cause = str(getattr(error, "cause", "") or "")[:500]
