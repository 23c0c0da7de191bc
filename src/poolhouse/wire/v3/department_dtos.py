"""How organizations and departments look in v3. Source: docs/contract/v3/orgs.md#departmentdto."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import UNSET, UnsetType

from poolhouse.fields.model import TargetType
from poolhouse.orgs.model import Node, Org, Translations
from poolhouse.orgs.service import NodeIdKind, NodeRef
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import custom_data_of, refuse_unbuilt
from poolhouse.wire.v3.dto.common import DepartmentI18nDto, LangObject, LangUnit
from poolhouse.wire.v3.dto.orgs import DepartmentDto, OrganizationDto, OrganizationNameI18nDto
from poolhouse.wire.v3.endpoint import V3Request

_LANGUAGES = {"zh-CN": "zh_cn", "en-US": "en_us", "zh-TW": "zh_tw", "ja-JP": "ja_jp"}
_SHORT = {"zh": "zh-CN", "en": "en-US", "ja": "ja-JP"}
"""What v2 calls them."""

ENABLED, DISABLED = "ENABLED", "DISABLED"


async def the_node(
    request: V3Request,
    org_code: str | None,
    department_id: str,
    kind: NodeIdKind | None = None,
    tenant_id: str | UnsetType | None = None,
) -> Node:
    """Raises OrgNotFound, NodeNotFound; of a tenant's nothing else is found."""
    ref = NodeRef(department_id, org_code, kind or "department_id", tenant_id or None)
    return await request.services.orgs.resolve(request.caller, ref)


class NamesDepartment(Protocol):
    """A query or a body that says which department is meant."""

    @property
    def organization_code(self) -> str: ...
    @property
    def department_id(self) -> str: ...
    @property
    def department_id_type(self) -> NodeIdKind | None: ...
    @property
    def tenant_id(self) -> str | UnsetType | None: ...


async def named_node(request: V3Request, asked: NamesDepartment) -> Node:
    """Raises what `the_node` does."""
    return await the_node(
        request, asked.organization_code, asked.department_id, asked.department_id_type, asked.tenant_id
    )


async def department_dtos(
    request: V3Request, nodes: Sequence[Node], *, custom_data: bool | None = False
) -> list[DepartmentDto]:
    """Three queries however many departments."""
    ids = [node.id for node in nodes]
    services, caller = request.services, request.caller
    counts = await services.department_members.count_members(caller, ids) if ids else {}
    orgs = await services.orgs.find_orgs(caller, list({node.org_id for node in nodes})) if ids else {}
    data = await department_data(request, ids) if custom_data and ids else None
    return [
        DepartmentDto(
            organization_code=orgs[node.org_id].code,
            department_id=node.id,
            created_at=v3_time(node.created_at),
            updated_at=v3_time(node.updated_at),
            open_department_id=node.open_id,
            name=node.name,
            leader_user_ids=list(node.leader_ids),
            description=node.description,
            parent_department_id=node.parent_id or "",
            code=node.code,
            parent_department_code=(node.code_path[-2] or "") if len(node.code_path) > 1 else "",
            members_count=counts[node.id],
            has_children=bool(node.children),
            is_virtual_node=node.is_virtual,
            i18n=DepartmentI18nDto(name=_lang_object(node.name_i18n)) if node.name_i18n else None,
            custom_data=None if data is None else data.get(node.id, {}),
            status=node.enabled,
        )
        for node in nodes
        if node.org_id in orgs
    ]


async def organization_dtos(
    request: V3Request, orgs: Sequence[Org], *, custom_data: bool | None = False, posts: bool | None = False
) -> list[OrganizationDto]:
    """`membersCount`: different people in the whole organization."""
    refuse_unbuilt(withPost=posts)
    ids = [org.root.id for org in orgs]
    counts = (
        await request.services.department_members.count_members(request.caller, ids, include_children=True)
        if ids
        else {}
    )
    data = await department_data(request, ids) if custom_data and ids else None
    return [
        OrganizationDto(
            organization_code=org.code,
            organization_name=org.root.name,
            description=org.root.description,
            created_at=v3_time(org.created_at),
            updated_at=v3_time(org.updated_at),
            department_id=org.root.id,
            open_department_id=org.root.open_id,
            has_children=bool(org.root.children),
            leader_user_ids=list(org.root.leader_ids),
            members_count=counts[org.root.id],
            is_virtual_node=org.root.is_virtual,
            i18n=OrganizationNameI18nDto(organization_name=_lang_object(org.root.name_i18n))
            if org.root.name_i18n
            else None,
            custom_data=None if data is None else data.get(org.root.id, {}),
            tenant_id=org.tenant_id,
            status=ENABLED if org.root.enabled else DISABLED,
        )
        for org in orgs
    ]


def translations(given: LangObject | UnsetType | None) -> Translations | UnsetType:
    if given is UNSET:
        return UNSET
    if given is None:
        return {}
    units = {language: getattr(given, name) for language, name in _LANGUAGES.items()}
    return {
        language: {"value": unit.value, "enabled": unit.enabled} for language, unit in units.items() if unit
    }


def given_only(**values: Any) -> dict[str, Any]:
    """Without what the caller left out."""
    return {name: value for name, value in values.items() if value is not UNSET}


def _lang_object(names: Translations) -> LangObject:
    units = {
        _LANGUAGES[_SHORT.get(language, language)]: LangUnit(
            enabled=bool(unit.get("enabled", True)), value=str(unit.get("value", ""))
        )
        for language, unit in names.items()
        if _SHORT.get(language, language) in _LANGUAGES
    }
    return LangObject(**units)


async def department_data(request: V3Request, ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
    """Custom data of departments; to users, of their own ones what users see."""
    fields, caller = request.services.fields, request.caller
    asked = fields.values_for_users if caller.kind == "user" else fields.values
    found = await asked(caller, TargetType.NODE, ids)
    return {node_id: custom_data_of(values) for node_id, values in found.items()}
