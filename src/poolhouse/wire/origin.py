"""Our own address, as those who ask know it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from poolhouse.services import WireServices
from poolhouse.settings import Settings
from poolhouse.web_origins import web_origin

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST = 300
"""Characters of an origin: a name has 253 at most."""


def origin(services: WireServices, request: Request) -> str:
    return address(services.settings, request.url.scheme, request.headers.get("host"))


def issuer(services: WireServices, request: Request) -> str:
    return f"{origin(services, request)}/oidc"


def address(settings: Settings, scheme: str, host: str | None) -> str:
    """Our own address as clients know it: the setting, or where they reached us, by scheme and Host header.

    A Host header is a stranger's word. A server on loopback takes only loopback names from it; one that
    listens everywhere should be told its address (POOLHOUSE_PUBLIC_URL).
    """
    if settings.public_url:
        return settings.public_url.rstrip("/")
    named = _name(f"{scheme}://{host}") if host else None
    if named is None or (settings.host in LOOPBACK and named not in LOOPBACK):
        return settings.address
    return f"{scheme}://{host}"


def is_secure(own: str) -> bool:
    """Whether browsers reach our own address by TLS, so that a cookie is for that alone. A setting has capitals."""
    return own[:6].lower() == "https:"


def _name(url: str) -> str | None:
    """The host of an origin and nothing more; None for what is none. The address is kept and signed."""
    if len(url) > LONGEST or web_origin(url) is None:
        return None
    split = urlsplit(url)
    is_bare = url == f"{split.scheme}://{split.netloc}" and "@" not in split.netloc
    return split.hostname if is_bare else None
