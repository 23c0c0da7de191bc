"""What a connection of OpenID Connect is set up with."""

from __future__ import annotations

from typing import Literal

import msgspec

from poolhouse.federation.client_fields import CLIENT
from poolhouse.federation.model import Field


class Settings(msgspec.Struct, rename="camel", frozen=True):
    """`mode`: backend is the code flow with PKCE; front is an id token posted by the browser, for a provider whose
    token endpoint cannot be reached from here. `token_auth_method` empty: the first the provider names that we have."""

    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: str = "openid profile email phone"
    mode: Literal["backend", "front"] = "backend"
    token_auth_method: Literal["", "client_secret_basic", "client_secret_post", "none"] = ""


FIELDS = (
    Field(
        "issuer",
        ("Issuer 地址", "Issuer"),
        (
            "身份提供方的地址，如 https://id.example.com；它加上 /.well-known/openid-configuration 应能在浏览器中打开",
            "The provider's address, such as https://id.example.com. A browser can open it with "
            "/.well-known/openid-configuration behind it",
        ),
    ),
    *CLIENT,
    Field(
        "scopes",
        ("Scope", "Scopes"),
        (
            "以空格分隔；留空为 openid profile email phone",
            "Separated by blanks; empty: openid profile email phone",
        ),
        rare=True,
    ),
    Field(
        "mode",
        ("模式", "Mode"),
        (
            "backend：授权码；front：浏览器直接带回 ID Token",
            "backend: a code; front: an id token by the browser",
        ),
        rare=True,
    ),
    Field(
        "tokenAuthMethod",
        ("换取 token 的身份验证方式", "Authentication at the token endpoint"),
        ("留空则用身份提供方公布的第一种", "Empty: the first that the provider names"),
        rare=True,
    ),
)
