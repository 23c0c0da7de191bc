"""What a v3 request presents: a management token (Python, Go) or a signature (Node), on every endpoint of
administrators; a person's token on theirs. Source: docs/contract/v3.md#authentication."""

from __future__ import annotations

from poolhouse.credentials import signature
from poolhouse.credentials.model import Door, Presented
from poolhouse.credentials.signature import Signature, SignedCall
from poolhouse.wire import request
from poolhouse.wire.request import HttpRequest
from poolhouse.wire.v3.endpoint import Access

DOORS: dict[Access, Door] = {
    # A client of v2 sends two of its calls here, so its tokens are taken.
    "administrator": Door(
        takes=("signature", "access key token", "management token"), names_own_pool=True, notes_use=True
    ),
    "user": Door(takes=("login",)),
    "grant": Door(takes=("login", "access token")),
}
"""Without one: nobody is asked who they are."""


def presented(access: Access, http: HttpRequest, lists: frozenset[str]) -> Presented:
    """`lists` names the query parameters that are arrays. Raises SignatureRefused for one that cannot be read."""
    token, signed = "", None
    authorization = http.headers.get("authorization", "")
    if access == "administrator":
        token, signed = _administrators(authorization, http, lists)
    elif access != "anyone":
        token = http.bearer or ""
    return request.presented(
        http.headers,
        ip=http.ip,
        lang=http.lang,
        token=token,
        signature=signed,
        pool_id=http.headers.get("x-authing-userpool-id", ""),
        app_id=http.headers.get("x-authing-app-id", ""),
        tenant_id=http.headers.get("x-authing-tenant-id", ""),
    )


def _administrators(
    authorization: str, http: HttpRequest, lists: frozenset[str]
) -> tuple[str, Signature | None]:
    if authorization[:10].lower().startswith(signature.SCHEME):
        key_id, given = signature.split(authorization)
        call = SignedCall(http.method, http.path, http.query.decoded, http.headers, http.body, lists)
        return "", Signature(key_id, given, call)
    return http.bearer or "", None
