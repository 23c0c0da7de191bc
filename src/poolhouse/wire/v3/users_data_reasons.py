"""Through what a user has each permission on data: our own endpoint. Source: docs/contract/v3.md#one-user."""

from __future__ import annotations

from msgspec import field

from poolhouse.permissions.reasons import DataReason, ReasonedPermission
from poolhouse.wire.v3.conversions import page, the_user
from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.common import Effect
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.users_reasons import SourceDto, source_dto


class ExplainUserDataPermissionsQuery(Dto, kw_only=True):
    user_id: str
    namespace: str | None = None
    page: Int | None = None
    limit: Int | None = None


class DataReasonDto(Dto, kw_only=True):
    policy_id: str
    policy_name: str
    source: SourceDto
    role_through: list[SourceDto]


class ExplainedDataPermissionDto(Dto, kw_only=True):
    permission: str
    namespace_code: str
    resource_code: str
    effect: Effect
    overruled: bool
    reasons: list[DataReasonDto]


class ExplainedDataPermissionsDto(Dto, kw_only=True):
    total_count: Int
    items: list[ExplainedDataPermissionDto] = field(name="list")


async def explain_user_data_permissions(
    request: V3Request, query: ExplainUserDataPermissionsQuery
) -> ExplainedDataPermissionsDto:
    user = await the_user(request, query.user_id)
    found = await request.services.data_reasons.of(
        request.caller,
        user.id,
        page(query.page, query.limit),
        [query.namespace] if query.namespace else None,
    )
    return ExplainedDataPermissionsDto(
        total_count=found.total, items=[_permission(one) for one in found.items]
    )


def _permission(one: ReasonedPermission) -> ExplainedDataPermissionDto:
    about = one.permission
    parts = (about.namespace, about.resource, about.path, about.action)
    return ExplainedDataPermissionDto(
        permission="/".join(filter(None, parts)),
        namespace_code=about.namespace,
        resource_code=about.resource,
        effect=one.effect.value,
        overruled=one.overruled,
        reasons=[_reason(each) for each in one.reasons],
    )


def _reason(one: DataReason) -> DataReasonDto:
    return DataReasonDto(
        policy_id=one.policy_id,
        policy_name=one.policy_name,
        source=source_dto(one.source),
        role_through=[source_dto(each) for each in one.role_through],
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "explain-user-data-permissions",
        request=ExplainUserDataPermissionsQuery,
        response=ExplainedDataPermissionsDto,
        handler=explain_user_data_permissions,
        scope="users:read",
        also=frozenset({"resources:read"}),
        summary="What data policies say to a user, each permission with through what it is theirs",
        ours=True,
    )
]
