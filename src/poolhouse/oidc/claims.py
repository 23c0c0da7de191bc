"""What a user's profile is called in OpenID Connect, by scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import structs

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


ALL_CLAIMS = frozenset(claim for claims in CLAIMS.values() for claim in claims)


def user_claims(user: User, scopes: Iterable[str], names: Iterable[str] = ()) -> dict[str, Any]:
    """`sub`, the claims of the scopes and those asked for by name. One without a value is left out (Core 5.3.2)."""
    wanted = [claim for scope in scopes for claim in CLAIMS.get(scope, ())]
    told = {claim: _said(user, claim) for claim in dict.fromkeys([*wanted, *names]) if claim in ALL_CLAIMS}
    return {"sub": user.id, **{claim: value for claim, value in told.items() if value not in (None, "", {})}}


def within_scopes(user: User, scopes: Iterable[str]) -> User:
    """The user as an application may see them that has these scopes: what `/oidc/me` would say, and other fields are
    as empty as of somebody new."""
    held = frozenset(scopes)
    hidden = {name: empty for name, (scope, empty) in _SCOPED.items() if scope not in held}
    return structs.replace(user, **hidden)


def scopes_of(names: Iterable[str]) -> list[str]:
    """The scopes that claims belong to, as a person is asked about them."""
    wanted = frozenset(names)
    return [scope for scope, claims in CLAIMS.items() if wanted & frozenset(claims)]


def _said(user: User, claim: str) -> Any:
    if claim == "address":
        return _address(user)
    field = _FIELD_OF[claim]
    value = getattr(user, field)
    return _SAID[field](value) if field in _SAID else value


_FIELD_OF: Mapping[str, str] = {
    claim: field for fields in _FIELDS.values() for claim, field in fields.items()
}
_SAID: Mapping[str, Callable[[Any], Any]] = {
    "gender": lambda gender: _GENDERS.get(gender, gender),
    "updated_at": lambda time: int(time.timestamp()) if time else None,
}
"""Fields whose claim is not what is kept."""


def _address(user: User) -> dict[str, str]:
    parts = {
        "country": user.country,
        "postal_code": user.postal_code,
        "region": user.region or user.province,
        "locality": user.locality or user.city,
        "street_address": user.street_address,
        "formatted": user.formatted or user.address,
    }
    return {name: part for name, part in parts.items() if part}


_WHO = ("id", "pool_id", "status", "blocked", "is_deleted")
_SCOPE_OF: Mapping[str, str] = {
    **{field: scope for scope, fields in _FIELDS.items() for field in fields.values()},
    **dict.fromkeys(("country", "province", "city", "region", "locality"), "address"),
    **dict.fromkeys(("address", "street_address", "formatted", "postal_code"), "address"),
    "phone_country_code": "phone",
}
_SCOPED: Mapping[str, tuple[str | None, Any]] = {
    field.name: (_SCOPE_OF.get(field.name), field.default)
    for field in structs.fields(User)
    if field.name not in _WHO
}
"""Field of a user -> the scope it goes with, if any, and what it is without."""
