"""Sessions and issued tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One login at one application from one device; `app_id` and `device_id` are "" when not told.

    `scope`: what the sign-in asked for; None where it said nothing of it.
    """

    id: str
    pool_id: str
    user_id: str
    app_id: str
    device_id: str
    ip: str | None
    user_agent: str
    created_at: datetime
    expires_at: datetime
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that has just ended."""

    id: str
    user_id: str
    app_id: str


@dataclass(frozen=True, slots=True)
class Ending:
    """Sessions that end, and the users who are done with: whatever else was made from a login ends with them.

    `app_ids` narrows the users' end to what they have at these applications; None is everything they have.
    `run_out`: sessions that are no more, of which what outlived them ends.
    """

    pool_id: str
    sessions: Sequence[Ended] = ()
    user_ids: Sequence[str] = ()
    app_ids: Sequence[str] | None = None
    run_out: Sequence[str] = ()

    @property
    def session_ids(self) -> list[str]:
        return [*(session.id for session in self.sessions), *self.run_out]


@dataclass(frozen=True, slots=True)
class IssuedToken:
    token: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime

    @property
    def iat(self) -> int:
        return int(self.issued_at.timestamp())

    @property
    def exp(self) -> int:
        return int(self.expires_at.timestamp())


@dataclass(frozen=True, slots=True)
class LoginState:
    """Whether a user is logged in, and at which applications."""

    is_logged_in: bool
    app_ids: tuple[str, ...] = ()
