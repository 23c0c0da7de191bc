"""The claims of OpenID Connect (Core 1.0, 5.1) by our names of them; other providers borrow them too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolhouse.federation.profiles import told

_PROFILE = {
    "name": "name",
    "nickname": "nickname",
    "given_name": "given_name",
    "family_name": "family_name",
    "middle_name": "middle_name",
    "preferred_username": "preferred_username",
    "picture": "photo",
    "profile": "profile",
    "website": "website",
    "birthdate": "birthdate",
    "zoneinfo": "zoneinfo",
    "locale": "locale",
    "email": "email",
    "phone_number": "phone",
}
_GENDERS = {"male": "M", "female": "F"}


def profile_of(claims: Mapping[str, Any]) -> dict[str, Any]:
    """By our names, those that are texts."""
    profile = told(claims, _PROFILE)
    if gender := _GENDERS.get(str(claims.get("gender")).lower()):
        profile["gender"] = gender
    return profile


def is_true(claim: object) -> bool:
    """Some providers write it as a text."""
    return claim is True or claim == "true"
