"""Identities: who somebody is at an outside source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Identity:
    """`type`: openid, unionid, primary, generic, ...; `ext_idp_id` is "" when no stored source is meant.

    `connection_id` is what it was linked by: a connection's id, or the identifier of one that is not there yet.
    `connection_ids` are the connections it may come from, as they are now.
    """

    id: str
    user_id: str
    provider: str
    user_id_in_idp: str
    type: str = "generic"
    ext_idp_id: str = ""
    connection_id: str | None = None
    is_social: bool = False
    openid: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict, repr=False)
    created_at: datetime | None = None
    connection_ids: Sequence[str] = ()
