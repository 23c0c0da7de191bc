"""Who calls: a management token (Python, Go) or a signature (Node), on every endpoint. Source: reference/v3.md 1."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poolhouse.credentials import access_key_tokens, signature
from poolhouse.credentials.access_keys import AccessKeyService
from poolhouse.credentials.model import AccessKey
from poolhouse.credentials.signature import SignedCall
from poolhouse.errors import NotAuthenticated, NotPermitted, SignatureRefused, TokenInvalid
from poolhouse.ids import new_secret
from poolhouse.sessions.service import SessionService
from poolhouse.sessions.tokens import Claims, hint
from poolhouse.times import now

LARGE_BODY_BYTES = 64 * 1024
"""A larger one is read in a thread."""


@dataclass(frozen=True, slots=True)
class Call:
    """What of a request its credentials are checked against."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    lists: frozenset[str] = frozenset()


async def identify(keys: AccessKeyService, sessions: SessionService, call: Call) -> AccessKey:
    """The access key behind a call. Raises NotAuthenticated, TokenExpired, SignatureRefused, NotPermitted."""
    authorization = call.headers.get("authorization", "")
    scheme = authorization[:10].lower()
    if scheme.startswith(signature.SCHEME):
        key = await _by_signature(keys, call, authorization)
    elif scheme.startswith("bearer "):
        key = await _by_token(keys, sessions, authorization[7:].strip())
    else:
        raise NotAuthenticated("no credentials")
    if call.headers.get("x-authing-userpool-id", key.pool_id) not in ("", key.pool_id):
        raise NotPermitted("the header names another pool")
    await keys.note_use(key)
    return key


async def _by_token(keys: AccessKeyService, sessions: SessionService, token: str) -> AccessKey:
    """A token of this wire, or a management token of v2, whose client sends two calls here."""
    v2 = await _v2_subject(sessions, token)
    key = await keys.resolve(v2 or access_key_tokens.key_id(token))
    if key is None:
        raise NotAuthenticated("the token's access key is gone or disabled")
    if v2 is None:
        access_key_tokens.verify(token, key)
    return key


async def _v2_subject(sessions: SessionService, token: str) -> str | None:
    """Whom a management token of v2 speaks for, while the secret that bought it is; None for other tokens."""
    try:
        hint(token)
    except TokenInvalid:
        return None
    claims = await sessions.read(token)
    if claims.kind != "management":
        raise NotPermitted("a user's token at a management door")
    return claims.subject


async def _by_signature(keys: AccessKeyService, call: Call, authorization: str) -> AccessKey:
    key_id, given = signature.split(authorization)
    key = await keys.resolve(key_id)
    body = call.body if key else b""  # a stranger's is not worth the reading
    signed = SignedCall(call.method, call.path, call.query, call.headers, body, call.lists)
    secret = key.secret if key else new_secret()
    if len(body) > LARGE_BODY_BYTES:
        await asyncio.to_thread(signature.verify, signed, secret, given, now())
    else:
        signature.verify(signed, secret, given, now())
    if key is None:
        raise SignatureRefused("unknown access key", reason="signature")
    await keys.spend(key, given)
    return key


async def identify_user(sessions: SessionService, headers: Mapping[str, str]) -> Claims:
    """The person behind a call: their token, with `Bearer` before it or bare as the clients send it.

    Raises NotAuthenticated, TokenInvalid, TokenExpired.
    """
    given = headers.get("authorization", "").strip()
    token = given[7:].strip() if given[:7].lower() == "bearer " else given
    if not token:
        raise NotAuthenticated("no credentials")
    claims = await sessions.read(token)
    if claims.kind != "user":
        raise NotAuthenticated("not a user's token")
    return claims
