"""Departments of an organization that are searched for. Source: docs/contract/v3/orgs.md."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from poolhouse.errors import InvalidInput
from poolhouse.misfits import STRING, expected
from poolhouse.orgs.model import NodeCondition, NodeSort
from poolhouse.paging import everything
from poolhouse.times import parse_end, parse_time
from poolhouse.wire.v3.conversions import moment, page, refuse_unbuilt
from poolhouse.wire.v3.department_dtos import department_dtos
from poolhouse.wire.v3.dto.orgs import (
    DepartmentDto,
    SearchDepartmentsFilterItemDto,
    SearchDepartmentsListReqDto,
    SearchDepartmentsReqDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


async def search_departments(request: V3Request, body: SearchDepartmentsReqDto) -> list[DepartmentDto]:
    orgs = request.services.orgs
    org = await orgs.get_org_by_code(request.caller, body.organization_code, body.tenant_id)
    search = partial(orgs.search_nodes, request.caller, org_id=org.id, keyword=body.keywords)
    return await department_dtos(request, await everything(search), custom_data=body.with_custom_data)


async def search_departments_list(
    request: V3Request, body: SearchDepartmentsListReqDto
) -> list[DepartmentDto]:
    refuse_unbuilt(withPost=body.with_post)
    orgs = request.services.orgs
    org = await orgs.get_org_by_code(request.caller, body.organization_code, body.tenant_id)
    sort = [NodeSort(_SORTS[one.field], one.order == "desc") for one in body.sort or ()]
    if body.sort_by:
        sort.append(NodeSort(_SORTS[body.sort_by], body.order_by != "ASC"))
    found = await orgs.search_nodes(
        request.caller,
        page(body.page, body.limit),
        org_id=org.id,
        conditions=[_condition(one) for one in body.advanced_filter or ()],
        sort=sort,
    )
    if request.walk:
        request.walk.found(found)
    return await department_dtos(request, found.items, custom_data=body.with_custom_data)


_SORTS: dict[str, Any] = {"updatedAt": "updated_at", "createdAt": "created_at", "name": "name"}
_FIELDS: dict[str, Any] = {
    **_SORTS,
    "code": "code",
    "departmentId": "id",
    "id": "id",
    "description": "description",
}


def _condition(one: SearchDepartmentsFilterItemDto) -> NodeCondition:
    field = _FIELDS.get(one.field)
    if field is None:
        raise InvalidInput("advancedFilter", f"不支持字段 {one.field}", f"no such field: {one.field}")
    times = field in ("created_at", "updated_at")
    if times and one.operator == "CONTAINS":
        raise InvalidInput("advancedFilter.operator", "时间不支持 CONTAINS", "CONTAINS is not for times")
    if one.operator in ("IN", "BETWEEN"):
        if not isinstance(one.value, list) or (one.operator == "BETWEEN" and len(one.value) != 2):
            raise InvalidInput(
                "advancedFilter.value", f"{one.operator} 需要列表", f"{one.operator} takes a list"
            )
        ends = one.operator == "BETWEEN"
        values = [_value(item, times, end=ends and place == 1) for place, item in enumerate(one.value)]
        return NodeCondition(field, one.operator, values)
    return NodeCondition(field, one.operator, _value(one.value, times, end=one.operator == "LESSER"))


def _value(value: Any, time: bool, *, end: bool = False) -> str | datetime:
    if not time and isinstance(value, str):
        return value
    if time and isinstance(value, str):
        return (parse_end if end else parse_time)(value, "advancedFilter")
    if time and isinstance(value, int) and not isinstance(value, bool):
        found = moment(value, "advancedFilter")
        if found is not None:
            return found
    if time:
        raise InvalidInput("advancedFilter.value", "应为 ISO 8601 时间", "expected an ISO 8601 time")
    raise InvalidInput("advancedFilter.value", *expected(STRING))


READ = "orgs:read"

ENDPOINTS = [
    Endpoint(
        "POST",
        "search-departments",
        request=SearchDepartmentsReqDto,
        response=list[DepartmentDto],
        handler=search_departments,
        scope=READ,
        summary="Search departments of an organization by part of a name",
    ),
    Endpoint(
        "POST",
        "search-departments-list",
        request=SearchDepartmentsListReqDto,
        response=list[DepartmentDto],
        handler=search_departments_list,
        scope=READ,
        summary="Search departments: keywords, advanced filter, sort",
    ),
]
