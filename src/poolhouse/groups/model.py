"""Groups as the domains see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LONGEST_CODE = 64
LONGEST_NAME = 255
LONGEST_DESCRIPTION = 1000


@dataclass(frozen=True, slots=True)
class Group:
    """`code` is unique in the pool and may change; `id` never does. `type` is the caller's own word."""

    id: str
    code: str
    name: str
    description: str | None
    type: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A group to be. `custom_data` holds values of fields defined for groups."""

    code: str
    name: str
    description: str | None = None
    type: str = "BASIC"
    custom_data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class GroupChanges:
    """None leaves a thing as it is."""

    name: str | None = None
    description: str | None = None
    new_code: str | None = None
    type: str | None = None
    custom_data: Mapping[str, Any] | None = None
