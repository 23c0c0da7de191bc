"""Posts as the domains see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LONGEST_CODE = 64
LONGEST_NAME = 255
LONGEST_DESCRIPTION = 1000


@dataclass(frozen=True, slots=True)
class Post:
    """`code` is unique in the pool. `users` counts who holds it."""

    id: str
    code: str
    name: str
    description: str | None
    created_at: datetime
    updated_at: datetime
    department_ids: tuple[str, ...] = ()
    users: int = 0


@dataclass(frozen=True, slots=True)
class PostDraft:
    """`department_ids` None leaves them as they are."""

    code: str
    name: str
    description: str | None = None
    department_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PostQuery:
    """None and "" do not filter; `keyword` is part of code, name or description, without case."""

    keyword: str = ""
    codes: tuple[str, ...] = ()
    created_from: datetime | None = None
    created_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
