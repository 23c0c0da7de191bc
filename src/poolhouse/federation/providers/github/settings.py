"""What a connection to GitHub is set up with."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from poolhouse.federation.model import Field
from poolhouse.federation.settings import Unfit

PUBLIC = "https://github.com"
_OF_A_COMPANY = ".ghe.com"


class GithubSettings(msgspec.Struct, rename="camel", frozen=True):
    """`base_url`: where people sign in, a GitHub Enterprise Server's own address for one. `api_url` "": the one that
    belongs to it."""

    client_id: str
    client_secret: str
    scopes: str = "read:user user:email"
    base_url: str = PUBLIC
    api_url: str = ""

    def __post_init__(self) -> None:
        """Raises Unfit."""
        for name, address in (("baseUrl", self.base_url), ("apiUrl", self.api_url or PUBLIC)):
            try:
                split = urlsplit(address)
                fits = split.scheme in ("https", "http") and bool(split.hostname) and not split.username
            except ValueError:
                fits = False
            if not fits or not address.isascii() or split.query or split.fragment:
                raise Unfit(name, f"应为地址，如 {PUBLIC}", f"must be an address such as {PUBLIC}")

    def place(self) -> str:
        return self.base_url.strip().rstrip("/")

    def api(self) -> str:
        """github.com and ghe.com have a host of its own for it, a server a path."""
        if self.api_url:
            return self.api_url.strip().rstrip("/")
        split = urlsplit(self.place())
        host = (split.hostname or "").lower()
        if host == "github.com" or host.endswith(_OF_A_COMPANY):
            return f"{split.scheme}://api.{host}"
        return f"{self.place()}/api/v3"


FIELDS = (
    Field("clientId", ("Client ID", "Client ID"), ("在 OAuth App 的页面上", "On the page of the OAuth app")),
    Field(
        "clientSecret",
        ("Client Secret", "Client secret"),
        ("在同一页生成；保存后不再显示", "Generated on the same page; once saved it is never shown"),
        secret=True,
    ),
    Field(
        "scopes",
        ("Scope", "Scopes"),
        (
            "读取邮箱需要 user:email；GitHub App 不看这一项",
            "user:email to read addresses; a GitHub App has permissions instead",
        ),
        rare=True,
    ),
    Field(
        "baseUrl",
        ("GitHub 地址", "Address of GitHub"),
        ("GitHub Enterprise Server 填写其自己的地址", "A GitHub Enterprise Server's own address"),
        rare=True,
    ),
    Field("apiUrl", ("API 地址", "Address of its API"), ("留空即可", "May stay empty"), rare=True),
)
