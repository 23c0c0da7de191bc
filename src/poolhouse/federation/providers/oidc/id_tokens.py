"""An id token: whose signature it has, and whether it was made for us, now, for this sign-in.

The algorithm is of the key that the provider published; what the token's header says only picks among those. A key in
the token itself, or an address of one, is no key. Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 8725.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from poolhouse.errors import ProviderFailed
from poolhouse.times import numeric_date

LONGEST = 16 * 1024
MOST_TRIED = 4
"""Keys that a token may mean, where it does not name one."""
SKEW_S = 60
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\Z")
_OF_EC = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_OF_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_LONGEST_MODULUS = 1400
"""Characters: 8192 bits. A longer one is slow to use."""


def header_of(text: str) -> Mapping[str, Any]:
    """Raises ProviderFailed (token) for what is no signed token of ours to look at."""
    if len(text) > LONGEST or not _SHAPE.match(text):
        raise ProviderFailed("token", "ID Token 格式无效", "the id token is no signed token")
    first = text.partition(".")[0]
    try:
        header = msgspec.json.decode(
            base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)), type=dict[str, Any]
        )
    except (ValueError, RecursionError) as error:
        raise ProviderFailed("token", "ID Token 格式无效", "the id token is unreadable") from error
    if {"crit", "jwk", "jku", "x5u", "x5c"} & set(header):
        raise ProviderFailed(
            "signature",
            "ID Token 自带密钥或必需扩展",
            "the id token brings a key of its own, or an extension",
        )
    if header.get("alg") not in (*_OF_RSA, *_OF_EC.values()):
        raise ProviderFailed(
            "signature",
            "ID Token 的签名算法不被接受",
            "the id token is signed by no algorithm that is accepted",
        )
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise ProviderFailed("token", "ID Token 格式无效", "the id token's kid is no text")
    return header


def claims_of(text: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The claims under a good signature by one of `keys`, which are those that its header may mean. Milliseconds, where
    they are as long as they may be: `aside`."""
    algorithm = str(header_of(text)["alg"])
    fit = (key for entry in keys if (key := _key(entry, algorithm)) is not None)
    tried = list(islice(fit, MOST_TRIED))
    if not tried:
        raise ProviderFailed(
            "key",
            "身份源没有公布签署 ID Token 的密钥",
            "the provider publishes no key that the id token names",
        )
    for key in tried:
        try:
            claims = msgspec.json.decode(jws.deserialize_compact(text, key, [algorithm]).payload)
        except (JoseError, ValueError, RecursionError):
            continue
        if isinstance(claims, dict):
            return claims
    raise ProviderFailed("signature", "ID Token 的签名不符", "the id token's signature does not fit")


def require_meant(
    claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, at: datetime
) -> None:
    """Raises ProviderFailed (issuer, audience, clock, state, token)."""
    if claims.get("iss") != issuer:
        raise ProviderFailed("issuer", "ID Token 来自另一个 issuer", "the id token is of another issuer")
    named = claims.get("aud")
    audiences = named if isinstance(named, list) else [named]
    party = claims.get("azp")
    is_for_several = party is not None or len(audiences) > 1
    if client_id not in audiences or (is_for_several and party != client_id):
        raise ProviderFailed("audience", "ID Token 是给另一个应用的", "the id token is for somebody else")
    seconds = at.timestamp()
    expires, issued = numeric_date(claims.get("exp")), numeric_date(claims.get("iat"))
    begins = numeric_date(claims["nbf"]) if "nbf" in claims else 0
    if expires is None or issued is None or begins is None:
        raise ProviderFailed("token", "ID Token 缺少时间", "the id token lacks a time")
    if expires <= seconds - SKEW_S:
        raise ProviderFailed(
            "clock", "ID Token 已过期；请检查双方时钟", "the id token has expired; are both clocks right?"
        )
    if max(issued, begins) > seconds + SKEW_S:
        raise ProviderFailed(
            "clock",
            "ID Token 来自将来；请检查双方时钟",
            "the id token is of the future; are both clocks right?",
        )
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise ProviderFailed("state", "ID Token 属于另一次登录", "the id token is of another sign-in (nonce)")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise ProviderFailed("token", "ID Token 缺少 sub", "the id token has no sub")


def _key(entry: Mapping[str, Any], algorithm: str) -> RSAKey | ECKey | None:
    """The entry as a key for the algorithm; None for one that is of another kind, or for another algorithm."""
    if entry.get("alg") not in (None, algorithm):
        return None
    members = {name: value for name, value in entry.items() if name in ("kty", "n", "e", "crv", "x", "y")}
    try:
        if entry.get("kty") == "RSA" and algorithm in _OF_RSA:
            if len(str(entry.get("n"))) > _LONGEST_MODULUS or len(str(entry.get("e"))) > 6:
                return None
            return RSAKey.import_key(members)
        if entry.get("kty") == "EC" and _OF_EC.get(str(entry.get("crv"))) == algorithm:
            return ECKey.import_key(members)
    except (JoseError, ValueError, TypeError):
        return None
    return None
