"""Redirect URIs, judged before they are saved: our own endpoint."""

from __future__ import annotations

from msgspec import Struct

from poolhouse.apps import redirect_uris
from poolhouse.errors import TooLarge
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


class CheckRedirectUrisDto(Struct, rename="camel"):
    redirect_uris: list[str]


class CheckedRedirectUriDto(Struct, rename="camel"):
    """`reason`: why it is refused, null where it is not. `isOpen`: it may be used, and what is sent there can be read
    on the way."""

    uri: str
    is_valid: bool
    is_open: bool
    reason: str | None


async def check_redirect_uris(request: V3Request, body: CheckRedirectUrisDto) -> list[CheckedRedirectUriDto]:
    """By the rule of `create-application` and `update-application`. Raises TooLarge."""
    if len(body.redirect_uris) > redirect_uris.MOST:
        most = redirect_uris.MOST
        raise TooLarge("redirectUris", f"最多 {most} 个", f"at most {most}")
    return [_checked(request, uri) for uri in body.redirect_uris]


def _checked(request: V3Request, uri: str) -> CheckedRedirectUriDto:
    why = redirect_uris.fault(uri)
    if why:
        return CheckedRedirectUriDto(uri, False, False, why[request.caller.lang == "en-US"])
    return CheckedRedirectUriDto(uri, True, redirect_uris.is_open(uri), None)


ENDPOINTS = [
    Endpoint(
        "POST",
        "check-redirect-uris",
        request=CheckRedirectUrisDto,
        response=list[CheckedRedirectUriDto],
        handler=check_redirect_uris,
        scope="apps:read",
        summary="Whether an application may have each of these redirect URIs, and why not",
        blank=frozenset({"redirectUris"}),
        ours=True,
    ),
]
