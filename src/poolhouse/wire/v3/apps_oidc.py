"""`oidcConfig`: an application's OpenID Connect settings, by the names of the wire.

Source: docs/contract/v3/apps.md#oidcconfig.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from msgspec import UNSET, structs

from poolhouse.apps.model import App, AppSettings
from poolhouse.errors import InvalidInput, NotSupported
from poolhouse.misfits import OBJECT, expected
from poolhouse.wire.request import struct_of
from poolhouse.wire.v3.dto.apps import OIDCConfig

OURS: Mapping[str, str] = {
    "idTokenSignedResponseAlg": "id_token_algorithm",
    "tokenEndpointAuthMethod": "token_endpoint_auth",
    "jwks": "client_jwks",
    "requirePkce": "require_pkce",
    "grantTypes": "grant_types",
    "clientCredentialsScopes": "client_credentials_scopes",
    "responseTypes": "response_types",
    "responseModes": "response_modes",
    "refreshTokenRotation": "refresh_token_rotation",
    "authorizationCodeLifetime": "code_expires_after",
    "idTokenLifetime": "id_token_expires_after",
    "accessTokenLifetime": "access_token_expires_after",
    "refreshTokenLifetime": "refresh_token_expires_after",
    "frontchannelLogoutUri": "frontchannel_logout_uri",
    "frontchannelLogoutSessionRequired": "frontchannel_logout_session_required",
    "backchannelLogoutUri": "backchannel_logout_uri",
    "backchannelLogoutSessionRequired": "backchannel_logout_session_required",
}
"""Field of `oidcConfig` -> field of AppSettings. `postLogoutRedirectUris` is the application's own."""
_THEIRS = {
    **{ours: theirs for theirs, ours in OURS.items()},
    "logout_redirect_uris": "postLogoutRedirectUris",
}
_DEFAULTS = AppSettings()

LONGEST_NAME = 64


def read(given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an `oidcConfig` asks for: fields of the application, fields of its settings. Null is the default.

    Raises InvalidInput naming the field, NotSupported for one that has no meaning here.
    """
    if given is None or given is UNSET:
        return {}, {}
    if not isinstance(given, dict):
        raise InvalidInput("oidcConfig", *expected(OBJECT))
    for name, value in given.items():
        if value not in (None, "", False) and name not in _KNOWN:
            raise NotSupported(what=f"oidcConfig.{name[:LONGEST_NAME]}")
    try:
        asked = struct_of({name: given[name] for name in _KNOWN if name in given}, OIDCConfig)
    except InvalidInput as error:
        raise type(error)(f"oidcConfig.{error.facts['field']}", error.reason, error.reason_en) from error
    sent = {name: getattr(asked, attribute) for name, attribute in _KNOWN.items() if name in given}
    values: dict[str, Any] = {}
    if (addresses := sent.pop("postLogoutRedirectUris", UNSET)) is not UNSET:
        values["logout_redirect_uris"] = tuple(addresses or ())
    settings = {OURS[name]: value for name, value in sent.items()}
    return values, {
        name: getattr(_DEFAULTS, name) if value is None else value for name, value in settings.items()
    }


def shown(app: App) -> OIDCConfig:
    """As it could be sent back."""
    settings = app.settings
    given = {_KNOWN[theirs]: _listed(getattr(settings, ours)) for theirs, ours in OURS.items()}
    return OIDCConfig(**given, post_logout_redirect_uris=list(app.logout_redirect_uris))


@contextmanager
def by_their_names() -> Iterator[None]:
    """Refusals of settings, with the field as it was sent."""
    try:
        yield
    except InvalidInput as error:
        name, *rest = str(error.facts.get("field", "")).removeprefix("settings.").split(".", 1)
        bare, bracket, place = name.partition("[")
        if bare not in _THEIRS or bare == "logout_redirect_uris":
            raise
        path = ".".join([f"oidcConfig.{_THEIRS[bare]}{bracket}{place}", *rest])
        raise type(error)(path, error.reason, error.reason_en) from error


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


_KNOWN = cast(
    Mapping[str, str],
    {field.encode_name: field.name for field in structs.fields(OIDCConfig)},
)
