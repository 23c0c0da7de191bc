"""What a connection to Microsoft Entra is set up with."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from poolhouse.federation.model import Field
from poolhouse.federation.settings import Unfit

GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}\Z")
SHARED = ("common", "organizations", "consumers")
"""Names that stand for tenants of others, too."""
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all personal Microsoft accounts."""


class EntraSettings(msgspec.Struct, rename="camel", frozen=True):
    """`tenant`: its id or one of its domains; or `common`, `organizations`, `consumers`, with `allowed_tenants` (ids,
    separated by blanks) or `any_tenant`. `authority`: another one for a national cloud."""

    tenant: str
    client_id: str
    client_secret: str
    allowed_tenants: Annotated[str, Meta(max_length=8192)] = ""
    any_tenant: bool = False
    scopes: str = "openid profile email"
    authority: str = "https://login.microsoftonline.com"

    def __post_init__(self) -> None:
        """Raises Unfit."""
        if self.tenant not in SHARED and not GUID.match(self.tenant) and not _DOMAIN.match(self.tenant):
            raise Unfit(
                "tenant",
                "应为租户 ID、其域名、common、organizations 或 consumers",
                "must be a tenant's id or domain, common, organizations or consumers",
            )
        if not all(GUID.match(one) for one in self.allowed()):
            raise Unfit(
                "allowedTenants", "应为租户 ID，以空格分隔", "must be ids of tenants, separated by blanks"
            )
        if self.tenant in SHARED and not self.any_tenant and not self.allowed():
            raise Unfit(
                "allowedTenants",
                f"租户为 {self.tenant} 时，应填写允许的租户，或打开 anyTenant",
                f"must be given for {self.tenant}, or anyTenant",
            )

    def allowed(self) -> tuple[str, ...]:
        return tuple(self.allowed_tenants.lower().split())

    def place(self) -> str:
        return self.authority.strip().rstrip("/")


FIELDS = (
    Field(
        "tenant",
        ("租户", "Tenant"),
        (
            "租户 ID 或其域名；common、organizations、consumers 须同时填写允许的租户",
            "Its id or a domain of it; common, organizations and consumers need the tenants that are allowed",
        ),
    ),
    Field(
        "clientId",
        ("应用程序（客户端）ID", "Application (client) ID"),
        ("在应用注册的“概述”页", "On the overview page of the app registration"),
    ),
    Field(
        "clientSecret",
        ("客户端密码的值", "Value of the client secret"),
        (
            "在“证书和密码”中新建时只显示一次；不是它的 ID",
            "Shown once when it is made under Certificates & secrets; not its id",
        ),
        secret=True,
    ),
    Field(
        "allowedTenants",
        ("允许的租户", "Tenants that are allowed"),
        ("租户 ID，以空格分隔", "Their ids, separated by blanks"),
    ),
    Field(
        "anyTenant",
        ("允许任意租户", "Any tenant"),
        ("所有人都能登录，包括任何人新建的租户", "Everybody can sign in, also from a tenant made for it"),
        rare=True,
    ),
    Field("scopes", ("Scope", "Scopes"), ("以空格分隔", "Separated by blanks"), rare=True),
    Field(
        "authority",
        ("登录地址", "Authority"),
        (
            "世纪互联版：https://login.partner.microsoftonline.cn",
            "In China: https://login.partner.microsoftonline.cn",
        ),
        rare=True,
    ),
)
