"""Sign-in by SAML 2.0: Poolhouse is the service provider. docs/decisions/0093-saml.md.

The client is imported by the first who needs it: what reads and checks XML takes a fifth of a second to load.
"""

from __future__ import annotations

from poolhouse.federation.model import Manifest, Redirecting
from poolhouse.federation.providers.saml.settings import FIELDS, SamlSettings


def _client() -> Redirecting:
    from poolhouse.federation.providers.saml.client import Saml

    return Saml()


MANIFEST = Manifest(
    kind="saml",
    source_type="saml",
    title=("SAML 2.0", "SAML 2.0"),
    settings=SamlSettings,
    fields=FIELDS,
    callback_path="saml",
    redirecting=_client,
)
