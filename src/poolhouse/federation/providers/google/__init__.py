"""Google. Sources: developers.google.com "OpenID Connect", its API reference, and "Verify the Google ID token"."""

from __future__ import annotations

from poolhouse.federation.model import Manifest
from poolhouse.federation.providers.google.client import GoogleClient
from poolhouse.federation.providers.google.settings import FIELDS, GoogleSettings

MANIFEST = Manifest(
    kind="google",
    source_type="google",
    title=("Google", "Google"),
    settings=GoogleSettings,
    fields=FIELDS,
    callback_path="google",
    redirecting=GoogleClient,
    takes_parameters=True,
    social=True,
)
