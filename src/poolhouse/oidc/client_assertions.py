"""private_key_jwt: a client says who it is by a token it signs itself. Sources: RFC 7523, OpenID Connect Core 9.

The key is one of the application's own settings (`apps/client_keys.py`); the token's header only says which. No address
of keys is fetched: an application whose keys change writes the new ones beside the old.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from poolhouse.apps import client_keys, proofs
from poolhouse.apps.client_keys import CLIENT_ALGORITHMS
from poolhouse.apps.model import App
from poolhouse.oidc.model import OAuthError
from poolhouse.sessions.tokens import CLOCK_SKEW_S
from poolhouse.texts import is_storable
from poolhouse.times import numeric_date

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 8192
LONGEST_JTI = 256
LONGEST_LIFE_S = 3600
"""How far away its `exp` may be, and so how long its `jti` is remembered. An hour: what Authlib gives its own."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True, slots=True)
class ClientAssertion:
    """One that was read and not yet verified: `claimed` is whose it says to be."""

    text: str
    header: Mapping[str, Any]
    claimed: str


@dataclass(frozen=True, slots=True)
class SpentAssertion:
    """What must not come again before `expires_at`."""

    digest: bytes
    expires_at: datetime


def read(text: str) -> ClientAssertion:
    """Raises OAuthError invalid_client."""
    if len(text) > LONGEST or not _SHAPE.match(text):
        raise _refused("not a compact JWS")
    try:
        parts = jws.extract_compact(text.encode())
        header, claims = dict(parts.headers()), json.loads(parts.payload)
    except (JoseError, ValueError, RecursionError) as error:
        raise _refused("unreadable") from error
    if header.get("alg") not in CLIENT_ALGORITHMS or "crit" in header:
        raise _refused(f"alg must be {' or '.join(CLIENT_ALGORITHMS)}")
    if not isinstance(claims, dict) or not isinstance(claims.get("sub"), str):
        raise _refused("sub is missing")
    return ClientAssertion(text, header, claims["sub"])


def verify(app: App, assertion: ClientAssertion, audiences: Collection[str], at: datetime) -> SpentAssertion:
    """That the application signed it, for us, a short while ago. Raises OAuthError invalid_client."""
    if why := proofs.refusal(app, "private_key_jwt", "tokens"):
        raise _refused(why)
    claims = _signed(app, assertion)
    if claims.get("iss") != app.id or claims.get("sub") != app.id:
        raise _refused("iss and sub must be the client_id")
    named = claims.get("aud")
    given = named if isinstance(named, list) else [named]
    if not given or not all(isinstance(one, str) and one in audiences for one in given):
        raise _refused("aud must be the issuer or the token endpoint, and nobody else's")
    seconds, expires = at.timestamp(), numeric_date(claims.get("exp"))
    if expires is None or expires <= seconds:
        raise _refused("exp is missing or has passed")
    if expires > seconds + LONGEST_LIFE_S + CLOCK_SKEW_S:
        raise _refused(f"exp must be at most {LONGEST_LIFE_S} seconds away")
    for name in ("nbf", "iat"):
        begins = numeric_date(claims[name]) if name in claims else 0
        if begins is None or begins > seconds + CLOCK_SKEW_S:
            raise _refused(f"{name} is in the future, or is no time")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI or not is_storable(jti):
        raise _refused(f"jti must be 1 to {LONGEST_JTI} characters")
    digest = hashlib.sha256(jti.encode()).digest()
    # `exp` is judged by this node's clock, what is kept of the assertion is deleted by the database's.
    return SpentAssertion(digest, datetime.fromtimestamp(expires + CLOCK_SKEW_S, UTC))


def _signed(app: App, assertion: ClientAssertion) -> dict[str, Any]:
    """The claims under a good signature by one of the application's keys: each is tried as its own kind alone."""
    kid = assertion.header.get("kid")
    for one in client_keys.of(app.settings.client_jwks):
        if one.algorithm != assertion.header["alg"] or (kid and one.kid and kid != one.kid):
            continue
        try:
            payload = jws.deserialize_compact(assertion.text, one.key, [one.algorithm]).payload
        except (JoseError, ValueError):
            continue
        claims: dict[str, Any] = json.loads(payload)
        return claims
    raise _refused("no key of the application's fits the signature")


def _refused(why: str) -> OAuthError:
    return OAuthError("invalid_client", f"client_assertion: {why}")
