"""Who a code of WeChat's is. It answers HTTP 200 whatever happens, and tells a failure by `errcode`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

from poolhouse.errors import ProviderFailed, ProviderStep
from poolhouse.federation.answers import Told, base_of, numbered, text_of
from poolhouse.federation.model import Begun, Callback, ExternalId, ExternalUser, Here, Manifest, Settled
from poolhouse.federation.profiles import told
from poolhouse.federation.providers.wechat.settings import FIELDS, MOBILE_FIELDS, MobileSettings, Settings

_MOST = 32 * 1024
_LONGEST_CODE = 512
_INVALID_CODE = 40029
_SECRET = Told("settings", "AppSecret 不正确", "the AppSecret is wrong")
_APP = Told("settings", "AppID 不正确", "the AppID is wrong")
_CODE = Told(None, "授权码无效或已过期", "the code is none, or is too old")
_OFTEN = Told(None, "调用过于频繁", "it was called too often")
_ACCESS = Told(None, "access_token 无效", "the access token is not good")
_MEANINGS = {
    -1: Told(None, "微信系统繁忙", "WeChat is busy"),
    40001: _SECRET,
    40003: Told(None, "openid 无效", "the openid is none"),
    40013: _APP,
    _INVALID_CODE: _CODE,
    40125: _SECRET,
    40163: Told(None, "授权码已被使用", "the code was used before"),
    41008: _CODE,
    42001: _ACCESS,
    42003: _CODE,
    45009: _OFTEN,
    45011: _OFTEN,
    48001: Told(None, "应用没有该接口的权限", "the app may not call this"),
    50005: Told(None, "用户未关注或未授权该应用", "the person has not allowed the app"),
}
_PROFILE = {
    "nickname": "nickname",
    "headimgurl": "photo",
    "country": "country",
    "province": "province",
    "city": "city",
}
_GENDERS = {1: "M", 2: "F"}


class WechatClient:
    async def begin(self, connection: Settled, here: Here, state: str) -> Begun:
        settings: Settings = connection.fields
        asked = {  # in this order: WeChat compares the address with a pattern
            "appid": settings.client_id,
            "redirect_uri": here.callback,
            "response_type": "code",
            "scope": "snsapi_login",
            "state": state.replace(".", "x"),
        }
        page = f"{base_of(settings.login_host, 'loginHost')}/connect/qrconnect"
        return Begun(f"{page}?{urlencode(asked)}#wechat_redirect")

    async def finish(
        self, connection: Settled, here: Here, callback: Callback, remembered: Mapping[str, str]
    ) -> ExternalUser:
        code = callback.given().get("code", "")
        if not code:
            raise ProviderFailed("redirect", "用户没有允许登录", "the person did not allow it")
        return await self.exchange(connection, here, code)

    async def exchange(self, connection: Settled, here: Here, code: str) -> ExternalUser:
        settings: MobileSettings = connection.fields
        said = await _exchanged(settings, here, code)
        access, openid = text_of("token", said, "access_token"), text_of("token", said, "openid")
        asked = {"access_token": access, "openid": openid, "lang": "zh_CN"}
        person = await _called(settings, here, "userinfo", "/sns/userinfo", asked)
        if person.get("openid") != openid:
            raise ProviderFailed(
                "userinfo", "用户信息属于另一个人", "what is told is of somebody else (openid)"
            )
        refresh = said.get("refresh_token")
        return ExternalUser(
            ids=_ids(openid, said.get("unionid"), person.get("unionid")),
            claims=person,
            profile=_profile(person),
            access_token=access,
            refresh_token=refresh if isinstance(refresh, str) else None,
        )

    async def check(self, connection: Settled, here: Here) -> tuple[ProviderStep, ...]:
        """That WeChat is reached and knows the app. It names no rule by which an AppSecret is looked at before the
        code, so a wrong one may show at a sign-in only."""
        await _exchanged(connection.fields, here, "0", expected=(_INVALID_CODE,))
        return ("settings",)


async def _exchanged(
    settings: MobileSettings, here: Here, code: str, *, expected: Collection[int] = ()
) -> dict[str, Any]:
    if len(code) > _LONGEST_CODE:
        raise ProviderFailed("redirect", "授权码过长", "the code is too long")
    asked = {
        "appid": settings.client_id,
        "secret": settings.client_secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    return await _called(settings, here, "token", "/sns/oauth2/access_token", asked, expected)


async def _called(
    settings: MobileSettings,
    here: Here,
    step: ProviderStep,
    path: str,
    asked: Mapping[str, str],
    expected: Collection[int] = (),
) -> dict[str, Any]:
    address = f"{base_of(settings.api_host, 'apiHost')}{path}?{urlencode(asked)}"
    call = here.outgoing.get(address, most=_MOST)
    return await numbered(step, call, "errcode", _MEANINGS, expected=expected)


def _ids(openid: str, *unionids: object) -> tuple[ExternalId, ...]:
    """The unionid first where there is one: the openid is one app's. Both answers may name it, and mean one person."""
    named = {one for one in unionids if isinstance(one, str) and one}
    if len(named) > 1:
        raise ProviderFailed("userinfo", "unionid 前后不一致", "the unionid is not the same in both answers")
    return (
        *(ExternalId("unionid", one) for one in named),
        ExternalId("openid", openid, of_client=True),
    )


def _profile(person: Mapping[str, Any]) -> dict[str, Any]:
    profile = told(person, _PROFILE)
    sex = person.get("sex")
    if isinstance(sex, int) and sex in _GENDERS:
        profile["gender"] = _GENDERS[sex]
    return profile


WEB = Manifest(
    kind="wechat:pc",
    source_type="wechat",
    title=("微信网页扫码", "WeChat, scanned on a web page"),
    settings=Settings,
    fields=FIELDS,
    callback_path="wechat",
    redirecting=WechatClient,
    takes_parameters=True,
    social=True,
)
MOBILE = Manifest(
    kind="wechat:mobile",
    source_type="wechat",
    title=("微信移动应用", "WeChat, in a mobile app"),
    settings=MobileSettings,
    fields=MOBILE_FIELDS,
    callback_path="wechat",
    exchanging=WechatClient,
    social=True,
)
