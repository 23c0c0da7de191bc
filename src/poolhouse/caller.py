"""The caller of a use case: who asks, from where, on whose behalf.

Every use case takes a Caller, every query its pool_id.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv6Address
from typing import Any, Literal

from poolhouse import trace
from poolhouse.errors import Lang, LimitedRole, NotAuthenticated, NotPermitted

ActorKind = Literal["anonymous", "user", "administrator", "system"]


@dataclass(slots=True)
class Unchanged:
    """A condition of a change: that nobody has changed the thing meanwhile. AuditLog.write holds to it, in the
    transaction of the change.

    Meanwhile is from `since` on; `known` are the ids of acts in the log that the caller has seen. With `asks` the
    change is refused in any case, to hear what others did.
    """

    since: datetime
    known: set[str] = field(default_factory=set)
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What alone an administrator of a limited role may see and change: `applications`, or `departments` with all below
    them and whoever is in one; by their ids. Without any it is nothing."""

    applications: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    @property
    def about(self) -> Literal["applications", "departments"]:
        return "departments" if self.departments else "applications"


@dataclass(frozen=True, slots=True)
class Caller:
    """`actor_id` is a user's id, an access key's id or the pool's id; "" for anonymous.

    `device_id` is what the client calls the device it is on ("" where it does not say): a session knows it.
    `grant_id`: of whose token the caller came; what is made of that ends with the grant.
    `scopes` limits an administrator's access key, or what an application may do for a user whose access token it
    shows; None means everything.
    `limits`: of an administrator whose role is limited; None for anybody else. One may do nothing before the operation
    was found to keep within them, which `admitted` says. Decision: docs/decisions/0076-limited-roles.md.
    `body` is what the operation knows of the request's body, a mapping or a struct, of which
    `context.request.body` of a script is made; it may hold a password, so it is never logged.
    `unchanged`: on what condition they change a thing; None for none.
    """

    pool_id: str
    kind: ActorKind = "anonymous"
    actor_id: str = ""
    app_id: str | None = None
    tenant_id: str | None = None
    session_id: str | None = None
    grant_id: str | None = None
    scopes: frozenset[str] | None = None
    limits: Limits | None = None
    admitted: bool = False
    lang: Lang = "zh-CN"
    ip: str | None = None
    user_agent: str = ""
    device_id: str = ""
    request_id: str = ""
    body: Any = field(default=None, repr=False)
    unchanged: Unchanged | None = field(default=None, repr=False, compare=False)

    @property
    def neighborhood(self) -> str | None:
        """By which what one address may do is counted; None where no address is known."""
        return neighborhood(self.ip) or None

    def note(self) -> None:
        """Tells the request's log line who they are."""
        trace.note(
            pool_id=self.pool_id,
            app_id=self.app_id or "",
            user_id=self.actor_id if self.kind == "user" else "",
            key_id=self.actor_id if self.kind == "administrator" else "",
        )

    @property
    def is_owner(self) -> bool:
        """Whether they hold the pool's own secret, not a key that was made for somebody."""
        return self.kind == "administrator" and self.actor_id == self.pool_id and self.scopes is None

    def require_administrator(self) -> None:
        if self.limits is not None and not self.admitted:
            raise LimitedRole("nobody asked whether it keeps within their limits")
        if self.kind in ("administrator", "system"):
            return
        raise NotAuthenticated() if self.kind == "anonymous" else NotPermitted()

    def has_scope(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes

    def require_scopes(self, scopes: Collection[str]) -> None:
        """Of an access key that is limited to some, or of an access token of OpenID Connect. Raises NotPermitted."""
        if lacking := [scope for scope in sorted(scopes) if not self.has_scope(scope)]:
            raise NotPermitted(f"the key or token lacks {', '.join(lacking)}")

    def require_user(self) -> str:
        """The id of the logged-in end user."""
        if self.kind != "user":
            raise NotAuthenticated()
        return self.actor_id

    def require_user_or_administrator(self, user_id: str) -> None:
        """An administrator may act on anybody in the pool; a user on themself."""
        if self.kind == "user" and self.actor_id == user_id:
            return
        self.require_administrator()


RequireIds = Callable[[Caller, Sequence[str]], Awaitable[None]]
"""Raises the domain's NotFound unless every id is of the caller's pool: how one domain asks another."""


def neighborhood(address: str | None) -> str:
    """An IPv6 client has a whole /64 to itself. What is no address, as a client's server may call one, is itself."""
    if address is None or ":" not in address:
        return address or ""
    try:
        known = IPv6Address(address)
    except ValueError:
        return address
    return str(known.ipv4_mapped or known.exploded[:19])
