"""Management tokens: a JWT the official Python client can read. Source: docs/contract/v3.md#management-token.

The client decodes the payload with standard base64; of ids, numbers and JSON's marks that is the same as base64url.
The signing key is derived from the access key's secret: a renewed secret ends every token made with the old one.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.util import urlsafe_b64decode

from poolhouse import clock
from poolhouse.credentials.model import AccessKey
from poolhouse.errors import NotAuthenticated, TokenExpired
from poolhouse.ids import new_id
from poolhouse.times import numeric_date

LIVES_S = 7200
LONGEST = 1024
"""Characters of such a token; one of ours has some 340."""
_HEADER = {"alg": "HS256", "typ": "JWT"}


def issue(key: AccessKey) -> str:
    now = int(clock.epoch_s())
    claims = {
        "sub": key.id,
        "scoped_userpool_id": key.pool_id,
        "iat": now,
        "exp": now + LIVES_S,
        "jti": new_id(),
    }
    return jwt.encode(_HEADER, claims, _signing_key(key.secret))


def key_id(token: str) -> str:
    """Whose token it says it is, before anything is verified. Raises NotAuthenticated."""
    if len(token) > LONGEST:
        raise NotAuthenticated("longer than a management token")
    return _key_id(token)


@lru_cache(4096)
def _key_id(token: str) -> str:
    try:
        claims = msgspec.json.decode(urlsafe_b64decode(token.split(".")[1].encode()), type=dict[str, Any])
        return str(claims["sub"])
    except (IndexError, KeyError, ValueError, msgspec.MsgspecError) as error:
        raise NotAuthenticated("not a management token") from error


def verify(token: str, key: AccessKey) -> None:
    """Raises NotAuthenticated for a wrong signature, TokenExpired for a late one."""
    pool_id, expires = _verified(token, key.secret)
    if pool_id != key.pool_id:
        raise NotAuthenticated("a token of another pool")
    if expires <= clock.epoch_s():
        raise TokenExpired()


@lru_cache(4096)
def _verified(token: str, secret: str) -> tuple[Any, int]:
    """Pool and expiry of a token this secret signed; a client sends one token for two hours."""
    try:
        claims = jwt.decode(token, _signing_key(secret), algorithms=["HS256"]).claims
    except (JoseError, ValueError, TypeError) as error:
        raise NotAuthenticated("the token's signature does not fit") from error
    expires = numeric_date(claims.get("exp"))
    if expires is None:
        raise NotAuthenticated("exp is missing, or is no time")
    return claims.get("scoped_userpool_id"), expires


def _signing_key(secret: str) -> OctKey:
    return OctKey.import_key(hashlib.sha256(b"poolhouse management token" + secret.encode()).digest())
