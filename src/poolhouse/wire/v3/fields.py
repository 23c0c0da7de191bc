"""Custom fields, custom data and the built-in fields of users. Source: docs/contract/v3/fields.md.

Fields and their values belong to the pool: a `tenantId` is read and changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import msgspec
from msgspec import UNSET

from poolhouse import misfits
from poolhouse.fields.model import (
    BaseField,
    BaseFieldChanges,
    DataType,
    Field,
    FieldDraft,
    FieldQuery,
    IndexProgress,
    Option,
    Rule,
    TargetType,
)
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import custom_data_of, page, refuse_unbuilt
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.fields import (
    CustomFieldDto,
    CustomFieldI18n,
    CustomFieldIndexDto,
    CustomFieldPagingDto,
    CustomFieldRuleDto,
    CustomFieldSelectOption,
    DeleteCustomFieldsReqDto,
    GetCustomDataQuery,
    GetCustomFieldsQuery,
    ListCustomFieldsQuery,
    ListUserBaseFieldsQuery,
    SetCustomDataReqDto,
    SetCustomFieldDto,
    SetCustomFieldsReqDto,
    SetUserBaseFieldsReqDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.groups import SUCCESS
from poolhouse.wire.v3.roles import role_key

_UNIQUE = frozenset({"userId", "username", "email", "phone", "externalId"})


def target_type_of(word: str) -> TargetType:
    return TargetType.NODE if word == "DEPARTMENT" else TargetType(word)


def _data_type(word: str) -> DataType:
    return DataType.SELECT if word == "ENUM" else DataType(word)


_NAMES = {DataType.SELECT: "ENUM", DataType.OBJECT: "STRING"}
"""What v3 calls otherwise than v2. Source: docs/contract/v3/fields.md#datatype."""


def _type_name(kind: DataType) -> Any:
    return _NAMES.get(kind, kind.value)


def _i18n(value: Any) -> CustomFieldI18n | None:
    return None if value is None else msgspec.convert(value, CustomFieldI18n)


def field_dto(field: Field) -> CustomFieldDto:
    return CustomFieldDto(
        target_type=cast(
            Any, "DEPARTMENT" if field.target_type is TargetType.NODE else field.target_type.value
        ),
        created_at=v3_time(field.created_at),
        data_type=_type_name(field.data_type),
        key=field.key,
        label=field.label,
        description=field.description,
        encrypted=field.encrypted,
        is_unique=field.unique,
        user_editable=field.user_editable,
        visible_in_admin_console=field.visible_in_admin_console,
        visible_in_user_center=field.visible_in_user_center,
        i18n=_i18n(field.i18n),
        options=[CustomFieldSelectOption(value=one.value, label=one.label) for one in field.options],
        indexed=field.indexed if field.indexed or field.index else UNSET,
        index_progress=_progress(field.index) if field.index else UNSET,
        is_object=True if field.data_type is DataType.OBJECT else UNSET,
        validate_rules=[_rule_dto(rule) for rule in field.rules] or UNSET,
    )


def _rule_dto(rule: Rule) -> CustomFieldRuleDto:
    return CustomFieldRuleDto(
        type=cast(Any, rule.type), content=rule.content, error_message=rule.error_message
    )


def _progress(index: IndexProgress) -> CustomFieldIndexDto:
    return CustomFieldIndexDto(state=index.state.value, done=index.done, total=index.total)


def base_field_dto(field: BaseField) -> CustomFieldDto:
    return CustomFieldDto(
        target_type="USER",
        data_type=_type_name(field.data_type),
        key=field.key,
        label=field.label,
        description=field.description,
        encrypted=False,
        is_unique=field.key in _UNIQUE,
        user_editable=field.user_editable,
        visible_in_admin_console=field.visible_in_admin_console,
        visible_in_user_center=field.visible_in_user_center,
        i18n=_i18n(field.i18n),
    )


# -- definitions -----------------------------------------------------------------------------------------


