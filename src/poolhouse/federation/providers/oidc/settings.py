"""What a connection of OpenID Connect is set up with."""

from __future__ import annotations

from typing import Literal

import msgspec

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
        "issuer", ("Issuer 地址", "Issuer"), ("如 https://id.example.com", "Such as https://id.example.com")
    ),
    Field("clientId", ("Client ID", "Client ID")),
    Field("clientSecret", ("Client Secret", "Client secret"), secret=True),
    Field("scopes", ("Scope", "Scopes"), ("以空格分隔", "Separated by blanks")),
    Field(
        "mode",
        ("模式", "Mode"),
        (
            "backend：授权码；front：浏览器直接带回 ID Token",
            "backend: a code; front: an id token by the browser",
        ),
    ),
    Field("tokenAuthMethod", ("换取 token 的身份验证方式", "Authentication at the token endpoint")),
)
