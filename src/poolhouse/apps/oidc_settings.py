"""What of an application's OpenID Connect settings goes with what. Fields are named as in AppSettings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from poolhouse.apps import client_keys, redirect_uris
from poolhouse.apps.model import SCOPES, App, AppSettings
from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.texts import EMPTY

YEAR_S = 365 * 86400
LIFETIMES_S: Mapping[str, tuple[int, int]] = {
    "id_token_expires_after": (60, 10 * YEAR_S),
    "access_token_expires_after": (60, 10 * YEAR_S),
    "refresh_token_expires_after": (60, 10 * YEAR_S),
    "code_expires_after": (10, 86400),
}
"""The shortest and longest that can be set: what is added to now must stay a time."""
LOGOUT_URIS = ("frontchannel_logout_uri", "backchannel_logout_uri")
MOST_NAMES = 20
OFFLINE = "offline_access"
"""The scope that is answered by a refresh token (OpenID Connect Core 11)."""
LONGEST_SCOPES = 2048
"""Characters of all of an application's own scopes: a token carries them."""
_SCOPES = "client_credentials_scopes"
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+\Z")
_LISTS = ("response_types", "response_modes", "grant_types")


def written(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes as they are kept. Raises InvalidInput."""
    kept = dict(changes)
    if "client_jwks" in kept:
        kept["client_jwks"] = client_keys.checked("client_jwks", kept["client_jwks"])
    for name in LOGOUT_URIS:
        if kept.get(name):
            kept[name] = redirect_uris.logout_address(name, kept[name])
    for name in _LISTS:
        given = kept.get(name)
        if isinstance(given, list | tuple):
            if not given:
                raise InvalidInput(name, *EMPTY)
            if len(given) > MOST_NAMES:
                raise TooLarge(name, f"最多 {MOST_NAMES} 个", f"at most {MOST_NAMES}")
            kept[name] = [one for place, one in enumerate(given) if one not in given[:place]]
    if isinstance(given := kept.get(_SCOPES), list | tuple):
        kept[_SCOPES] = _scopes(given)
    return kept


def _scopes(given: Sequence[Any]) -> list[str]:
    """Source: RFC 6749 3.3."""
    kept: dict[str, None] = {}
    for place, one in enumerate(given):
        if not isinstance(one, str) or not _SCOPE.match(one):
            raise InvalidInput(f"{_SCOPES}[{place}]", "不是合法的 scope", "not a scope")
        if one in SCOPES:
            raise InvalidInput(
                f"{_SCOPES}[{place}]", f"{one} 只用于用户", f"{one} speaks of a person: there is none"
            )
        kept[one] = None
    if len(" ".join(kept)) > LONGEST_SCOPES:
        raise TooLarge(_SCOPES, f"总长最多 {LONGEST_SCOPES}", f"at most {LONGEST_SCOPES} characters in all")
    return list(kept)


def check(settings: AppSettings) -> None:
    """Raises InvalidInput for settings that contradict each other."""
    for name, (least, most) in LIFETIMES_S.items():
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            raise InvalidInput(name, f"应为 {least} 至 {most} 秒", f"must be {least} to {most} seconds")
    public = settings.token_endpoint_auth == "none"
    if public and settings.id_token_algorithm == "HS256":
        raise InvalidInput(
            "id_token_algorithm",
            "公开客户端没有密钥，应为 RS256 或 ES256",
            "a public client has no secret to verify HS256 with: RS256 or ES256",
        )
    if public and not settings.refresh_token_rotation:
        raise InvalidInput(
            "refresh_token_rotation", "公开客户端必须轮换", "a public client's refresh tokens must rotate"
        )
    if settings.token_endpoint_auth == "private_key_jwt" and not settings.client_jwks:
        raise InvalidInput("client_jwks", "private_key_jwt 需要公钥", "private_key_jwt needs a public key")


def allowed_scope(app: App | None, scope: str) -> str:
    """What of a scope an application may be given: a refresh token is for who exchanges them."""
    if app is not None and "refresh_token" in app.settings.grant_types:
        return scope
    return " ".join(one for one in scope.split() if one != OFFLINE)
