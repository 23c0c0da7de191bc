"""OpenID Connect as Microsoft Entra has it: tenants, ids of two parts, and e-mail addresses that prove nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import ExternalId, ExternalUser
from poolhouse.federation.providers.azure_ad.settings import GUID, PERSONAL, SHARED, EntraSettings
from poolhouse.federation.providers.oidc.client import OidcClient, user_of
from poolhouse.federation.providers.oidc.discovery import Provider
from poolhouse.federation.providers.oidc.settings import Settings

TEMPLATE = "{tenantid}"


class EntraClient(OidcClient):
    asks_userinfo = False
    """It says no more than the id token, and is another host's (graph.microsoft.com)."""

    def settings(self, fields: EntraSettings) -> Settings:
        return Settings(
            issuer=f"{fields.place()}/{fields.tenant}/v2.0",
            client_id=fields.client_id,
            client_secret=fields.client_secret,
            scopes=fields.scopes,
        )

    def is_named(self, issuer: str, named: str) -> bool:
        """By a tenant's id, also where it was asked for by a domain; by a template where several tenants are meant."""
        place, tenant = issuer.removesuffix("/v2.0").rsplit("/", 1)
        before, found = named.removesuffix("/v2.0").rsplit("/", 1) if named.count("/") > 1 else ("", "")
        if before != place or not named.endswith("/v2.0"):
            return False
        if tenant in SHARED:
            return found == (PERSONAL if tenant == "consumers" else TEMPLATE)
        return bool(GUID.match(found)) and (not GUID.match(tenant) or found.lower() == tenant.lower())

    def is_from(self, provider: Provider, named: str) -> bool:
        before, _, after = provider.issuer.partition(TEMPLATE)
        if not after:
            return named == provider.issuer
        tenant = named.removeprefix(before).removesuffix(after)
        return named == f"{before}{tenant}{after}" and bool(GUID.match(tenant))

    def issuer_of(
        self, provider: Provider, claims: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]
    ) -> str:
        """Of the tenant that the token names; and the key must be one for that tenant, where it says for which."""
        tenant = claims.get("tid")
        if not isinstance(tenant, str) or not GUID.match(tenant):
            raise ProviderFailed("issuer", "ID Token 没有租户（tid）", "the id token names no tenant (tid)")
        place = provider.issuer.removesuffix("/v2.0").rpartition("/")[0]
        issuer = f"{place}/{tenant}/v2.0"
        if provider.issuer not in (issuer, f"{place}/{TEMPLATE}/v2.0"):
            raise ProviderFailed("issuer", "ID Token 来自另一个租户", "the id token is of another tenant")
        for key in keys:
            if str(key.get("issuer", issuer)).replace(TEMPLATE, tenant) != issuer:
                raise ProviderFailed(
                    "key", "签署 ID Token 的密钥属于另一个租户", "the id token's key is for another tenant"
                )
        return issuer

    def who(
        self, fields: EntraSettings, provider: Provider, claims: Mapping[str, Any], access: str | None
    ) -> ExternalUser:
        """Known by tenant and object. Whoever administers some tenant may write any address on a person there, so one
        counts as verified only by `xms_edov`: the tenant has proved that the domain is its own."""
        tenant, person = str(claims["tid"]), claims.get("oid")
        allowed = fields.allowed()
        is_shared = fields.tenant in SHARED
        if (allowed or (is_shared and not fields.any_tenant)) and tenant.lower() not in allowed:
            raise ProviderFailed(
                "tenant",
                f"租户 {tenant} 不在 allowedTenants 中",
                f"the tenant {tenant} is not among allowedTenants",
            )
        if not isinstance(person, str) or not GUID.match(person):
            raise ProviderFailed(
                "token",
                "ID Token 没有对象 ID（oid）；scope 是否含 profile？",
                "the id token has no object id (oid); is profile among the scopes?",
            )
        return replace(
            user_of(claims, access),
            ids=(ExternalId("generic", f"{tenant}.{person}"),),
            email_verified=claims.get("xms_edov") in (True, "true", "1"),
            phone_verified=False,
        )
