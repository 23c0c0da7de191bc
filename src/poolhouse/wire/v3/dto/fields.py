"""Custom fields and custom data. Source: docs/contract/v3/fields.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.common import LangObject, TargetType

DataType = Literal["STRING", "NUMBER", "DATETIME", "BOOLEAN", "ENUM"]
"""What v2 calls an OBJECT is a STRING here, for typed clients do not know the word."""

AnyDataType = Literal["STRING", "NUMBER", "DATETIME", "BOOLEAN", "ENUM", "OBJECT", "SELECT"]
"""Both names of an enumeration are read, and what v2 calls an OBJECT."""


class CustomFieldDto(Dto, kw_only=True):
    target_type: TargetType
    created_at: str | None = None
    data_type: DataType
    key: str
    label: str
    description: str | None = None
    encrypted: bool | None = None
    is_unique: bool
    user_editable: bool | None = None
    visible_in_admin_console: bool
    visible_in_user_center: bool | None = None
    i18n: CustomFieldI18n | None = None
    options: list[CustomFieldSelectOption] | None = None
    indexed: bool | UnsetType = UNSET  # ours; shown of a field that is or was
    index_progress: CustomFieldIndexDto | UnsetType = UNSET  # likewise
    # ours; true of what v2 calls an OBJECT, which `dataType` calls a STRING
    is_object: bool | UnsetType = UNSET
    validate_rules: list[CustomFieldRuleDto] | UnsetType = UNSET  # ours; shown of a field that has any


class CustomFieldRuleDto(Dto, kw_only=True):
    """Ours: a rule as `validateRules` takes it."""

    type: Literal["regExp", "phone", "email", "isNumber"]
    content: str
    error_message: str | None = None


class CustomFieldIndexDto(Dto, kw_only=True):
    """Ours: how many of the values there were are in the index. Lists use it when it is READY."""

    state: Literal["FILLING", "READY", "EMPTYING"]
    done: Int
    total: Int  # as it was when the field was marked


class CustomFieldI18n(Dto, kw_only=True):
    label: LangObject


class CustomFieldPagingDto(Dto, kw_only=True):
    """The contract repeats the query here; a page is meant."""

    total_count: Int
    items: list[CustomFieldDto] = field(name="list")


class CustomFieldSelectOption(Dto, kw_only=True):
    value: str
    label: str


class DeleteCustomFieldDto(Dto, kw_only=True):
    target_type: TargetType
    key: str


class DeleteCustomFieldsReqDto(Dto, kw_only=True):
    tenant_id: str | None = None  # the contract requires it
    items: list[DeleteCustomFieldDto] = field(name="list")


class SetCustomDataDto(Dto, kw_only=True):
    tenant_id: str | None = None
    key: str
    value: Any = None  # the contract says string, its text any type; null takes the value away


class SetCustomDataReqDto(Dto, kw_only=True):
    items: list[SetCustomDataDto] = field(name="list")
    target_identifier: str
    target_type: TargetType
    tenant_id: str | None = None
    namespace: str | None = None


class SetCustomFieldDto(Dto, kw_only=True):
    target_type: TargetType
    key: str
    data_type: AnyDataType | None = None
    label: str | None = None
    description: str | None = None
    encrypted: bool | None = None
    is_unique: bool | None = None
    user_editable: bool | None = None
    visible_in_admin_console: bool | None = None
    visible_in_user_center: bool | None = None
    validate_rules: Any = None
    app_ids: list[str] | None = None
    desensitization: bool | None = None
    options: list[CustomFieldSelectOption] | None = None
    i18n: CustomFieldI18n | None = None
    indexed: bool | None = None  # ours, see [below](#indexed-fields)
    is_new: bool | None = None  # ours: true is refused (409) where the field is there already


class SetCustomFieldsReqDto(Dto, kw_only=True):
    items: list[SetCustomFieldDto] = field(name="list")
    tenant_id: str | None = None


class SetUserBaseFieldDto(Dto, kw_only=True):
    key: str
    label: str | None = None
    description: str | None = None
    user_editable: bool | None = None
    visible_in_admin_console: bool | None = None
    visible_in_user_center: bool | None = None
    i18n: CustomFieldI18n | None = None


class SetUserBaseFieldsReqDto(Dto, kw_only=True):
    items: list[SetUserBaseFieldDto] = field(name="list")


class GetCustomDataQuery(Dto, kw_only=True):
    tenant_id: str | None = None  # the contract requires it
    target_type: TargetType
    target_identifier: str
    namespace: str | None = None


class GetCustomFieldsQuery(Dto, kw_only=True):
    target_type: TargetType
    tenant_id: str | None = None


class ListCustomFieldsQuery(Dto, kw_only=True):
    target_type: TargetType
    data_type: AnyDataType | None = None  # the contract requires it
    tenant_id: str | None = None
    page: Int = 1
    limit: Int = 10
    user_visible: bool | None = None
    admin_visible: bool | None = None
    access_control: bool | None = None
    keyword: str | None = None
    lang: str | None = None


class ListUserBaseFieldsQuery(ListCustomFieldsQuery, kw_only=True):
    pass
