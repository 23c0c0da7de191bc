"""Applications of a pool."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec


class AppSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an application switches. Times in seconds; None takes the pool's or the default.

    `pages` is what its login, sign-up and branding show, kept as JSON for whoever draws them.
    """

    enabled: bool = True
    default_access: str = "ALLOW_ALL"
    register_disabled: bool = False
    mfa_required: bool = False
    id_token_algorithm: str = "HS256"
    id_token_expires_after: int | None = None
    access_token_expires_after: int = 1_209_600
    refresh_token_expires_after: int = 2_592_000
    code_expires_after: int = 600
    token_endpoint_auth: str = "client_secret_post"
    require_pkce: bool = False
    sso_enabled: bool = True
    show_in_list: bool = True
    platform: str = "web"
    default_protocol: str = "oidc"
    init_login_uri: str = ""
    template: str | None = None
    pages: dict[str, Any] = {}


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
