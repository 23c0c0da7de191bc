"""What a user's profile is called in OpenID Connect, by scope."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from poolhouse.oidc.model import CLAIMS
from poolhouse.users.model import User

_GENDERS = {"M": "male", "F": "female", "U": "unknown"}


def user_claims(user: User, scopes: Iterable[str]) -> dict[str, Any]:
    """`sub` and the claims of the scopes; a claim without a value is null, as the vendor's /oidc/me has it."""
    every = _all(user)
    wanted = {"sub": user.id}
    for scope in scopes:
        wanted |= {claim: every[claim] for claim in CLAIMS.get(scope, ())}
    return wanted


def _all(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "family_name": user.family_name,
        "given_name": user.given_name,
        "middle_name": user.middle_name,
        "nickname": user.nickname,
        "preferred_username": user.preferred_username,
        "profile": user.profile,
        "picture": user.photo,
        "website": user.website,
        "gender": _GENDERS.get(user.gender, user.gender),
        "birthdate": user.birthdate,
        "zoneinfo": user.zoneinfo,
        "locale": user.locale,
        "updated_at": int(user.updated_at.timestamp()) if user.updated_at else None,
        "email": user.email,
        "email_verified": user.email_verified,
        "phone_number": user.phone,
        "phone_number_verified": user.phone_verified,
        "address": {
            "country": user.country,
            "postal_code": user.postal_code,
            "region": user.region or user.province,
            "locality": user.locality or user.city,
            "street_address": user.street_address,
            "formatted": user.formatted or user.address,
        },
        "username": user.username,
        "external_id": user.external_id,
    }
