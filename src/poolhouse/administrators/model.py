"""Administrators and their sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from poolhouse.administrators.roles import Role
from poolhouse.caller import Limits

SERVER = ""
"""The pool of what belongs to no pool."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """`is_owner`: of the server; may do everything in every pool, and make administrators.

    `roles`: by the pool's id; an administrator sees no pool that is not in it. `limits`: of a pool where the role is
    limited. `second_factor`: an authenticator is
    asked for at each sign-in. `recovery_codes`: how many are left. `passkeys`: how many sign in.
    """

    id: str
    username: str
    name: str = ""
    is_owner: bool = False
    disabled: bool = False
    must_change_password: bool = False
    second_factor: bool = False
    recovery_codes: int = 0
    passkeys: int = 0
    created_at: datetime | None = None
    password_set_at: datetime | None = None
    last_login_at: datetime | None = None
    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    limits: Mapping[str, Limits] = field(default_factory=dict)

    def applications(self, pool_id: str) -> list[str]:
        """Those that their role in the pool is limited to; none where it is not limited."""
        limits = self.limits.get(pool_id)
        return sorted(limits.applications) if limits else []

    def departments(self, pool_id: str) -> list[str]:
        """As `applications`, of departments."""
        limits = self.limits.get(pool_id)
        return sorted(limits.departments) if limits else []


@dataclass(frozen=True, slots=True)
class AdministratorSession:
    """`id` is the digest of what the browser keeps, in hex: it tells sessions apart and opens none."""

    id: str
    administrator_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str | None
    user_agent: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """`rp_id`: the host name it was made at and is good at alone. `backup_eligible`: its maker may copy it to other
    devices of the person; `backed_up`: it has. `used_at`: the last sign-in."""

    id: str
    administrator_id: str
    credential_id: bytes
    rp_id: str
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` and `device` are the browser's to keep, and stored nowhere here: the second says, long after the session,
    that this person signed in with it before."""

    administrator: Administrator
    session: AdministratorSession
    token: str = field(repr=False)
    device: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class More:
    """The password was right, and this is needed too: `ticket` goes on with the sign-in, for ten minutes."""

    needs: Literal["code", "new password"]
    ticket: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewFactor:
    """An authenticator to be: the secret, and how to scan it (`qrcode`: the address of a picture). `ticket` goes on."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qrcode: str = field(repr=False)
    ticket: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a browser is to ask its authenticator, bytes in base64url; `ticket` goes on with the answer, for five
    minutes."""

    options: Mapping[str, Any]
    ticket: str = field(repr=False)
