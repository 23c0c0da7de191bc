"""Who somebody is, by what a script or the provider's own address says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import ExternalId, ExternalUser
from poolhouse.federation.providers.oauth2.settings import Settings
from poolhouse.federation.standard_claims import is_true, profile_of

_NAME = re.compile(r"\w{1,32}\Z")
MOST_NAMED = 12
EXACT = 2**53 - 1
"""JavaScript's whole numbers end here; the next ones are rounded."""


def from_script(settings: Settings, said: Any, access: str | None) -> ExternalUser:
    """`said`: what tokenToUserInfo returned, by the names that the API has. Raises ProviderFailed (userinfo)."""
    if not isinstance(said, dict):
        raise ProviderFailed(
            "userinfo",
            "tokenToUserInfoScript 应返回对象",
            "tokenToUserInfoScript must return an object",
        )
    given = said.get("userIdInIdp")
    if isinstance(given, int | float) and abs(given) > EXACT:
        raise ProviderFailed(
            "userinfo",
            "userIdInIdp 是 JavaScript 无法精确表示的数，不同的人可能变成同一个；请以文本返回",
            "userIdInIdp is a number that JavaScript rounds, so that two people may be one; return it as a text",
        )
    found = _id(given)
    if found is None:
        raise ProviderFailed(
            "userinfo",
            f"tokenToUserInfoScript 返回的对象没有 userIdInIdp；有：{_named(said)}",
            f"what tokenToUserInfoScript returned has no userIdInIdp; it has {_named(said)}",
        )
    return ExternalUser(
        ids=(ExternalId("generic", found),),
        claims=said,
        profile={name: value for name, value in said.items() if isinstance(value, str)},
        email_verified=settings.email_is_verified or is_true(said.get("emailVerified")),
        phone_verified=is_true(said.get("phoneVerified")),
        access_token=access,
    )


def from_userinfo(settings: Settings, said: Mapping[str, Any], access: str) -> ExternalUser:
    """`said`: the answer of userInfoEndPoint. What is told of the person stands beside their id, however deep that is.

    Raises ProviderFailed (userinfo).
    """
    *way, last = settings.user_id_field.split(".")
    around: Any = said
    for name in way:
        around = around.get(name) if isinstance(around, dict) else None
    found = _id(around.get(last)) if isinstance(around, dict) else None
    if found is None:
        raise ProviderFailed(
            "userinfo",
            f"用户信息中没有 {settings.user_id_field}（userIdField）；有：{_named(said)}",
            f"the profile has no {settings.user_id_field} (userIdField); it has {_named(said)}",
        )
    return ExternalUser(
        ids=(ExternalId("generic", found),),
        claims=around,
        profile=profile_of(around),
        email_verified=settings.email_is_verified or is_true(around.get("email_verified")),
        phone_verified=is_true(around.get("phone_number_verified")),
        access_token=access,
    )


def _id(value: Any) -> str | None:
    """A text or a whole number; nothing that is only there."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 256 else None
    return value or None


def _named(said: Mapping[str, Any]) -> str:
    """The names of what is there, for who has to name one of them; a value is nobody's business."""
    names = [name for name in said if _NAME.match(name)][:MOST_NAMED]
    return ", ".join(names) or "-"
