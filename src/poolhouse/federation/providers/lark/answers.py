"""What Lark's API answers: a number in `code`, under HTTP 200 or another status, and of the failures what they mean."""

from __future__ import annotations

from poolhouse.federation.answers import Told, base_of
from poolhouse.federation.providers.lark.settings import Settings

MOST = 64 * 1024
JSON = {"content-type": "application/json; charset=utf-8", "accept": "application/json"}
_SECRET = Told("settings", "App ID 或 App Secret 不正确", "the App ID or the app secret is wrong")
_CODE = Told(None, "授权码无效、已过期或已被使用", "the code is none, too old, or was used before")
_OFTEN = Told(None, "调用过于频繁", "it was called too often")
_APP_TOKEN = Told(None, "app_access_token 无效", "the app's token is not good")
_NOT_OPEN = Told(None, "该用户不能使用此应用", "the app is not open to this person")
MEANINGS = {
    10003: _SECRET,
    10014: _SECRET,
    20002: _SECRET,
    20003: _CODE,
    20004: _CODE,
    20007: _CODE,
    20008: Told(None, "用户不存在", "there is no such person"),
    20009: Told(None, "该企业没有安装此应用", "the person's company has not installed the app"),
    20010: _NOT_OPEN,
    20014: _APP_TOKEN,
    20024: Told(None, "授权码属于另一个应用", "the code is another app's"),
    20048: _SECRET,
    20049: Told(None, "PKCE 校验失败", "the code's proof does not fit"),
    20065: _CODE,
    20066: Told(None, "用户状态异常", "the person's account there is not active"),
    20069: Told("settings", "应用未启用", "the app is not switched on at Lark"),
    20071: Told(
        "redirect", "重定向 URL 与申请授权码时不同", "the redirect URL is not the one the code was asked for"
    ),
    99991400: _OFTEN,
    99991663: _APP_TOKEN,
    99991664: _APP_TOKEN,
    99991672: Told(None, "应用没有所需权限", "the app lacks a permission"),
}
APP_TOKEN_REFUSED = (20014, 99991663, 99991664)


def api(settings: Settings, path: str) -> str:
    return f"{base_of(settings.api_host, 'apiHost')}/open-apis{path}"
