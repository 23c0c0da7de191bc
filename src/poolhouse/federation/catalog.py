"""Every kind of connection that signs in. What is not here is kept as configuration and answers "not supported".

A kind is a folder below `providers/`: its manifest, its client, and beside them its tests.
"""

from __future__ import annotations

from functools import cache

from poolhouse.errors import NotSupported
from poolhouse.federation.model import Manifest, Redirecting, Verifying
from poolhouse.federation.providers import ad, cas, lark, ldap, oauth2, oidc, saml, wechat

_ALL: tuple[Manifest, ...] = (
    oidc.MANIFEST,
    oauth2.MANIFEST,
    saml.MANIFEST,
    cas.MANIFEST,
    ldap.MANIFEST,
    ad.MANIFEST,
    wechat.WEB,
    lark.INTERNAL,
    lark.PUBLIC,
)
MANIFESTS: dict[str, Manifest] = {manifest.kind: manifest for manifest in _ALL}
"""By the connection's type."""


def signs_in(kind: str) -> bool:
    """`kind`: the type of a source or of a connection."""
    return kind in MANIFESTS or any(manifest.source_type == kind for manifest in _ALL)


def manifest_of(kind: str) -> Manifest:
    """Raises NotSupported, which names the kind."""
    found = MANIFESTS.get(kind)
    if found is None:
        raise NotSupported(what=f"signing in by {kind[:64]}")
    return found


def redirecting(kind: str) -> Redirecting:
    """The client of a kind that sends the browser away. Raises NotSupported."""
    if manifest_of(kind).redirecting is None:
        raise NotSupported(what=f"a sign-in page of {kind}")
    return _redirecting(kind)


def verifying(kind: str) -> Verifying:
    """The client of a kind that takes a user name and a password. Raises NotSupported."""
    if manifest_of(kind).verifying is None:
        raise NotSupported(what=f"a user name and a password at {kind}")
    return _verifying(kind)


def client_of(kind: str) -> Redirecting | Verifying:
    """Raises NotSupported."""
    return redirecting(kind) if manifest_of(kind).redirecting else verifying(kind)


@cache
def _redirecting(kind: str) -> Redirecting:
    make = MANIFESTS[kind].redirecting
    assert make is not None
    return make()


@cache
def _verifying(kind: str) -> Verifying:
    make = MANIFESTS[kind].verifying
    assert make is not None
    return make()
