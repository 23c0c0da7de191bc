"""Custom fields and their values. Source: docs/contract/users.md#custom-fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

MOST_AT_ONCE = 50
MOST_IN_ORDER = 1000
LONGEST_KEY = 100
LONGEST_LABEL = 255
LARGEST_VALUE_BYTES = 16_384


class TargetType(StrEnum):
    """What a field is for. NODE is what v3 calls DEPARTMENT."""

    USER = "USER"
    ROLE = "ROLE"
    GROUP = "GROUP"
    NODE = "NODE"
    ORG = "ORG"
    USERPOOL = "USERPOOL"
    PERMISSION = "PERMISSION"
    APPLICATION = "APPLICATION"


class DataType(StrEnum):
    """SELECT is what v3 calls ENUM.

    The Python values are: STRING and SELECT str; NUMBER int or float; BOOLEAN bool; OBJECT dict or list;
    DATETIME an aware UTC datetime.
    """

    STRING = "STRING"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    DATETIME = "DATETIME"
    OBJECT = "OBJECT"
    SELECT = "SELECT"


class IndexState(StrEnum):
    """Of the index of a marked field: READY is used, EMPTYING no longer wanted."""

    FILLING = "FILLING"
    READY = "READY"
    EMPTYING = "EMPTYING"


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How many of the values there were are in it; `total` is counted when the field is marked."""

    state: IndexState
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Rule:
    """`type` is regExp (then `content` is the expression), phone, email or isNumber."""

    type: str
    content: str = ""
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """`key`, `data_type` and `encrypted` never change.

    An encrypted field is sealed in the database and cannot be searched. `user_editable` lets end users set it
    on themselves. The visibilities are for consoles; no wire hides anything by them. `indexed`: its values are to be in
    the index; `index` says how far that is, and is not stored with the rest.
    """

    target_type: TargetType
    key: str
    data_type: DataType
    label: str
    description: str | None
    options: tuple[Option, ...]
    rules: tuple[Rule, ...]
    unique: bool
    encrypted: bool
    user_editable: bool
    visible_in_admin_console: bool
    visible_in_user_center: bool
    desensitized: bool
    app_ids: tuple[str, ...]
    i18n: Mapping[str, Any] | None
    created_at: datetime
    updated_at: datetime
    indexed: bool = False
    index: IndexProgress | None = None

    @property
    def is_ready(self) -> bool:
        """Whether lists may use its index."""
        return self.indexed and self.index is not None and self.index.state is IndexState.READY


@dataclass(frozen=True, slots=True)
class FieldDraft:
    """A field to define, or (None) what to leave as it is on one that is defined already.

    `user_editable` of a new field defaults to `editable_by_default`. `is_new`: refused where there is
    one already.
    """

    target_type: TargetType
    key: str
    data_type: DataType | None = None
    label: str | None = None
    description: str | None = None
    options: tuple[Option, ...] | None = None
    rules: tuple[Rule, ...] | None = None
    unique: bool | None = None
    encrypted: bool | None = None
    user_editable: bool | None = None
    visible_in_admin_console: bool | None = None
    visible_in_user_center: bool | None = None
    desensitized: bool | None = None
    app_ids: tuple[str, ...] | None = None
    i18n: Mapping[str, Any] | None = None
    editable_by_default: bool = False
    indexed: bool | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value with what its reader needs of the definition; `value` is typed as `DataType` says."""

    key: str
    data_type: DataType
    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class FieldQuery:
    """None does not filter; `keyword` is looked for, without case, in key and label."""

    target_type: TargetType
    data_type: DataType | None = None
    keyword: str = ""
    visible_to_users: bool | None = None
    visible_to_administrators: bool | None = None


@dataclass(frozen=True, slots=True)
class BaseField:
    """A built-in field of users, with what the pool says about it."""

    key: str
    data_type: DataType
    label: str
    description: str | None = None
    user_editable: bool = False
    visible_in_admin_console: bool = True
    visible_in_user_center: bool = False
    i18n: Mapping[str, Any] | None = field(default=None)


@dataclass(frozen=True, slots=True)
class BaseFieldChanges:
    """None leaves a thing as it is."""

    key: str
    label: str | None = None
    description: str | None = None
    user_editable: bool | None = None
    visible_in_admin_console: bool | None = None
    visible_in_user_center: bool | None = None
    i18n: Mapping[str, Any] | None = None
