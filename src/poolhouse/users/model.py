"""Users as the domains see them. Wire spellings (lastIP, lastIp, arn) belong to the wires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from poolhouse import emails, phones
from poolhouse.paging import PageRequest
from poolhouse.texts import trimmed, written
from poolhouse.users.profile_fields import SEARCHED_FIELDS, Profile

AVATAR_PATH = "/static/poolhouse-default-avatar.png"
"""Where the server has the picture of users who have none. It is shown in place of none and never stored."""


class Status(StrEnum):
    ACTIVATED = "Activated"
    SUSPENDED = "Suspended"
    RESIGNED = "Resigned"
    ARCHIVED = "Archived"
    DEACTIVATED = "Deactivated"


class User(Profile, frozen=True, gc=False):
    """One user, whose fields are the rows of users/profile_fields.py, in the order that rows of SQL have them."""

    @property
    def may_log_in(self) -> bool:
        """The one answer for whoever proves who they are, or did so before. In SQL: users/postgres.py."""
        return self.status == Status.ACTIVATED and not (self.blocked or self.is_deleted)

    @property
    def shown_status(self) -> str:
        """A blocked user counts as suspended: v3 has no other word for it. In SQL: users/postgres.py."""
        return Status.SUSPENDED.value if self.blocked and self.status == Status.ACTIVATED else self.status

    @property
    def display_name(self) -> str:
        """The order is documented for audit rows (docs/contract/users.md#display-names)."""
        return (
            self.nickname
            or self.username
            or self.name
            or self.given_name
            or self.family_name
            or self.email
            or self.phone
            or self.id
        )


KeyKind = Literal["id", "username", "email", "phone", "external_id", "identity"]
"""`identity` compares `provider:userIdInIdp` of a linked identity."""


@dataclass(frozen=True, slots=True)
class UserKey:
    """What one user is asked for by. Email compares without case, username with it, a phone by its number.

    `country_code` is what a number without one belongs to; None is also for who only knows the digits.
    """

    kind: KeyKind
    value: str
    country_code: str | None = None

    @property
    def stored(self) -> str:
        """The one spelling of `value`, as it is kept and counted: two keys of one person have one."""
        if self.kind == "email":
            return emails.stored(self.value)
        if self.kind == "phone":
            return phones.find_key(self.value, self.country_code) or written(self.value)
        return written(self.value) if self.kind in ("username", "external_id") else self.value

    @classmethod
    def identity(cls, provider: str, user_id_in_idp: str) -> UserKey:
        return cls("identity", f"{provider}:{user_id_in_idp}")


@dataclass(frozen=True, slots=True)
class UserDraft:
    """What a user is created from or changed to: only the fields that were given.

    `values` is keyed by the names of `User`. `password` is plain text; `password_hash` is another system's
    (keepPassword), with the `password_salt` that is kept apart from it, if any. None is ever logged. An empty one
    is none: a form that sends `password: ""` gives no password, and nobody may get one that anybody can type.
    `noted` names the values nobody asked for, that follow from the act: a directory without a place for them
    leaves them out, where it must refuse the others.
    `judged`: the pool's rules on new passwords were asked already, or have nothing to say (we made it).
    `any_email`: whatever text is given as e-mail is kept (v2's administrators may).
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)
    password_salt: str | None = field(default=None, repr=False)
    noted: frozenset[str] = frozenset()
    judged: bool = False
    any_email: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "password", self.password or None)
        object.__setattr__(self, "password_hash", self.password_hash or None)
        object.__setattr__(self, "password_salt", self.password_salt or None)


CUSTOM_DATABASE = "custom-database"
"""The provider of the identity that people bring from the pool's own database; `user_id_in_idp` is the id its
script gave."""


@dataclass(frozen=True, slots=True)
class IdentityDraft:
    """An identity at an outside source to be kept with a new user.

    The source's own tokens are not: nothing here would use them, and what is not kept is not stolen.
    """

    provider: str
    user_id_in_idp: str
    type: str = "generic"
    ext_idp_id: str | None = None
    connection_id: str | None = None
    is_social: bool = False
    openid: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class DepartmentFilter:
    department_id: str
    include_children: bool = False


@dataclass(frozen=True, slots=True)
class RoleFilter:
    code: str
    namespace: str = "default"


Operator = Literal[
    "EQUAL",
    "NOT_EQUAL",
    "CONTAINS",
    "NOT_CONTAINS",
    "IS_NULL",
    "NOT_NULL",
    "IN",
    "GREATER",
    "LESSER",
    "BETWEEN",
]


CUSTOM = "customData."
"""What the name of a custom field begins with, in a condition and in a sort."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One term of an advanced filter over a field of `User` or `customData.<key>`; terms are joined by AND."""

    field: str
    operator: Operator
    value: Any = None


@dataclass(frozen=True, slots=True)
class Sort:
    field: str
    descending: bool = True


@dataclass(frozen=True, slots=True)
class UserQuery:
    """Which users; everything given must hold. Both wires build this and nothing else.

    `keyword` is looked for inside `fields` (any of them), case and width folded, `%` and `_` plain; blanks
    around it are nobody's name, and nothing else is no keyword.
    `fields_named`: the caller named them; where they did not, a directory may search by its own lights.
    `sort`: of two by one field the second orders nobody, and is left out.
    `within`: the departments that whoever asks is limited to; nobody is listed who is in none of them or below.
    """

    page: PageRequest = field(default_factory=PageRequest)
    keyword: str | None = None
    fields: tuple[str, ...] = SEARCHED_FIELDS
    fields_named: bool = False
    statuses: tuple[str, ...] = ()
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    not_in_org: bool = False
    departments: tuple[DepartmentFilter, ...] = ()
    groups: tuple[str, ...] = ()
    roles: tuple[RoleFilter, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sort: tuple[Sort, ...] = ()
    within: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "keyword", trimmed(self.keyword or "") or None)
        orders: dict[str, Sort] = {}
        for one in self.sort:
            orders.setdefault(one.field, one)
        object.__setattr__(self, "sort", tuple(orders.values()))

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of the filters in use, for a directory that must say which one it cannot do."""
        named = {
            "status": self.statuses,
            "updatedAt": self.updated_from or self.updated_to,
            "excludeUsersInOrg": self.not_in_org,
            "department": self.departments,
            "group": self.groups,
            "role": self.roles,
            "advancedFilter": self.conditions,
            "sort": self.sort,
            "within": self.within,
        }
        return tuple(name for name, value in named.items() if value)
