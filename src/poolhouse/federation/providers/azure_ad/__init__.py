"""Microsoft Entra ID (Azure Active Directory), the v2.0 endpoints. Sources: learn.microsoft.com "OpenID Connect on the
Microsoft identity platform", "ID token claims reference", "Claims validation", "Optional claims reference", "Migrate
away from using email claims for user identification or authorization"."""

from __future__ import annotations

from poolhouse.federation.model import Manifest
from poolhouse.federation.providers.azure_ad.client import EntraClient
from poolhouse.federation.providers.azure_ad.settings import FIELDS, EntraSettings

MANIFEST = Manifest(
    kind="azure-ad",
    source_type="azure-ad",
    title=("Microsoft Entra ID", "Microsoft Entra ID"),
    settings=EntraSettings,
    fields=FIELDS,
    callback_path="azure-ad",
    redirecting=EntraClient,
    takes_parameters=True,
)
