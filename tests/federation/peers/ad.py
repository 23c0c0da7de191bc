"""Active Directory: the same directory, asked by this kind's own filters."""

from __future__ import annotations

from tests.federation.peers import ldap


class StandIn(ldap.StandIn):
    """Whose people have the same attributes."""
