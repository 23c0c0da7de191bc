"""Messages, and the templates they are made of. Source: docs/contract/v2.md#mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from poolhouse.errors import Lang
from poolhouse.ids import new_id
from poolhouse.times import now

Scene = Literal[
    "welcome",
    "account_created",
    "verify_email",
    "first_login_verify",
    "console_verify",
    "register_code",
    "login_code",
    "mfa_code",
    "completion_code",
    "verify_code",
    "reset_password",
    "reset_password_code",
    "change_password",
    "change_email",
    "bind_email_code",
    "unbind_email_code",
    "unlock_code",
    "delete_account_code",
    "password_expiring",
    "password_reset_by_admin",
    "password_was_reset",
]
SCENES: tuple[Scene, ...] = get_args(Scene)

KEPT = timedelta(days=30)
"""How long a message is kept, sent or given up; a sent one without its text."""

Channel = Literal["email", "sms"]
Status = Literal["queued", "sent", "dead"]
Route = Literal["pool", "server", "sms"]
"""The way out: the pool's own mail server, the mail server of the settings, or their hook for short messages."""


@dataclass(frozen=True, slots=True)
class Template:
    """`subject`, `sender` and `content` are Jinja2 over render.VARIABLES; `content` is HTML, and what is put
    into it is escaped.

    `enabled`: the pool's own text is used; else the built-in one, in the reader's language. `expires_in_s` is
    what `lifetime` tells, `redirect_to` where the link leads on to.
    """

    scene: Scene
    name: str
    subject: str
    sender: str
    content: str
    redirect_to: str | None = None
    has_url: bool = False
    expires_in_s: int = 300
    enabled: bool = False
    built_in: bool = True


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    sender: str
    html: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the outbox. `body` (HTML, or the text of an SMS) is emptied once it was delivered: codes
    and links do not lie about. `recipient` is an address, or a phone number in E.164."""

    id: str
    pool_id: str
    channel: Channel
    scene: Scene
    lang: Lang
    recipient: str
    sender: str
    subject: str
    body: str
    user_id: str | None
    status: Status
    attempts: int
    last_error: str | None
    next_attempt_at: datetime
    created_at: datetime
    sent_at: datetime | None

    @classmethod
    def new(
        cls,
        *,
        pool_id: str,
        channel: Channel,
        scene: Scene,
        lang: Lang,
        recipient: str,
        body: str,
        sender: str = "",
        subject: str = "",
        user_id: str | None = None,
    ) -> Message:
        """One to be sent at once, and not tried yet."""
        moment = now()
        return cls(
            id=new_id(),
            pool_id=pool_id,
            channel=channel,
            scene=scene,
            lang=lang,
            recipient=recipient,
            sender=sender,
            subject=subject,
            body=body,
            user_id=user_id,
            status="queued",
            attempts=0,
            last_error=None,
            next_attempt_at=moment,
            created_at=moment,
            sent_at=None,
        )


ProviderKind = Literal["custom", "ali", "qq", "sendgrid"]
Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Provider:
    """A mail server: TLS from the first byte, STARTTLS (never falling back to clear text), or none."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    security: Security = "tls"
    kind: ProviderKind = "custom"
    enabled: bool = True
