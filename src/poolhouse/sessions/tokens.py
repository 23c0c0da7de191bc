"""The tokens we sign, and the strict reading of what comes back.

Two kinds, told apart by their claims:

* user tokens: `sub` and `data {id, userPoolId, arn, ...}`, `aud` the application, `sid` the session, `gid` the grant;
  HS256 with the application's secret (as its own back end verifies it), RS256 or ES256 (JWKS);
* management tokens: `scoped_userpool_id`, `sub` the pool's id, `data`.

Sources: docs/contract/v2.md#management-tokens, docs/contract/v3.md#management-token. Official
clients decode the payload with plain base64, so it is written without what base64url spells `-` or `_`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey

from poolhouse.errors import TokenExpired, TokenInvalid, TooLarge
from poolhouse.times import numeric_date

Algorithm = Literal["HS256", "RS256", "ES256"]
TokenKind = Literal["user", "management"]
TokenType = Literal["JWT", "logout+jwt"]
"""A logout token is for its application alone to read: it opens nothing here, and hints at nobody."""
Purpose = Literal["server", "management", "rsa", "app"]

LONGEST_TOKEN = 8192
"""Characters. A longer one is neither signed nor read: it would not pass as a header through most proxies either."""
LONGEST_PAYLOAD = 5632
"""Bytes of claims that make such a token, with its header and an RSA key's signature."""
CLOCK_SKEW_S = 30
_ABOUT_ITSELF = ("iss", "aud", "exp", "iat", "sid", "auth_time", "nonce", "at_hash", "c_hash", "scope")
_NEEDED = frozenset((*_ABOUT_ITSELF, "sub", "data", "id", "userPoolId"))
"""What a token means something by. The other claims tell about its user, and are told at `/oidc/me` too."""
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
KEY_CLAIM = "key_id"
"""Where a token says by which of an application's secrets it is signed."""
_KEY_ID = re.compile(r"(?:([0-9a-f]{24})\.)?([0-9a-f]{24})\Z")
"""A pool's id stood before the key's once; tokens from then are read until they expire."""
_ALGORITHMS: dict[str, Algorithm] = {"HS256": "HS256", "RS256": "RS256", "ES256": "ES256"}


@dataclass(frozen=True, eq=False)
class SigningKey:
    """`key` fits `algorithm`: the one is never used with the other's key, whatever a header says.

    Nor does a key speak beyond its `purpose`: an application knows its secret, so what is signed with that
    is never a management token, nor another application's. The `server`'s sign for every pool, and a token of
    theirs says which; `rsa` are the pools' of before, which verify and sign no more.
    """

    pool_id: str
    key_id: str
    algorithm: Algorithm
    key: OctKey | RSAKey | ECKey
    purpose: Purpose = "management"
    app_id: str = ""

    @property
    def kid(self) -> str:
        """Published with the key, so it names no pool."""
        return self.key_id

    @property
    def is_known_by_id(self) -> bool:
        """Whether the header of what it signs names it. Who verifies with an application's secret has a key without an
        id, and libraries that read `kid` look for no other than that one (Authlib, pyoidc)."""
        return self.purpose != "app"


@dataclass(frozen=True, slots=True)
class KeyHint:
    """What an unverified token says about its key; good for finding the key and nothing else."""

    key_id: str
    algorithm: Algorithm
    pool_id: str | None = None

    def fits(self, key: SigningKey) -> bool:
        """Whether it names this key, to be used as the key is."""
        named = (self.key_id, self.algorithm, self.pool_id or key.pool_id)
        return named == (key.key_id, key.algorithm, key.pool_id)


@dataclass(frozen=True, slots=True)
class Claims:
    """`subject`: the user's id, or the pool's. Times are aware UTC. Shared by all who show the token: nothing in it may
    be changed."""

    kind: TokenKind
    pool_id: str
    subject: str
    issued_at: datetime
    expires_at: datetime
    app_id: str | None
    session_id: str | None
    data: Mapping[str, Any]
    raw: Mapping[str, Any]
    grant_id: str | None = None


def sign(claims: Mapping[str, Any], key: SigningKey, kind: TokenType = "JWT") -> str:
    """Raises TooLarge rather than make a token that nobody will read."""
    header: dict[str, str] = {"alg": key.algorithm, "typ": kind}
    if key.is_known_by_id:
        header["kid"] = key.kid
    elif kind == "JWT":  # a logout token does not come back to us
        claims = {**claims, KEY_CLAIM: key.kid}
    token = jws.serialize_compact(header, encode_payload(claims), key.key, [key.algorithm])
    if len(token) > LONGEST_TOKEN:
        raise TooLarge("token", f"最长 {LONGEST_TOKEN}", f"at most {LONGEST_TOKEN} characters")
    return token


