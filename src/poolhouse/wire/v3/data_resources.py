"""Data resources, and the fields of their nodes. Source: docs/contract/v3/permissions.md, docs/contract/v3/dnef.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from poolhouse.errors import InvalidInput, Missing
from poolhouse.misfits import STRING, expected
from poolhouse.paging import MAX_OFFSET
from poolhouse.permissions.model import (
    DataResourceChanges,
    DataResourceDraft,
    ExtendField,
    FieldType,
    Kind,
    Struct,
    TreeNode,
    WholeResource,
)
from poolhouse.times import v3_time
from poolhouse.wire.sentences import said
from poolhouse.wire.v3.conversions import LARGEST_PAGE, page
from poolhouse.wire.v3.dto import common
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.dnef import DnefPaginatedRespDto, ListDnefQuery
from poolhouse.wire.v3.dto.permissions import (
    BatchCreateDnefReq,
    CheckDataResourceExistsQuery,
    CheckParamsDataResourceRespDto,
    CreateArrayDataResourceDto,
    CreateArrayDataResourceRespDto,
    CreateDataResourceDto,
    CreateDataResourceRespDto,
    CreateDnefReq,
    CreateStringDataResourceDto,
    CreateStringDataResourceRespDto,
    CreateTreeDataResourceDto,
    CreateTreeDataResourceRespDto,
    DataResourcesPaginatedRespDto,
    DataResourceTreeStructs,
    DeleteDataResourceDto,
    DeleteDnefReq,
    GetDataResourceQuery,
    GetDataResourceRespDto,
    ListDataResourcesQuery,
    ListDataResourcesRespDto,
    UpdateDataResourceDto,
    UpdateDataResourceRespDto,
    UpdateDnefReq,
)
from poolhouse.wire.v3.endpoint import V3Request, family

# -- resources ---------------------------------------------------------------------------------------------


async def create_data_resource(request: V3Request, body: CreateDataResourceDto) -> CreateDataResourceRespDto:
    return CreateDataResourceRespDto(
        **await _created(request, body, Kind(body.type), body.struct, body.extend_field_list)
    )


async def create_string_data_resource(
    request: V3Request, body: CreateStringDataResourceDto
) -> CreateStringDataResourceRespDto:
    made = await _created(request, body, Kind.STRING, body.struct)
    del made["extend_field_list"]
    return CreateStringDataResourceRespDto(**made)


async def create_array_data_resource(
    request: V3Request, body: CreateArrayDataResourceDto
) -> CreateArrayDataResourceRespDto:
    made = await _created(request, body, Kind.ARRAY, body.struct)
    del made["extend_field_list"]
    return CreateArrayDataResourceRespDto(**made)


async def create_tree_data_resource(
    request: V3Request, body: CreateTreeDataResourceDto
) -> CreateTreeDataResourceRespDto:
    return CreateTreeDataResourceRespDto(
        **await _created(request, body, Kind.TREE, body.struct, body.extend_field_list)
    )


async def _created(
    request: V3Request,
    body: CreateDataResourceDto
    | CreateStringDataResourceDto
    | CreateArrayDataResourceDto
    | CreateTreeDataResourceDto,
    kind: Kind,
    struct: Any,
    fields: Sequence[common.ExtendField] | None = None,
) -> dict[str, Any]:
    draft = DataResourceDraft(
        code=body.resource_code,
        name=body.resource_name,
        kind=kind,
        struct=_struct(struct),
        actions=tuple(body.actions),
        description=body.description,
        fields=tuple(_field(one) for one in fields or ()),
    )
    return _shown(await request.services.data_resources.create(request.caller, body.namespace_code, draft))


async def get_data_resource(request: V3Request, query: GetDataResourceQuery) -> GetDataResourceRespDto:
    found = await request.services.data_resources.get(
        request.caller, query.namespace_code, query.resource_code
    )
    return GetDataResourceRespDto(namespace_code=found.resource.namespace, **_shown(found))


async def list_data_resources(
    request: V3Request, query: ListDataResourcesQuery
) -> DataResourcesPaginatedRespDto:
    found = await request.services.data_resources.list(
        request.caller,
        page(query.page, query.limit),
        namespaces=comma_joined(query.namespace_codes),
        query=query.query,
    )
    return DataResourcesPaginatedRespDto(
        total_count=found.total,
        items=[
            ListDataResourcesRespDto(
                resource_name=one.resource.name,
                resource_code=one.resource.code,
                type=one.resource.kind.value,
                description=one.resource.description,
                namespace_code=one.resource.namespace,
                namespace_name=one.namespace_name,
                authorization_num=one.targets_count,
                updated_at=v3_time(one.resource.updated_at),
            )
            for one in found.items
        ],
    )


async def update_data_resource(request: V3Request, body: UpdateDataResourceDto) -> UpdateDataResourceRespDto:
    """A null, or an empty name, leaves a thing as it is."""
    changes = DataResourceChanges(
        name=body.resource_name or None,
        description=body.description,
        struct=None if body.struct is None else _struct(body.struct),
        actions=None if body.actions is None else tuple(body.actions),
    )
    changed = await request.services.data_resources.update(
        request.caller, body.namespace_code, body.resource_code, changes
    )
    return UpdateDataResourceRespDto(**_shown(changed))


async def delete_data_resource(request: V3Request, body: DeleteDataResourceDto) -> None:
    await request.services.data_resources.delete(request.caller, body.namespace_code, body.resource_code)


async def check_data_resource_exists(
    request: V3Request, query: CheckDataResourceExistsQuery
) -> CheckParamsDataResourceRespDto:
    """`isValid`: nobody has it, so it may be taken."""
    if not (query.resource_code or query.resource_name):
        raise Missing("resourceCode")
    code, name = await request.services.data_resources.taken(
        request.caller, query.namespace_code, code=query.resource_code, name=query.resource_name
    )
    taken = "数据资源编码已存在" if code else "数据资源名称已存在" if name else None
    return CheckParamsDataResourceRespDto(
        is_valid=taken is None, message=said(taken, request.caller.lang) if taken else None
    )


# -- fields of nodes ---------------------------------------------------------------------------------------


async def create_dnef(request: V3Request, body: CreateDnefReq) -> IsSuccessDto:
    return await _add_fields(request, body.namespace_code, body.resource_code, [_field(body)])


async def batch_create_dnef(request: V3Request, body: BatchCreateDnefReq) -> IsSuccessDto:
    fields = [_field(one) for one in body.field_list]
    return await _add_fields(request, body.namespace_code, body.resource_code, fields)


async def _add_fields(
    request: V3Request, namespace: str, code: str, fields: Sequence[ExtendField]
) -> IsSuccessDto:
    await request.services.data_resources.add_fields(request.caller, namespace, code, fields)
    return IsSuccessDto(success=True)


async def update_dnef(request: V3Request, body: UpdateDnefReq) -> IsSuccessDto:
    await request.services.data_resources.update_field(
        request.caller,
        body.namespace_code,
        body.resource_code,
        body.key,
        label=body.label,
        description=body.description,
        options=None if body.config is None else [one.value for one in body.config.options],
    )
    return IsSuccessDto(success=True)


async def delete_dnef(request: V3Request, body: DeleteDnefReq) -> IsSuccessDto:
    await request.services.data_resources.delete_field(
        request.caller, body.namespace_code, body.resource_code, body.key
    )
    return IsSuccessDto(success=True)


async def list_dnef(request: V3Request, query: ListDnefQuery) -> DnefPaginatedRespDto:
    """`startIndex` counts from 1."""
    if not 1 <= query.start_index <= MAX_OFFSET:
        raise InvalidInput("startIndex", f"应为 1 至 {MAX_OFFSET}", f"must be 1 to {MAX_OFFSET}")
    size = page(1, query.max_size, LARGEST_PAGE).size
    words = (query.query or "").lower()
    found = [
        one
        for one in await request.services.data_resources.list_fields(
            request.caller, query.namespace_code, query.resource_code
        )
        if words in one.key.lower() or words in one.label.lower()
    ]
    start = query.start_index - 1
    return DnefPaginatedRespDto(
        next_start_index=min(start + size, len(found)) + 1,
        truncated=start + size < len(found),
        items=[_field_dto(one) for one in found[start : start + size]],
    )


# -- conversions -------------------------------------------------------------------------------------------


def comma_joined(given: Sequence[str] | None) -> list[str]:
    """A list whose members may be several, joined by commas."""
    return [one for some in given or () for one in some.split(",") if one]


def _no_struct() -> InvalidInput:
    return InvalidInput(
        "struct",
        "应为字符串、字符串列表或节点列表",
        "expected a string, a list of strings or a list of nodes",
    )


def _struct(given: Any) -> Struct:
    """Whatever was sent as `struct`: whether it fits the kind, the domain says."""
    if isinstance(given, str):
        return given
    if not isinstance(given, list):
        raise _no_struct()
    if all(isinstance(one, str) for one in given):
        return tuple(given)
    try:
        nodes = msgspec.convert(given, list[DataResourceTreeStructs], from_attributes=True)
    except msgspec.ValidationError as error:
        raise _no_struct() from error
    return tuple(_node(one) for one in nodes)


def _node(given: DataResourceTreeStructs) -> TreeNode:
    values = given.extend_field_value or {}
    if not all(isinstance(value, str) for value in values.values()):
        raise InvalidInput("struct.extendFieldValue", *expected(STRING))
    return TreeNode(
        given.code, given.name, given.value, values or None, tuple(_node(one) for one in given.children or ())
    )


def _node_dto(node: TreeNode) -> DataResourceTreeStructs:
    return DataResourceTreeStructs(
        code=node.code,
        name=node.name,
        value=node.value,
        children=[_node_dto(one) for one in node.children] or None,
        extend_field_value=dict(node.extend) if node.extend else None,
    )


def _field(given: common.ExtendField | CreateDnefReq) -> ExtendField:
    options = [one.value for one in given.config.options] if given.config else []
    return ExtendField(
        given.key, given.label, FieldType(given.value_type), given.description, tuple(dict.fromkeys(options))
    )


def _field_dto(field: ExtendField) -> common.ExtendField:
    return common.ExtendField(
        key=field.key,
        value_type=field.type.value,
        description=field.description,
        label=field.label,
        config=common.Config(options=[common.Option(value=one) for one in field.options])
        if field.options
        else None,
    )


def _shown(whole: WholeResource) -> dict[str, Any]:
    """The fields that every answer about one resource has."""
    struct: Any = whole.struct
    if whole.resource.kind is Kind.TREE:
        struct = [_node_dto(one) for one in struct]
    return {
        "resource_name": whole.resource.name,
        "resource_code": whole.resource.code,
        "type": whole.resource.kind.value,
        "description": whole.resource.description,
        "struct": list(struct) if isinstance(struct, tuple) else struct,
        "extend_field_list": [_field_dto(one) for one in whole.fields] or None,
        "actions": list(whole.resource.actions),
    }


_row = family("resources")

ENDPOINTS = [
    _row(
        "POST",
        "create-data-resource",
        CreateDataResourceDto,
        CreateDataResourceRespDto,
        create_data_resource,
        "Create a text, a list or a tree that policies can speak about",
    ),
    _row(
        "POST",
        "create-string-data-resource",
        CreateStringDataResourceDto,
        CreateStringDataResourceRespDto,
        create_string_data_resource,
        "Create a text that policies can speak about",
    ),
    _row(
        "POST",
        "create-array-data-resource",
        CreateArrayDataResourceDto,
        CreateArrayDataResourceRespDto,
        create_array_data_resource,
        "Create a list that policies can speak about",
    ),
    _row(
        "POST",
        "create-tree-data-resource",
        CreateTreeDataResourceDto,
        CreateTreeDataResourceRespDto,
        create_tree_data_resource,
        "Create a tree that policies can speak about",
    ),
    _row(
        "GET",
        "get-data-resource",
        GetDataResourceQuery,
        GetDataResourceRespDto,
        get_data_resource,
        "Get a data resource with all of its structure",
    ),
    _row(
        "GET",
        "list-data-resources",
        ListDataResourcesQuery,
        DataResourcesPaginatedRespDto,
        list_data_resources,
        "List data resources of some namespaces, by part of a name or code",
    ),
    _row(
        "POST",
        "update-data-resource",
        UpdateDataResourceDto,
        UpdateDataResourceRespDto,
        update_data_resource,
        "Update a data resource; what policies say of nodes and actions that go, goes",
    ),
    _row(
        "POST",
        "delete-data-resource",
        DeleteDataResourceDto,
        None,
        delete_data_resource,
        "Delete a data resource with what policies say of it",
    ),
    _row(
        "GET",
        "check-data-resource-exists",
        CheckDataResourceExistsQuery,
        CheckParamsDataResourceRespDto,
        check_data_resource_exists,
        "Whether a code, or a name, is free in a namespace",
    ),
    _row("POST", "create-dnef", CreateDnefReq, IsSuccessDto, create_dnef, "Add a field to a tree's nodes"),
    _row(
        "POST",
        "batch-create-dnef",
        BatchCreateDnefReq,
        IsSuccessDto,
        batch_create_dnef,
        "Add fields to a tree's nodes, all or none",
    ),
    _row("POST", "update-dnef", UpdateDnefReq, IsSuccessDto, update_dnef, "Update a field of a tree's nodes"),
    _row(
        "POST",
        "delete-dnef",
        DeleteDnefReq,
        IsSuccessDto,
        delete_dnef,
        "Delete a field of a tree's nodes with its values",
    ),
    _row(
        "GET",
        "list-dnef",
        ListDnefQuery,
        DnefPaginatedRespDto,
        list_dnef,
        "List the fields of a tree's nodes",
    ),
]
