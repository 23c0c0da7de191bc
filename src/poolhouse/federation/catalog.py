"""Every kind of connection that signs in. What is not here is kept as configuration and answers "not supported".

A kind is a folder below `providers/`: its manifest, its client, and beside them its tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from poolhouse.errors import KindNotSupported, WayNotSupported
from poolhouse.federation.model import Ending, Exchanging, Manifest, Redirecting, Verifying
from poolhouse.federation.providers import (
    ad,
    azure_ad,
    cas,
    github,
    google,
    lark,
    ldap,
    oauth2,
    oidc,
    saml,
    wechat,
)

T = TypeVar("T")

_ALL: tuple[Manifest, ...] = (
    oidc.MANIFEST,
    oauth2.MANIFEST,
    saml.MANIFEST,
    cas.MANIFEST,
    ldap.MANIFEST,
    ad.MANIFEST,
    github.MANIFEST,
    google.MANIFEST,
    azure_ad.MANIFEST,
    wechat.WEB,
    wechat.MOBILE,
    lark.INTERNAL,
    lark.PUBLIC,
)
MANIFESTS: dict[str, Manifest] = {manifest.kind: manifest for manifest in _ALL}
"""By the connection's type."""


def signs_in(kind: str) -> bool:
    """`kind`: the type of a source or of a connection."""
    return kind in MANIFESTS or any(manifest.source_type == kind for manifest in _ALL)


def manifest_of(kind: str) -> Manifest:
    """Raises KindNotSupported."""
    found = MANIFESTS.get(kind)
    if found is None:
        raise KindNotSupported(kind=kind[:64])
    return found


def redirecting(kind: str) -> Redirecting:
    """The client of a kind that sends the browser away. Raises KindNotSupported, WayNotSupported."""
    make = manifest_of(kind).redirecting
    if make is None:
        raise WayNotSupported(kind=kind)
    return _made(make)


def verifying(kind: str) -> Verifying:
    """The client of a kind that takes a user name and a password. Raises KindNotSupported, WayNotSupported."""
    make = manifest_of(kind).verifying
    if make is None:
        raise WayNotSupported(kind=kind)
    return _made(make)


def exchanging(kind: str) -> Exchanging:
    """The client of a kind that takes a native app's code. Raises KindNotSupported, WayNotSupported."""
    make = manifest_of(kind).exchanging
    if make is None:
        raise WayNotSupported(kind=kind)
    return _made(make)


def ending() -> tuple[Ending, ...]:
    """The clients whose providers say when a sign-in is over."""
    clients = [_made(one.redirecting) for one in _ALL if one.redirecting is not None]
    return tuple(client for client in clients if isinstance(client, Ending))


def client_of(kind: str) -> object:
    """Its client, by whichever way people come. Raises KindNotSupported, WayNotSupported."""
    manifest = manifest_of(kind)
    make = manifest.redirecting or manifest.verifying or manifest.exchanging
    assert make is not None
    return _made(make)


_clients: dict[Callable[[], Any], Any] = {}


def _made(make: Callable[[], T]) -> T:
    """One for the process: what it keeps of a provider serves every way."""
    if make not in _clients:
        _clients[make] = make()
    client: T = _clients[make]
    return client
