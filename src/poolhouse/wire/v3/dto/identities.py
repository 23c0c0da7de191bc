"""External identity providers. Source: docs/contract/v3/identities.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import ExtIdpConnType, Provider


class ChangeExtIdpAssociationStateDto(Dto, kw_only=True):
    id: str
    association: bool
    tenant_id: str | None = None


class ChangeExtIdpConnStateDto(Dto, kw_only=True):
    id: str
    enabled: bool
    app_id: str
    tenant_id: str | None = None
    app_ids: list[str] | None = None


class CreateExtIdpConnDto(Dto, kw_only=True):
    ext_idp_id: str
    type: ExtIdpConnType
    identifier: str
    display_name: str
    fields: Any
    login_only: bool | None = None
    logo: str | None = None
    tenant_id: str | None = None


class CreateExtIdpDto(Dto, kw_only=True):
    name: str
    type: Provider
    tenant_id: str | None = None


class DeleteExtIdpConnDto(Dto, kw_only=True):
    id: str
    tenant_id: str | None = None


class DeleteExtIdpDto(Dto, kw_only=True):
    id: str
    tenant_id: str | None = None


class ExtIdpConnDetail(Dto, kw_only=True):
    id: str
    type: ExtIdpConnType
    ext_idp_id: str
    logo: str
    identifier: str | None = None
    display_name: str | None = None
    login_only: bool
    association_mode: Literal["none", "field", "challenge"]
    challenge_binding_methods: list[str]


class ExtIdpDetail(Dto, kw_only=True):
    id: str
    name: str
    logo: str
    tenant_id: str | None = None
    type: str
    connections: Any
    auto_join: bool


class ExtIdpDto(Dto, kw_only=True):
    id: str
    name: str
    logo: str
    tenant_id: str | None = None
    type: str


class ExtIdpListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[ExtIdpDto] = field(name="list")


class UpdateExtIdpConnDto(Dto, kw_only=True):
    id: str
    display_name: str
    fields: Any
    logo: Maybe[str] = UNSET
    login_only: Maybe[bool] = UNSET
    tenant_id: Maybe[str] = UNSET


class UpdateExtIdpDto(Dto, kw_only=True):
    name: str
    id: str
    tenant_id: Maybe[str] = UNSET


class ExtIdpConnAppsQuery(Dto, kw_only=True):
    id: str
    tenant_id: str | None = None
    app_id: str | None = None
    type: Literal["social", "enterprise"] | None = None


class GetExtIdpQuery(Dto, kw_only=True):
    id: str
    tenant_id: str | None = None
    app_id: str | None = None
    type: Literal["social", "enterprise"] | None = None


class ListExtIdpQuery(Dto, kw_only=True):
    tenant_id: str | None = None
    app_id: str | None = None


class ListTenantExtIdpQuery(Dto, kw_only=True):
    tenant_id: str | None = None
    app_id: str | None = None
    type: Literal["social", "enterprise"] | None = None
    page: Int = 1
    limit: Int = 10
