"""Our own address, as those who ask know it."""

from __future__ import annotations

from starlette.requests import Request

from poolhouse.services import WireServices

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def origin(services: WireServices, request: Request) -> str:
    """Our own address as clients know it: the setting, or where they reached us.

    A Host header is a stranger's word. A server on loopback takes only loopback names from it; one that
    listens everywhere should be told its address (POOLHOUSE_PUBLIC_URL).
    """
    settings = services.settings
    if settings.public_url:
        return settings.public_url.rstrip("/")
    if settings.host in LOOPBACK and request.base_url.hostname not in LOOPBACK:
        return f"http://{settings.host}:{settings.port}"
    return str(request.base_url).rstrip("/")


def issuer(services: WireServices, request: Request) -> str:
    return f"{origin(services, request)}/oidc"
