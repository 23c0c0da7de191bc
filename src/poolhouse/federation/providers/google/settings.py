"""What a connection to Google is set up with."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from poolhouse.federation.model import Field


class GoogleSettings(msgspec.Struct, rename="camel", frozen=True):
    """`hosted_domains`: of Google Workspace, separated by blanks; "" lets every Google account in. `issuer`: another
    one only for what stands in for Google."""

    client_id: str
    client_secret: str
    hosted_domains: Annotated[str, Meta(max_length=2048)] = ""
    scopes: str = "openid profile email"
    issuer: str = "https://accounts.google.com"

    def domains(self) -> tuple[str, ...]:
        return tuple(self.hosted_domains.lower().split())


FIELDS = (
    Field(
        "clientId",
        ("客户端 ID", "Client ID"),
        ("以 .apps.googleusercontent.com 结尾", "Ends so: .apps.googleusercontent.com"),
    ),
    Field(
        "clientSecret",
        ("客户端密钥", "Client secret"),
        (
            "与客户端 ID 在同一页；保存后不再显示",
            "On the page of the client ID; once saved it is never shown",
        ),
        secret=True,
    ),
    Field(
        "hostedDomains",
        ("Google Workspace 域名", "Google Workspace domains"),
        (
            "只允许这些域名的账号，以空格分隔；留空则允许所有 Google 账号",
            "Only accounts of these, separated by blanks; empty lets every Google account in",
        ),
    ),
    Field("scopes", ("Scope", "Scopes"), ("以空格分隔", "Separated by blanks"), rare=True),
    Field("issuer", ("Issuer 地址", "Issuer"), ("无需修改", "Needs no change"), rare=True),
)
