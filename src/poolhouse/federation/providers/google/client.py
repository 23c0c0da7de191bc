"""OpenID Connect as Google has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import ExternalUser
from poolhouse.federation.providers.google.settings import GoogleSettings
from poolhouse.federation.providers.oidc.client import OidcClient, user_of
from poolhouse.federation.providers.oidc.discovery import Provider
from poolhouse.federation.providers.oidc.settings import Settings

OWN_MAIL = ("@gmail.com", "@googlemail.com")


class GoogleClient(OidcClient):
    def settings(self, fields: GoogleSettings) -> Settings:
        return Settings(
            issuer=fields.issuer,
            client_id=fields.client_id,
            client_secret=fields.client_secret,
            scopes=fields.scopes,
        )

    def asked(self, fields: GoogleSettings) -> dict[str, str]:
        """`hd` shortens the choice of accounts, which is a convenience: `who` looks at the token."""
        domains = fields.domains()
        return {"hd": domains[0] if len(domains) == 1 else "*"} if domains else {}

    def issuer_of(
        self, provider: Provider, claims: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]
    ) -> str:
        """Google writes its name with `https://` or, for older clients, without."""
        bare = provider.issuer.partition("://")[2]
        return bare if claims.get("iss") == bare else provider.issuer

    def who(
        self, fields: GoogleSettings, provider: Provider, claims: Mapping[str, Any], access: str | None
    ) -> ExternalUser:
        """An address counts as verified only where Google decides who has it: for one of another mail service
        `email_verified` says who had it when the account was made."""
        domain, domains = claims.get("hd"), fields.domains()
        if domains and (not isinstance(domain, str) or domain.lower() not in domains):
            raise ProviderFailed(
                "domain",
                "该 Google 账号不属于 hostedDomains 中的域名",
                "the Google account is of none of hostedDomains",
            )
        user = user_of({**claims, "iss": provider.issuer}, access)
        address = str(claims.get("email", "")).lower()
        is_googles = address.endswith(OWN_MAIL) or (isinstance(domain, str) and bool(domain))
        return replace(user, email_verified=user.email_verified and is_googles, phone_verified=False)
