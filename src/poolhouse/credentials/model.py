"""Keys, and what a request presents to say who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from poolhouse.caller import Limits
from poolhouse.credentials.signature import Signature
from poolhouse.errors import Lang
from poolhouse.sessions.tokens import Claims

Kind = Literal["signature", "access key token", "management token", "login", "access token"]
"""`login` is a person's token, `access token` what they let an application have; the first three are an
administrator's."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """`own` is the pool's own pair: its id and its secret, which cannot be disabled, only renewed.

    `scopes` is what it may do (`users:read`); None means everything. `user_id` is the user it was made for.
    `administrator_id`: whose key it is, who can do what it can; None for one that is the pool's. `used_at` is exact to
    a minute. `limits`: those of that administrator's role, as it is now.
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
    administrator_id: str | None = None
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """What a wire took from a request, in that wire's own headers; nothing of it is believed yet.

    `pool_id`, `app_id` and `tenant_id` are those the request names, "" where it names none.
    """

    token: str = field(default="", repr=False)
    signature: Signature | None = field(default=None, repr=False)
    pool_id: str = ""
    app_id: str = ""
    tenant_id: str = ""
    lang: Lang = "zh-CN"
    ip: str | None = None
    user_agent: str = ""
    device_id: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """What is asked of whoever comes in here.

    `names_own_pool`: a pool that the request names must be the credential's; elsewhere what it names is
    ignored. `notes_use`: it counts as a use of the access key, and the pool's own pair is one.
    """

    takes: tuple[Kind, ...]
    names_own_pool: bool = False
    notes_use: bool = False


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """`claims` is None for a token that is not, or no longer, good."""

    claims: Claims | None
    expired: bool = False
