"""What a connection of Lark's is set up with."""

from __future__ import annotations

import msgspec

from poolhouse.federation.model import Field

LOGIN_HOST = "https://accounts.feishu.cn"
API_HOST = "https://open.feishu.cn"


class Settings(msgspec.Struct, rename="camel", frozen=True):
    """`client_id`, `client_secret`: what Lark calls App ID and App Secret. `scopes`: what the person is asked for
    beyond what everybody tells; an app must have been granted them before."""

    client_id: str
    client_secret: str
    scopes: str = ""
    login_host: str = LOGIN_HOST
    api_host: str = API_HOST


FIELDS = (
    Field("clientId", ("App ID", "App ID"), ("形如 cli_xxx", "Such as cli_xxx")),
    Field(
        "clientSecret",
        ("App Secret", "App secret"),
        (
            "在“凭证与基础信息”页；保存后不再显示",
            "On the page Credentials & Basic Info; once saved it is never shown",
        ),
        secret=True,
    ),
    Field(
        "scopes", ("Scope", "Scopes"), ("以空格分隔；可不填", "Separated by blanks; may be empty"), rare=True
    ),
    Field(
        "loginHost",
        ("登录页的地址", "Where people sign in"),
        (
            f"{LOGIN_HOST}；国际版为 https://accounts.larksuite.com",
            f"{LOGIN_HOST}; https://accounts.larksuite.com",
        ),
        rare=True,
    ),
    Field(
        "apiHost",
        ("接口的地址", "Where the API is"),
        (f"{API_HOST}；国际版为 https://open.larksuite.com", f"{API_HOST}; https://open.larksuite.com"),
        rare=True,
    ),
)
