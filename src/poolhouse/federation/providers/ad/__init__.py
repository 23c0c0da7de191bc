"""Active Directory: the client of LDAP with the names and the key that it has."""

from __future__ import annotations

from poolhouse.federation.model import Manifest
from poolhouse.federation.providers.ldap.client import LdapClient
from poolhouse.federation.providers.ldap.manifest import FIELDS
from poolhouse.federation.providers.ldap.settings import AdSettings

MANIFEST = Manifest(
    kind="ad",
    source_type="ad",
    title=("Active Directory", "Active Directory"),
    settings=AdSettings,
    fields=FIELDS,
    callback_path="ad",
    verifying=LdapClient,
)
