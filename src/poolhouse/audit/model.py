"""What an audit row says. Source: docs/contract/users.md#logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any, Literal

from poolhouse.audit.states import difference
from poolhouse.errors import NotFound

# Add a word here when a domain needs one; the wires' tests ask for its name there.
Operation = Literal[
    # what people do themselves
    "login",
    "logout",
    "register",
    "verify_mfa",
    "verify_first_login",
    "bind_mfa",
    "unbind_mfa",
    "bind_email",
    "unbind_email",
    "bind_phone",
    "unbind_phone",
    "link_identity",
    "unlink_identity",
    "update_password",
    "update_email",
    "update_phone",
    "refresh_token",
    # what is done to things, by anybody
    "create",
    "update",
    "delete",
    "import",
    "export",
    "refresh",
    "publish",
    "run",
    "sync",
    "add",
    "remove",
    "move",
    "enable",
    "disable",
    "block",
    "unblock",
    "archive",
    "resign",
    "recover",
    "kick",
    "allow",
    "deny",
    "authorize",
    "revoke",
    "send",
]

ResourceType = Literal[
    "user",
    "user_pool",
    "administrator",
    "application",
    "agreement",
    "access_account",
    "access_key",
    "session",
    "mfa_factor",
    "passkey",
    "identity",
    "group",
    "role",
    "namespace",
    "resource",
    "policy",
    "policy_assignment",
    "application_access",
    "data_resource",
    "data_policy",
    "org",
    "department",
    "department_member",
    "post",
    "field",
    "custom_data",
    "tenant",
    "tenant_member",
    "tenant_administrator",
    "identity_source",
    "whitelist",
    "environment",
    "security_settings",
    "mail_template",
    "mail_provider",
    "sms_service",
    "mail",
    "custom_database",
    "custom_database_script",
    "bulk_act",
    "import_file",
]

Kind = Literal["user", "administrator"]


class AuditRecordNotFound(NotFound):
    zh = "没有这条审计记录，或已被清理"
    en = "The log has no such entry, or has it no longer"


@dataclass(frozen=True, slots=True)
class Event:
    """One act, as the domain that does it tells it.

    `user_id` is the person acted upon (for a login: who logged in; None for an unknown name). `user_name` is
    their display name, kept so that the row still reads after the user is gone. `detail` is small, JSON, and
    never holds a password, a code or a token. `before` and `after` are the thing's two states as the domain has them,
    None where there is none: what differs is kept, with secrets hidden (states.py). An update has both.
    """

    operation: Operation
    resource_type: ResourceType
    resource_id: str | None = None
    _: KW_ONLY
    user_id: str | None = None
    user_name: str | None = None
    app_id: str | None = None
    success: bool = True
    detail: Mapping[str, Any] = field(default_factory=dict)
    before: object = None
    after: object = None

    @property
    def told(self) -> dict[str, Any]:
        """What the row keeps."""
        if self.before is None and self.after is None:
            return dict(self.detail)
        return {**self.detail, **difference(self.before, self.after)}


@dataclass(frozen=True, slots=True)
class Record:
    """A stored act. `kind` is user for what people did themselves, administrator for the rest."""

    id: str
    at: datetime
    kind: Kind
    operation: str
    resource_type: str
    resource_id: str | None
    user_id: str | None
    user_name: str | None
    actor_kind: str
    actor_id: str
    app_id: str | None
    tenant_id: str | None
    session_id: str | None
    success: bool
    detail: Mapping[str, Any]
    ip: str | None
    user_agent: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Act:
    """An operation to look for, on one sort of thing or (None) on any."""

    operation: str
    resource_type: str | None = None


LONGEST_REASON = 64
"""Of what a reason is counted and looked for by."""


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Empty tuples and None do not filter; several values mean any of them. `end` is exclusive.

    `user_ids`: whom it was done to, or who did it. `names`: beside the acts of `user_ids` also those that were refused
    under a name that was nobody's. `reason`: why it was refused, by the word of the log; words of which the first
    LONGEST_REASON characters are the same are one.
    """

    kind: Kind | None = None
    acts: tuple[Act, ...] = ()
    resource_types: tuple[str, ...] = ()
    resource_ids: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    actor_ids: tuple[str, ...] = ()
    app_ids: tuple[str, ...] = ()
    only_in_apps: bool = False
    tenant_id: str | None = None
    ip: str | None = None
    request_id: str | None = None
    success: bool | None = None
    reason: str | None = None
    start: datetime | None = None
    end: datetime | None = None
