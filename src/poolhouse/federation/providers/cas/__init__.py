"""Sign-in by CAS 2.0 and 3.0. Source: the CAS Protocol 3.0 Specification. Decision: docs/decisions/0100-cas.md.

The client is imported by the first who needs it, as that of SAML: what reads XML takes a while to load.
"""

from __future__ import annotations

from poolhouse.federation.model import Manifest, Redirecting
from poolhouse.federation.providers.cas.settings import FIELDS, Settings


def _client() -> Redirecting:
    from poolhouse.federation.providers.cas.client import CasClient

    return CasClient()


MANIFEST = Manifest(
    kind="cas",
    source_type="cas",
    title=("CAS", "CAS"),
    settings=Settings,
    fields=FIELDS,
    callback_path="cas",
    redirecting=_client,
)
