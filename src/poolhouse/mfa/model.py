"""Second factors of a user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Factor:
    """A TOTP authenticator; good for logging in once it is confirmed."""

    id: str
    pool_id: str
    user_id: str
    confirmed: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Association:
    """Shown once: the secret, how to scan it, and the recovery code that stands in for a lost phone."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qrcode_data_url: str = field(repr=False)
    recovery_code: str = field(repr=False)


PasskeyKind = Literal["fingerprint", "face", "other"]
"""By what its owner says they show it who they are. Nothing depends on it."""


@dataclass(frozen=True, slots=True)
class UserPasskey:
    """`rp_id`: the host name it was made at and is good at alone. `app_id`: at which application it was made;
    `platform`: with which browser or system, as it called itself. `backup_eligible`: its maker may copy it to other
    devices of the person; `backed_up`: it has. `used_at`: the last sign-in."""

    pool_id: str
    id: str
    user_id: str
    credential_id: bytes
    rp_id: str
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool
    kind: PasskeyKind
    name: str
    app_id: str | None
    platform: str
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskedPasskey:
    """What a browser is to ask its authenticator, bytes in base64url; `ticket` goes on with the answer, for five
    minutes."""

    options: Mapping[str, Any]
    ticket: str = field(repr=False)
