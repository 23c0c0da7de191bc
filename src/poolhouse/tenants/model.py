"""Tenants of a pool, and where else their people can log in from.

Source: docs/contract/v2.md#tenants-and-identity-sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Tenant:
    """`code` is unique in the pool. `settings` is what the login page shows differently (JSON)."""

    id: str
    pool_id: str
    code: str
    name: str
    description: str | None = None
    logo: str | None = None
    reject_hint: str | None = None
    creator: str = ""
    source_app_id: str | None = None
    enterprise_domains: tuple[str, ...] = ()
    css: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    app_ids: tuple[str, ...] = ()
    members: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """`id` is the membership's, `user_id` the person's."""

    id: str
    tenant_id: str
    user_id: str
    enabled: bool
    administrator: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """A tenant as one of its members sees it."""

    tenant: Tenant
    member: Member


Place = Literal["app", "tenant"]


@dataclass(frozen=True, slots=True)
class State:
    """Whether a connection is switched on in an application or a tenant."""

    place: Place
    place_id: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """One way to an identity source. `fields` is its configuration; its secrets are MASK in all that is read."""

    id: str
    source_id: str
    type: str
    identifier: str
    display_name: str
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    match_fields: tuple[str, ...] = ()
    logo: str | None = None
    login_only: bool = False
    associable: bool = False
    states: tuple[State, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None

    def is_enabled(self, place: Place, place_id: str) -> bool:
        return State(place, place_id, True) in self.states


@dataclass(frozen=True, slots=True)
class Source:
    """An identity source: `tenant_id` None: the pool's own."""

    id: str
    pool_id: str
    name: str
    type: str
    tenant_id: str | None = None
    logo: str | None = None
    auto_join: bool = False
    connections: tuple[Connection, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConnectionDraft:
    type: str
    identifier: str
    display_name: str
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    match_fields: tuple[str, ...] = ()
    logo: str | None = None
    login_only: bool = False
