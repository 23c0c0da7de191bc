"""Organizations. Source: docs/contract/v3/orgs.md."""

from __future__ import annotations

from functools import partial
from typing import Any

from msgspec import UNSET

from poolhouse.errors import InvalidInput, Missing
from poolhouse.misfits import one_of
from poolhouse.orgs.model import NodeDraft
from poolhouse.wire.v3.conversions import counted, page, page_or_all, refuse_unbuilt
from poolhouse.wire.v3.department_dtos import (
    given_only,
    organization_dtos,
    translations,
)
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.orgs import (
    CreateOrganizationReqDto,
    DeleteOrganizationReqDto,
    GetOrganizationBatchQuery,
    GetOrganizationQuery,
    ListOrganizationsQuery,
    OrganizationDto,
    OrganizationNameI18nDto,
    OrganizationPagingDto,
    SearchOrganizationsQuery,
    UpdateOrganizationReqDto,
    UpdateOrganizationStatusReqDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

_ON = frozenset({"true", "1", "enabled", "enable", "on"})
_OFF = frozenset({"false", "0", "disabled", "disable", "off"})


async def get_organization(request: V3Request, query: GetOrganizationQuery) -> OrganizationDto:
    org = await request.services.orgs.get_org_by_code(
        request.caller, query.organization_code, query.tenant_id
    )
    shown = await organization_dtos(request, [org], custom_data=query.with_custom_data, posts=query.with_post)
    return shown[0]


async def get_organization_batch(
    request: V3Request, query: GetOrganizationBatchQuery
) -> list[OrganizationDto]:
    codes = [code for one in query.organization_code_list for code in one.split(",") if code]
    orgs = await request.services.orgs.find_orgs_by_code(request.caller, codes, query.tenant_id)
    return await organization_dtos(request, orgs, custom_data=query.with_custom_data, posts=query.with_post)


async def list_organizations(request: V3Request, query: ListOrganizationsQuery) -> OrganizationPagingDto:
    ask = partial(
        request.services.orgs.list_orgs, request.caller, tenant_id=query.tenant_id, enabled=query.status
    )
    found = await page_or_all(request, ask, query.page, query.limit, everything_asked=query.fetch_all)
    shown = await organization_dtos(
        request, found.items, custom_data=query.with_custom_data, posts=query.with_post
    )
    return OrganizationPagingDto(total_count=found.total, items=shown)


async def search_organizations(request: V3Request, query: SearchOrganizationsQuery) -> OrganizationPagingDto:
    asked = counted(request, page(query.page, query.limit))
    found = await request.services.orgs.list_orgs(
        request.caller, asked, keyword=query.keywords, tenant_id=query.tenant_id
    )
    shown = await organization_dtos(request, found.items, custom_data=query.with_custom_data)
    return OrganizationPagingDto(total_count=found.total, items=shown)


async def create_organization(request: V3Request, body: CreateOrganizationReqDto) -> OrganizationDto:
    refuse_unbuilt(postIdList=body.post_id_list, metadata=body.metadata)
    draft = NodeDraft(
        {
            "name": body.organization_name,
            "code": body.organization_code,
            "description": body.description,
            "open_id": body.open_department_id,
            "name_i18n": _names(body.i18n),
        }
    )
    org = await request.services.orgs.create_org(request.caller, draft, body.tenant_id)
    return (await organization_dtos(request, [org]))[0]


async def update_organization(request: V3Request, body: UpdateOrganizationReqDto) -> OrganizationDto:
    refuse_unbuilt(postIdList=body.post_id_list)
    services, caller = request.services, request.caller
    org = await services.orgs.get_org_by_code(caller, body.organization_code, body.tenant_id or None)
    values = given_only(
        name=body.organization_name,
        code=body.organization_new_code,
        description=body.description,
        open_id=body.open_department_id,
        name_i18n=_names(body.i18n),
    )
    leaders = body.leader_user_ids
    if leaders is not UNSET and leaders:
        await services.users.require_all(caller, leaders)
    await services.orgs.update_node(
        caller, org.root.id, NodeDraft(values), leader_ids=None if leaders is UNSET else leaders or []
    )
    return (await organization_dtos(request, [await services.orgs.get_org(caller, org.id)]))[0]


async def update_organization_status(
    request: V3Request, body: UpdateOrganizationStatusReqDto
) -> IsSuccessDto:
    """`status` is a word here: ENABLED or DISABLED, true or false."""
    word = str(body.status).lower() if body.status not in (UNSET, None) else ""
    if not word:
        raise Missing("status")
    if word not in _ON | _OFF:
        raise InvalidInput("status", *one_of(("ENABLED", "DISABLED")))
    orgs = request.services.orgs
    node = await orgs.get_node(request.caller, body.root_node_id)
    if not node.is_root:
        raise InvalidInput("rootNodeId", "不是组织的根节点", "is not an organization's root")
    await orgs.update_node(request.caller, node.id, NodeDraft({"enabled": word in _ON}))
    return IsSuccessDto(success=True)


async def delete_organization(request: V3Request, body: DeleteOrganizationReqDto) -> IsSuccessDto:
    orgs = request.services.orgs
    org = await orgs.get_org_by_code(request.caller, body.organization_code, body.tenant_id)
    await orgs.delete_org(request.caller, org.id)
    return IsSuccessDto(success=True)


def _names(i18n: Any) -> Any:
    return translations(i18n.organization_name if isinstance(i18n, OrganizationNameI18nDto) else i18n)


READ, WRITE = "orgs:read", "orgs:write"

ENDPOINTS = [
    Endpoint(
        "GET",
        "get-organization",
        request=GetOrganizationQuery,
        response=OrganizationDto,
        handler=get_organization,
        scope=READ,
        summary="One organization",
    ),
    Endpoint(
        "GET",
        "get-organization-batch",
        request=GetOrganizationBatchQuery,
        response=list[OrganizationDto],
        handler=get_organization_batch,
        scope=READ,
        summary="Some organizations by their codes",
    ),
    Endpoint(
        "GET",
        "list-organizations",
        request=ListOrganizationsQuery,
        response=OrganizationPagingDto,
        handler=list_organizations,
        scope=READ,
        summary="List organizations",
    ),
    Endpoint(
        "GET",
        "search-organizations",
        request=SearchOrganizationsQuery,
        response=OrganizationPagingDto,
        handler=search_organizations,
        scope=READ,
        summary="Search organizations by part of a name",
    ),
    Endpoint(
        "POST",
        "create-organization",
        request=CreateOrganizationReqDto,
        response=OrganizationDto,
        handler=create_organization,
        scope=WRITE,
        summary="Create an organization",
    ),
    Endpoint(
        "POST",
        "update-organization",
        request=UpdateOrganizationReqDto,
        response=OrganizationDto,
        handler=update_organization,
        scope=WRITE,
        summary="Change an organization",
    ),
    Endpoint(
        "POST",
        "update-organization-status",
        request=UpdateOrganizationStatusReqDto,
        response=IsSuccessDto,
        handler=update_organization_status,
        scope=WRITE,
        summary="Switch an organization on or off",
    ),
    Endpoint(
        "POST",
        "delete-organization",
        request=DeleteOrganizationReqDto,
        response=IsSuccessDto,
        handler=delete_organization,
        scope=WRITE,
        summary="Delete an organization with its departments; the people stay",
    ),
]
