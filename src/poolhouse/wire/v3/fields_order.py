"""The order of custom fields, and what deleting one would lose: operations of our own."""

from __future__ import annotations

from msgspec import Struct

from poolhouse.errors import FieldNotFound
from poolhouse.wire.v3.dto.common import TargetType
from poolhouse.wire.v3.dto.fields import CustomFieldDto
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.fields import field_dto, target_type_of


class Camel(Struct, rename="camel"):
    pass


class CustomFieldUsageQuery(Camel):
    target_type: TargetType
    key: str


class CustomFieldUsageDto(Camel):
    target_type: TargetType
    key: str
    values_count: int


class OrderCustomFieldsDto(Camel):
    target_type: TargetType
    keys: list[str]


async def get_custom_field_usage(request: V3Request, query: CustomFieldUsageQuery) -> CustomFieldUsageDto:
    target_type = target_type_of(query.target_type)
    fields = request.services.fields
    if query.key not in {field.key for field in await fields.list(request.caller, target_type)}:
        raise FieldNotFound(field=query.key)
    count = await fields.count_targets(request.caller, target_type, query.key)
    return CustomFieldUsageDto(query.target_type, query.key, count)


async def order_custom_fields(request: V3Request, body: OrderCustomFieldsDto) -> list[CustomFieldDto]:
    ordered = await request.services.fields.order(request.caller, target_type_of(body.target_type), body.keys)
    return [field_dto(field) for field in ordered]


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-custom-field-usage",
        request=CustomFieldUsageQuery,
        response=CustomFieldUsageDto,
        handler=get_custom_field_usage,
        scope="fields:read",
        summary="How many values of a custom field there are",
        ours=True,
    ),
    Endpoint(
        "POST",
        "order-custom-fields",
        request=OrderCustomFieldsDto,
        response=list[CustomFieldDto],
        handler=order_custom_fields,
        scope="fields:write",
        summary="Place these custom fields first, in this order",
        ours=True,
    ),
]
