"""A key of the management API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AccessKey:
    """`own` is the pool's own pair: its id and its secret, which cannot be disabled, only renewed.

    `scopes` is what it may do (`users:read`); None means everything. `user_id` is the administrator it was
    made for. `used_at` is exact to a minute.
    """

    id: str
    pool_id: str
    secret: str = field(repr=False)
    user_id: str | None = None
    tenant_id: str | None = None
    scopes: frozenset[str] | None = None
    enabled: bool = True
    own: bool = False
    created_at: datetime | None = None
    used_at: datetime | None = None
