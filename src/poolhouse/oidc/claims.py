"""What a user's profile is called in OpenID Connect, by scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from poolhouse.users.model import User
from poolhouse.users.profile_fields import FIELDS

_GENDERS = {"M": "male", "F": "female", "U": "unknown"}

_FIELDS: dict[str, dict[str, str]] = {}
"""Scope -> claim -> the field of a user."""
for _name, _row in FIELDS.items():
    if _row.claim:
        _scope, _, _claim = _row.claim.partition(":")
        _FIELDS.setdefault(_scope, {})[_claim or _name] = _name

CLAIMS: Mapping[str, tuple[str, ...]] = {
    **{scope: tuple(claims) for scope, claims in _FIELDS.items()},
    "address": ("address",),
}
"""Scope -> claims."""


def user_claims(user: User, scopes: Iterable[str]) -> dict[str, Any]:
    """`sub` and the claims of the scopes; a claim without a value is null, as the vendor's /oidc/me has it."""
    wanted: dict[str, Any] = {"sub": user.id}
    for scope in scopes:
        if scope == "address":
            wanted["address"] = _address(user)
        for claim, field in _FIELDS.get(scope, {}).items():
            value = getattr(user, field)
            wanted[claim] = _SAID[field](value) if field in _SAID else value
    return wanted


_SAID: Mapping[str, Callable[[Any], Any]] = {
    "gender": lambda gender: _GENDERS.get(gender, gender),
    "updated_at": lambda time: int(time.timestamp()) if time else None,
}
"""Fields whose claim is not what is kept."""


def _address(user: User) -> dict[str, Any]:
    return {
        "country": user.country,
        "postal_code": user.postal_code,
        "region": user.region or user.province,
        "locality": user.locality or user.city,
        "street_address": user.street_address,
        "formatted": user.formatted or user.address,
    }
