"""What a connection of WeChat's is set up with."""

from __future__ import annotations

import msgspec

from poolhouse.federation.model import Field

LOGIN_HOST = "https://open.weixin.qq.com"
API_HOST = "https://api.weixin.qq.com"


class MobileSettings(msgspec.Struct, rename="camel", frozen=True):
    """`client_id`, `client_secret`: what WeChat calls AppID and AppSecret."""

    client_id: str
    client_secret: str
    api_host: str = API_HOST


class Settings(MobileSettings, frozen=True):
    login_host: str = LOGIN_HOST


MOBILE_FIELDS = (
    Field(
        "clientId",
        ("AppID", "AppID"),
        ("微信开放平台，不是公众平台", "Of the open platform at open.weixin.qq.com"),
    ),
    Field(
        "clientSecret",
        ("AppSecret", "AppSecret"),
        ("与 AppID 在同一页；保存后不再显示", "On the page of the AppID; once saved it is never shown"),
        secret=True,
    ),
    Field("apiHost", ("接口的地址", "Where the API is"), (API_HOST, API_HOST), rare=True),
)
FIELDS = (
    *MOBILE_FIELDS,
    Field("loginHost", ("扫码页的地址", "Where the code is scanned"), (LOGIN_HOST, LOGIN_HOST), rare=True),
)