async def get_custom_fields(request: V3Request, query: GetCustomFieldsQuery) -> list[CustomFieldDto]:
    fields = await request.services.fields.list(request.caller, target_type_of(query.target_type))
    return [field_dto(field) for field in fields]


async def list_custom_fields(request: V3Request, query: ListCustomFieldsQuery) -> CustomFieldPagingDto:
    found = await request.services.fields.list_page(
        request.caller, _asked(query), page(query.page, query.limit)
    )
    return CustomFieldPagingDto(total_count=found.total, items=[field_dto(field) for field in found.items])


def _asked(query: ListCustomFieldsQuery | ListUserBaseFieldsQuery) -> FieldQuery:
    refuse_unbuilt(accessControl=query.access_control, lang=query.lang)
    return FieldQuery(
        target_type_of(query.target_type),
        _data_type(query.data_type) if query.data_type else None,
        query.keyword or "",
        query.user_visible,
        query.admin_visible,
    )


async def set_custom_fields(request: V3Request, body: SetCustomFieldsReqDto) -> list[CustomFieldDto]:
    objects = {
        (field.target_type, field.key)
        for target_type in {
            target_type_of(item.target_type) for item in body.items if item.data_type == "STRING"
        }
        for field in await request.services.fields.list(request.caller, target_type)
        if field.data_type is DataType.OBJECT
    }
    drafts = [_draft(item) for item in body.items]
    drafts = [
        replace(draft, data_type=None)  # it was shown as a STRING, and comes back as one
        if draft.data_type is DataType.STRING and (draft.target_type, draft.key) in objects
        else draft
        for draft in drafts
    ]
    return [field_dto(field) for field in await request.services.fields.define(request.caller, drafts)]


async def delete_custom_fields(request: V3Request, body: DeleteCustomFieldsReqDto) -> IsSuccessDto:
    fields = [(target_type_of(item.target_type), item.key) for item in body.items]
    await request.services.fields.delete(request.caller, fields)
    return SUCCESS


def _draft(item: SetCustomFieldDto) -> FieldDraft:
    return FieldDraft(
        target_type_of(item.target_type),
        item.key,
        _data_type(item.data_type) if item.data_type else None,
        item.label,
        item.description,
        None if item.options is None else tuple(Option(one.value, one.label) for one in item.options),
        _rules(item.validate_rules),
        item.is_unique,
        item.encrypted,
        item.user_editable,
        item.visible_in_admin_console,
        item.visible_in_user_center,
        item.desensitization,
        None if item.app_ids is None else tuple(item.app_ids),
        msgspec.to_builtins(item.i18n) if item.i18n else None,
        indexed=item.indexed,
        is_new=bool(item.is_new),
    )


class _RuleDto(msgspec.Struct, rename="camel"):
    """AppValidateRuleDto of the contract."""

    type: str
    content: str = ""
    error_message: str | None = None


def _rules(given: Any) -> tuple[Rule, ...] | None:
    """One rule or a list of them."""
    if given is None:
        return None
    try:
        rules = msgspec.convert(given if isinstance(given, list) else [given], list[_RuleDto])
    except msgspec.ValidationError as error:
        raise misfits.of(error, list[_RuleDto], "validateRules") from error
    return tuple(Rule(one.type, one.content, one.error_message) for one in rules if one.type != "None")


# -- values ----------------------------------------------------------------------------------------------


async def set_custom_data(request: V3Request, body: SetCustomDataReqDto) -> IsSuccessDto:
    """Texts are read as numbers, booleans and objects where the field is one: the contract types all as text."""
    target_type = target_type_of(body.target_type)
    target_id = await _target_id(request, target_type, body.target_identifier, body.namespace)
    values = {target_id: {item.key: item.value for item in body.items}}
    await request.services.fields.set_values(request.caller, target_type, values, from_text=True)
    return SUCCESS


async def get_custom_data(request: V3Request, query: GetCustomDataQuery) -> dict[str, Any]:
    target_type = target_type_of(query.target_type)
    target_id = await _target_id(request, target_type, query.target_identifier, query.namespace)
    return custom_data_of(await request.services.fields.values_of(request.caller, target_type, target_id))