def fitted(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a user's token, without those about the user that make it too long, the longest first. One of
    `data` is null then: clients read its names."""
    kept = dict(claims)
    if len(encode_payload(kept)) <= LONGEST_PAYLOAD:
        return kept
    data = kept["data"] = dict(claims.get("data", {}))
    told = [(holder, name) for holder in (kept, data) for name in holder if name not in _NEEDED]
    for holder, name in sorted(told, key=lambda one: -len(encode_payload(one[0][one[1]]))):
        if holder is data:
            data[name] = None
        else:
            del kept[name]
        if len(encode_payload(kept)) <= LONGEST_PAYLOAD:
            break
    if "data" not in claims:
        del kept["data"]
    return kept


def encode_payload(claims: Any) -> bytes:
    """ASCII JSON without `>`, `?`, `~` and DEL: no other ASCII byte can put `-` or `_` into base64url."""
    text = json.dumps(claims, separators=(",", ":"), ensure_ascii=True)
    for character in ">?~\x7f":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def hint(token: str) -> KeyHint:
    """Raises TokenInvalid for anything that no signing of ours can have produced."""
    found = "too long" if len(token) > LONGEST_TOKEN else _hint_or_fault(token)
    if isinstance(found, str):
        raise TokenInvalid(found)
    return found


@lru_cache(4096)
def _hint_or_fault(token: str) -> KeyHint | str:
    """Or why not, kept as well: an access key's token, which is none of ours, comes as often as those that are."""
    if not _SHAPE.match(token):
        return "not a compact JWS"
    try:
        header, payload = _parts(token)
        claims = _claims(payload) if header.get("alg") == "HS256" and "kid" not in header else {}
    except TokenInvalid as error:
        return str(error.cause)
    algorithm = _ALGORITHMS.get(str(header.get("alg")))
    named = _KEY_ID.match(str(claims.get(KEY_CLAIM) if claims else header.get("kid")))
    if algorithm is None or named is None or "crit" in header:
        return "foreign algorithm or key id"
    if header.get("typ") == "logout+jwt":
        return "a logout token is for its application alone"
    return KeyHint(named[2], algorithm, named[1])


def looks_ours(token: str) -> bool:
    """Whether its shape is that of our signing. An access key's token is signed elsewhere, and has another."""
    try:
        hint(token)
    except TokenInvalid:
        return False
    return True


def verify(token: str, key: SigningKey) -> dict[str, Any]:
    """The claims under a good signature. Their times are moments, and not yet looked at."""
    if not hint(token).fits(key):
        raise TokenInvalid("another key or algorithm than the key's own")
    claims = _claims(_signed(token, key))
    issued, expires = numeric_date(claims.get("iat")), numeric_date(claims.get("exp"))
    if issued is None or expires is None:
        raise TokenInvalid("iat or exp is missing, or is no time")
    return {**claims, "iat": issued, "exp": expires}


@lru_cache(4096)
def _signed(token: str, key: SigningKey) -> bytes:
    """The payload that this very key signed."""
    try:
        payload: bytes = jws.deserialize_compact(token, key.key, [key.algorithm]).payload
    except JoseError as error:
        raise TokenInvalid("bad signature") from error
    return payload


def read(token: str, key: SigningKey, at: datetime) -> Claims:
    """A token of ours that has not expired. Raises TokenInvalid, TokenExpired."""
    claims = _read(token, key)
    if claims.issued_at.timestamp() > at.timestamp() + CLOCK_SKEW_S:
        raise TokenInvalid("issued in the future")
    if claims.expires_at <= at:
        raise TokenExpired("the token's exp has passed")
    return claims


@lru_cache(4096)
def _read(token: str, key: SigningKey) -> Claims:
    """What this very key signed, whatever the time is: that does not change, and a client sends one token for hours."""
    claims = verify(token, key)
    issued, expires, subject = claims["iat"], claims["exp"], claims.get("sub")
    if not isinstance(subject, str):
        raise TokenInvalid("sub is missing")
    data = claims.get("data")
    managed = claims.get("scoped_userpool_id")
    if (managed is not None and managed != key.pool_id) or not isinstance(data, dict):
        raise TokenInvalid("claims of another pool")
    pool_id = key.pool_id or data.get("userPoolId")
    if not isinstance(pool_id, str):
        raise TokenInvalid("a token of the server's that names no pool")
    if managed is not None and key.purpose != "management":
        raise TokenInvalid("a management token signed with another key")
    if key.purpose == "app" and claims.get("aud") != key.app_id:
        raise TokenInvalid("an application's key speaks for another application")
    return Claims(
        kind="user" if managed is None else "management",
        pool_id=pool_id,
        subject=subject,
        issued_at=datetime.fromtimestamp(issued, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
        app_id=_text(claims.get("aud")),
        session_id=_text(claims.get("sid")),
        data=MappingProxyType(data),
        raw=MappingProxyType(claims),
        grant_id=_text(claims.get("gid")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _parts(token: str) -> tuple[dict[str, Any], bytes]:
    """Header and payload, before anything is verified."""
    try:
        read = jws.extract_compact(token.encode())
        return dict(read.headers()), read.payload
    except (JoseError, ValueError, RecursionError) as error:
        raise TokenInvalid("unreadable header") from error


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise TokenInvalid("unreadable payload") from error
    if not isinstance(claims, dict):
        raise TokenInvalid("the payload is not an object")
    return claims
