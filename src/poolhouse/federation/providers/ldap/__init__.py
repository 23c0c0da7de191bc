"""LDAP directories, and Active Directory, which is one: name and password come to us and are tried there.

Source: docs/contract/v3/sync.md (SyncTaskLdapClientConfig), whose names the settings have where it has one.
"""

from __future__ import annotations

from poolhouse.federation.model import Manifest
from poolhouse.federation.providers.ldap.client import LdapClient
from poolhouse.federation.providers.ldap.manifest import FIELDS
from poolhouse.federation.providers.ldap.settings import LdapSettings

MANIFEST = Manifest(
    kind="ldap",
    source_type="ldap",
    title=("LDAP", "LDAP"),
    settings=LdapSettings,
    fields=FIELDS,
    callback_path="ldap",
    verifying=LdapClient,
)
