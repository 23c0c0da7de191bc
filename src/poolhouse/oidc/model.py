"""What an authorization server speaks of. Sources: RFC 6749, 7636, 7009, 7662, OpenID Connect Core 1.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from poolhouse.apps.model import App
from poolhouse.errors import Lang

ErrorCode = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "invalid_token",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "access_denied",
    "login_required",
    "consent_required",
    "interaction_required",
    "insufficient_scope",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
    "unmet_authentication_requirements",
]


class OAuthError(Exception):
    """A refusal in the protocol's own words; `description` is for the developer of the client. `zh` is the same in
    Chinese, where a person may be shown it on a page."""

    def __init__(self, code: ErrorCode, description: str, zh: str = "") -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self._zh = code, description, zh

    def message(self, lang: Lang) -> str:
        return self._zh if lang == "zh-CN" and self._zh else self.description


LOGIN_SCOPE = "openid profile"
"""Of the token of a sign-in of v2 or v3 that said nothing of a scope."""


@dataclass(frozen=True, slots=True)
class Popup:
    """Of a sign-in in a window that a page of the application opened: it ends in a message to that page, and in no
    code. `origins`: those the page may be of, each the application's own. `event`: how its client calls the sign-in.
    `component`: whether its client reads a refusal as JSON, as the login component does. `custom_data`: whether it is
    told. `fields`: custom fields of an account that is made, by name. `target`: where a window goes that no page
    opened, a redirect address of the application.
    """

    origins: tuple[str, ...]
    event: Literal["socialLogin", "enterpriseLogin"] = "socialLogin"
    component: bool = False
    custom_data: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    target: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A checked request of a known application: its redirect address is one the application registered.

    The claims are those it asks for by name, beside its scopes'. `subject`: only this user may answer it. `binding`: an
    outside identity that whoever signs in for it will have (`federation`). `popup`: it is none of the protocol's, and
    is answered by a message. `link`: nor is that; the ticket with which `subject` goes on to link an identity.
    """

    app_id: str
    redirect_uri: str
    scope: str
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    login_hint: str | None = None
    response_mode: str = "query"
    ui_locales: str | None = None
    response_type: str = "code"
    id_token_claims: tuple[str, ...] = ()
    userinfo_claims: tuple[str, ...] = ()
    subject: str | None = None
    binding: str | None = None
    popup: Popup | None = None
    link: str | None = None

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user let an application have. Revoking it ends every token made from it.

    `may_log_in`: whether the user may, when it was read. `with_login`: its session was made for it alone, by a sign-in
    that asked for a refresh token; the login is one of its tokens, and ends when it is revoked. `issuer`: who we are to
    the application, by its last id token; None where that is not known.
    """

    id: str
    pool_id: str
    app_id: str
    user_id: str
    session_id: str
    scope: str
    nonce: str | None
    authenticated_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    may_log_in: bool = True
    id_token_claims: tuple[str, ...] = ()
    userinfo_claims: tuple[str, ...] = ()
    with_login: bool = False
    issuer: str | None = None

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The answer of the token endpoint; times in seconds."""

    access_token: str = field(repr=False)
    expires_in: int
    scope: str
    id_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    token_type: str = "Bearer"

    def body(self) -> dict[str, Any]:
        named = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A verified access token. `user_id` is None for a client's own (client credentials)."""

    pool_id: str
    app_id: str
    user_id: str | None
    grant_id: str | None
    scope: str
    claims: Mapping[str, Any]
    userinfo_claims: tuple[str, ...] = ()

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())


@dataclass(frozen=True, slots=True)
class IdTokenHint:
    """Somebody an id token was once given about, and the session it was given in."""

    app: App
    user_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Party:
    """An application that a session was signed in to, and who we are to it; None: nobody has asked yet."""

    app_id: str
    session_id: str
    user_id: str
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """An application is to be told that a session has ended. `subject`: whose it was."""

    pool_id: str
    id: str
    app_id: str
    session_id: str
    subject: str
    issuer: str | None
    attempts: int
    created_at: datetime
