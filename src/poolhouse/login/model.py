"""What signing in takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from poolhouse.sessions.model import IssuedToken, Session
from poolhouse.users.model import User

Channel = Literal["email", "phone"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)

Method = Literal[
    "password",
    "phone_code",
    "email_code",
    "sub_account",
    "register",
    "mfa",
    "reset",
    "identity",
    "passkey",
]


@dataclass(frozen=True, slots=True)
class SignIn:
    """What comes with any login besides the proof. `scope`: what its tokens are to be good for, in words that the
    provider knows; None where nothing is said of it."""

    captcha: str | None = None
    auto_register: bool = False
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """`token` is None only after a registration that did not ask for one."""

    user: User
    token: IssuedToken | None = None
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """`values` is keyed by the fields of `User`; what people may not set on themselves is refused.

    `proven`: the address whose code or link was checked, so that it starts verified. `force_login` is a full
    login, `generate_token` a token only (docs/contract/users.md#sessions). An empty password is none.
    `custom_data` is keyed by the pool's custom fields. `vouched`: addresses that an identity source has verified, and
    `source` the type of the connection (`identity`).
    """

    method: Literal["username", "email", "phone_code", "email_code", "phone", "auto", "identity"]
    values: Mapping[str, Any]
    password: str | None = field(default=None, repr=False)
    proven: Channel | None = None
    force_login: bool = False
    generate_token: bool = False
    custom_data: Mapping[str, Any] = field(default_factory=dict)
    vouched: frozenset[Channel] = frozenset()
    source: str = ""

    def has_proved(self, channel: Channel) -> bool:
        """Whether it brings more than a word for the address."""
        return self.proven == channel or channel in self.vouched

    def __post_init__(self) -> None:
        object.__setattr__(self, "password", self.password or None)
