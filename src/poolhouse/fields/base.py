"""The built-in fields of users, as `get-user-base-fields` shows them. Source: docs/contract/v3/common.md#userdto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from poolhouse.fields.model import BaseField, BaseFieldChanges, DataType
from poolhouse.users.profile_fields import FIELDS, Kind, May
from poolhouse.users.rules import spelled

_TYPES: dict[Kind, DataType] = {
    "choice": DataType.SELECT,
    "boolean": DataType.BOOLEAN,
    "count": DataType.NUMBER,
    "time": DataType.DATETIME,
    "stamp": DataType.DATETIME,
    "list": DataType.OBJECT,
}
"""Others are STRING."""
_KEYS = {"id": "userId", "last_ip": "lastIp"}
"""Where the key is not the field as it is spelled."""


def _base_fields() -> Iterator[BaseField]:
    for name, row in FIELDS.items():
        if row.label:
            editable = May.FORM in row.may
            yield BaseField(
                _KEYS.get(name) or spelled(name),
                _TYPES.get(row.kind, DataType.STRING),
                row.label,
                user_editable=editable,
                visible_in_user_center=editable,
            )
        if name == "status":
            yield BaseField("workStatus", DataType.SELECT, "工作状态")  # which follows from it


BASE_FIELDS = {field.key: field for field in _base_fields()}


def changed(base: BaseField, changes: BaseFieldChanges) -> BaseField:
    given = {
        name: value
        for name in (
            "label",
            "description",
            "user_editable",
            "visible_in_admin_console",
            "visible_in_user_center",
            "i18n",
        )
        if (value := getattr(changes, name)) is not None
    }
    return replace(base, **given)
