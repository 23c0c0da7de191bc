"""Our own address, as those who ask know it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from poolhouse.services import WireServices
from poolhouse.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")


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


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
