"""Second factors of a user."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


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
