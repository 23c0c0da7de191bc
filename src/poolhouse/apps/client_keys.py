"""The public keys an application signs its client assertions with (private_key_jwt).

They stand in the application's settings and nowhere else: no address of keys is fetched, and none is read from a token.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from poolhouse.crypto.weak_rsa import Weakness, weakness
from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.texts import is_storable

ClientAlgorithm = Literal["RS256", "ES256"]
CLIENT_ALGORITHMS: tuple[ClientAlgorithm, ...] = ("RS256", "ES256")

MOST_KEYS = 10
LONGEST_KID = 256
LONGEST = {"kty": 3, "crv": 5, "x": 43, "y": 43, "n": 1024, "e": 6}
"""Characters of each member. A modulus of 6144 bits: joserfc reads no longer signature. A large exponent would cost
whoever verifies."""
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_WEAK: Mapping[Weakness, tuple[str, str]] = {
    "small": ("RSA 至少 2048 位", "an RSA key has at least 2048 bits"),
    "exponent": ("应为不小于 3 的奇数", "must be odd, and at least 3"),
    "factors": ("可以分解", "can be factored: the key is anybody's"),
}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+\Z")
_MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}


@dataclass(frozen=True, slots=True)
class ClientKey:
    """`algorithm` is the key's: what a token's header says never chooses it."""

    kid: str | None
    algorithm: ClientAlgorithm
    key: RSAKey | ECKey


def checked(field: str, given: Any) -> dict[str, Any]:
    """A JWK set, or one JWK, as it is kept: `{keys: [...]}` of public members alone. {} of nothing.

    Raises InvalidInput naming `field`, also for a key that could sign: a private key is never kept.
    """
    if not given:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidInput(field, "应为 JWK Set 对象", "expected a JWK set")
    entries = given.get("keys") if "keys" in given else [given]
    if not isinstance(entries, list) or not entries:
        raise InvalidInput(f"{field}.keys", "应为 JWK 列表", "expected a list of JWKs")
    if len(entries) > MOST_KEYS:
        raise TooLarge(f"{field}.keys", f"最多 {MOST_KEYS} 个", f"at most {MOST_KEYS}")
    kept = [_kept(f"{field}.keys[{place}]", entry) for place, entry in enumerate(entries)]
    named: set[str] = set()
    for place, one in enumerate(kept):
        if (kid := one.get("kid")) in named:
            raise InvalidInput(f"{field}.keys[{place}].kid", "重复", "another key of the set has this one")
        named |= {kid} if kid else set()
    return {"keys": kept}


def of(jwks: Mapping[str, Any]) -> list[ClientKey]:
    """The keys of a set that `checked` made."""
    return [_imported(entry) for entry in jwks.get("keys", ())]


def _kept(field: str, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or entry.get("kty") not in ("RSA", "EC"):
        raise InvalidInput(field, "应为 RSA 或 EC 公钥", "expected an RSA or EC public key")
    if held := _PRIVATE & set(entry):
        raise InvalidInput(f"{field}.{min(held)}", "不能包含私钥", "a private key must not leave its client")
    if entry.get("use") not in (None, "sig"):
        raise InvalidInput(f"{field}.use", "应为 sig", "expected sig")
    if entry["kty"] == "EC" and entry.get("crv") != "P-256":
        raise InvalidInput(f"{field}.crv", "应为 P-256", "expected P-256")
    algorithm = "RS256" if entry["kty"] == "RSA" else "ES256"
    if entry.get("alg") not in (None, algorithm):
        raise InvalidInput(f"{field}.alg", f"应为 {algorithm}", f"expected {algorithm}")
    kid = entry.get("kid")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= LONGEST_KID and is_storable(kid)):
        raise InvalidInput(f"{field}.kid", f"最长 {LONGEST_KID}", f"at most {LONGEST_KID} characters")
    members: dict[str, str] = {}
    for name in ("kty", *_MEMBERS[entry["kty"]]):
        value = entry.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST[name]:
            most = LONGEST[name]
            raise InvalidInput(
                f"{field}.{name}", f"应为 1 至 {most} 个字符", f"expected 1 to {most} characters"
            )
        members[name] = value
        if name not in ("kty", "crv") and (not _BASE64URL.match(value) or len(value) % 4 == 1):
            raise InvalidInput(f"{field}.{name}", "应为 base64url", "expected base64url")
    if entry["kty"] == "RSA" and (weak := weakness(_integer(members["n"]), _integer(members["e"]))):
        raise InvalidInput(f"{field}.{'e' if weak == 'exponent' else 'n'}", *_WEAK[weak])
    kept = {**members, "use": "sig", "alg": algorithm, **({"kid": kid} if kid else {})}
    try:
        _imported(kept)
    except (JoseError, ValueError, TypeError) as error:
        if entry["kty"] == "EC":
            raise InvalidInput(field, "不是 P-256 上的点", "not a point of P-256") from error
        raise InvalidInput(field, "不是有效的公钥", "not a public key") from error
    return kept


def _integer(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _imported(entry: Mapping[str, Any]) -> ClientKey:
    if entry["kty"] == "RSA":
        return ClientKey(entry.get("kid"), "RS256", RSAKey.import_key(dict(entry)))
    return ClientKey(entry.get("kid"), "ES256", ECKey.import_key(dict(entry)))
