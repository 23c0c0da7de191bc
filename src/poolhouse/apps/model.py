"""Applications of a pool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

from poolhouse.web_origins import web_origin

IdTokenAlgorithm = Literal["RS256", "ES256", "HS256"]
TokenEndpointAuth = Literal[
    "client_secret", "client_secret_post", "client_secret_basic", "private_key_jwt", "none"
]
"""RFC 7591's names; `client_secret` is ours: the secret, in the form or in the header."""
ResponseType = Literal[
    "code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"
]
"""Those with more than `code` hand out tokens by way of the browser: nobody has them who did not ask."""
ResponseMode = Literal["query", "fragment", "form_post", "web_message"]
GrantType = Literal[
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "http://authing.cn/oidc/grant_type/authing_token",
]
"""The last exchanges a token of ours for an access token: `getAccessTokenByIdToken` of the official client."""
SCOPES = (
    "openid",
    "profile",
    "email",
    "phone",
    "address",
    "offline_access",
    "username",
    "external_id",
    "roles",
)
"""The first six are OpenID Connect's own (Core 5.4, 11); the others are the vendor's. All speak of a person."""
RESPONSE_TYPES: tuple[ResponseType, ...] = get_args(ResponseType)
RESPONSE_MODES: tuple[ResponseMode, ...] = get_args(ResponseMode)
GRANT_TYPES: tuple[GrantType, ...] = get_args(GrantType)


class AppSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an application switches. Times in seconds; None takes the pool's or the default.

    `pages` is what its login, sign-up and branding show, kept as JSON for whoever draws them.

    A default is what a row means that says nothing: an application of before the setting. What new ones begin with
    is `AppService.add`'s. The settings of OpenID Connect, and who reads them (names in v3: `wire/v3/apps_oidc.py`;
    what goes with what: `oidc_settings.py`):

    * `id_token_algorithm`: `sessions`, where an id token is signed; a login's token stays HS256.
    * `id_token_expires_after`: `login`, because a session and its id token end together; the others `oidc.service`.
    * `token_endpoint_auth`: `proofs.py`, wherever an application says who it is; `client_jwks`:
      `oidc.client_assertions`.
    * `response_types`, `response_modes`, `require_pkce`: `oidc.requests`; `grant_types`: also the token endpoint.
    * `client_credentials_scopes`: `oidc.service`; what a token of the application's own may be good for.
    * `refresh_token_rotation`: off, a refresh token is good until it expires.
    * `backchannel_logout_uri`: `oidc.back_channel`, wherever a session ends; `frontchannel_logout_uri`: the page at
      `/oidc/session/end`. Logout tokens always have a `sid`, so `backchannel_logout_session_required` is kept and
      read by nobody; `frontchannel_logout_session_required` says whether the page's frames name the session.
    """

    enabled: bool = True
    default_access: str = "ALLOW_ALL"
    register_disabled: bool = False
    mfa_required: bool = False
    id_token_algorithm: IdTokenAlgorithm = "HS256"
    id_token_expires_after: int | None = None
    access_token_expires_after: int = 1_209_600
    refresh_token_expires_after: int = 2_592_000
    code_expires_after: int = 600
    token_endpoint_auth: TokenEndpointAuth = "client_secret"
    client_jwks: dict[str, Any] = {}
    require_pkce: bool = False
    response_types: tuple[ResponseType, ...] = ("code",)
    response_modes: tuple[ResponseMode, ...] = RESPONSE_MODES
    grant_types: tuple[GrantType, ...] = GRANT_TYPES
    client_credentials_scopes: tuple[str, ...] = ()
    refresh_token_rotation: bool = True
    frontchannel_logout_uri: str = ""
    frontchannel_logout_session_required: bool = False
    backchannel_logout_uri: str = ""
    backchannel_logout_session_required: bool = False
    sso_enabled: bool = True
    show_in_list: bool = True
    platform: str = "web"
    default_protocol: str = "oidc"
    init_login_uri: str = ""
    template: str | None = None
    pages: dict[str, Any] = {}

    @property
    def only_pkce(self) -> bool:
        """Whether a sign-in must carry a code_challenge: a public client has nothing else to show for its code."""
        return self.require_pkce or self.token_endpoint_auth == "none"


@dataclass(frozen=True, slots=True)
class App:
    id: str
    pool_id: str
    name: str
    identifier: str
    description: str | None = None
    logo: str | None = None
    secret: str = field(default="", repr=False)
    app_type: str = "INDIVIDUAL"
    redirect_uris: tuple[str, ...] = ()
    logout_redirect_uris: tuple[str, ...] = ()
    settings: AppSettings = field(default_factory=AppSettings)
    created_at: datetime | None = None
    updated_at: datetime | None = None

    def is_own_page(self, origin: str | None) -> bool:
        """Whether a page of this origin is one that signing in leads back to. None, where nobody says, is none."""
        return origin is not None and any(web_origin(uri) == origin for uri in self.redirect_uris)

    @property
    def home(self) -> str | None:
        """Where the application's own sign-in begins: what it names for that, else the site it is on. A sign-in that
        we began would come back without the state its client is waiting for."""
        named = self.settings.init_login_uri
        if named and web_origin(named):
            return named
        return next((f"{origin}/" for uri in self.redirect_uris if (origin := web_origin(uri))), None)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What people accept when they sign up; `position` orders those of one application. Ids are numbers."""

    pool_id: str
    app_id: str
    id: int
    title: str
    required: bool
    lang: str
    position: int
    created_at: datetime
    updated_at: datetime


MayUse = Callable[[App, str], Awaitable[bool]]
"""Whether the application is open to the user of this id, who has proved who they are."""