async def _target_id(
    request: V3Request, target_type: TargetType, identifier: str, namespace: str | None
) -> str:
    """Users and departments by id, groups by code, roles by code and namespace."""
    match target_type:
        case TargetType.GROUP:
            return (await request.services.groups.get(request.caller, identifier)).id
        case TargetType.ROLE:
            return (await request.services.roles.get(request.caller, role_key(identifier, namespace))).id
        case TargetType.NODE:
            await request.services.orgs.require_nodes(request.caller, [identifier])
        case TargetType.USER:
            await request.services.users.require_all(request.caller, [identifier])
    return identifier


# -- built-in fields -------------------------------------------------------------------------------------


async def get_user_base_fields(request: V3Request, body: None) -> list[CustomFieldDto]:
    return [base_field_dto(field) for field in await request.services.fields.list_base(request.caller)]


async def list_user_base_fields(request: V3Request, query: ListUserBaseFieldsQuery) -> CustomFieldPagingDto:
    found = await request.services.fields.list_base_page(
        request.caller, _asked(query), page(query.page, query.limit)
    )
    return CustomFieldPagingDto(total_count=found.total, items=[base_field_dto(one) for one in found.items])


async def set_user_base_fields(request: V3Request, body: SetUserBaseFieldsReqDto) -> list[CustomFieldDto]:
    changes = [
        BaseFieldChanges(
            item.key,
            item.label,
            item.description,
            item.user_editable,
            item.visible_in_admin_console,
            item.visible_in_user_center,
            msgspec.to_builtins(item.i18n) if item.i18n else None,
        )
        for item in body.items
    ]
    fields = await request.services.fields.change_base(request.caller, changes)
    return [base_field_dto(field) for field in fields]


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-custom-fields",
        request=GetCustomFieldsQuery,
        response=list[CustomFieldDto],
        handler=get_custom_fields,
        scope="fields:read",
        summary="Every custom field of a target type",
    ),
    Endpoint(
        "GET",
        "list-custom-fields",
        request=ListCustomFieldsQuery,
        response=CustomFieldPagingDto,
        handler=list_custom_fields,
        scope="fields:read",
        summary="List custom fields by page, type and keyword",
    ),
    Endpoint(
        "POST",
        "set-custom-fields",
        request=SetCustomFieldsReqDto,
        response=list[CustomFieldDto],
        handler=set_custom_fields,
        scope="fields:write",
        summary="Define or change up to 50 custom fields, all or none",
    ),
    Endpoint(
        "POST",
        "delete-custom-fields",
        request=DeleteCustomFieldsReqDto,
        response=IsSuccessDto,
        handler=delete_custom_fields,
        scope="fields:write",
        summary="Delete custom fields with their values, all or none",
    ),
    Endpoint(
        "POST",
        "set-custom-data",
        request=SetCustomDataReqDto,
        response=IsSuccessDto,
        handler=set_custom_data,
        scope="fields:write",
        summary="Set values of a target, all or none",
    ),
    Endpoint(
        "GET",
        "get-custom-data",
        request=GetCustomDataQuery,
        response=dict[str, Any],
        handler=get_custom_data,
        scope="fields:read",
        summary="The values of a target",
    ),
    Endpoint(
        "GET",
        "get-user-base-fields",
        request=None,
        response=list[CustomFieldDto],
        handler=get_user_base_fields,
        scope="fields:read",
        summary="Every built-in field of users",
    ),
    Endpoint(
        "GET",
        "list-user-base-fields",
        request=ListUserBaseFieldsQuery,
        response=CustomFieldPagingDto,
        handler=list_user_base_fields,
        scope="fields:read",
        summary="List built-in fields of users",
    ),
    Endpoint(
        "POST",
        "set-user-base-fields",
        request=SetUserBaseFieldsReqDto,
        response=list[CustomFieldDto],
        handler=set_user_base_fields,
        scope="fields:write",
        summary="Set how consoles show built-in fields",
    ),
]
