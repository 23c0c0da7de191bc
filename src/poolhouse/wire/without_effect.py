"""What is stored because clients send it and read it back, and nothing here acts upon: one table, and who tells it.

The ledgers, the field's sentence in `/openapi.json`, `poolhouse settings list` and the page of a pool's settings are
made from it. An answer to a request that set such a field says so: in the `message` of v3, in the header
`poolhouse-notice` of v2 and v3, and in the request's log line. So does one that stored an identity source of a kind
that nobody can sign in by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from poolhouse import trace
from poolhouse.errors import Lang
from poolhouse.federation import catalog


class Idle(NamedTuple):
    """`fields`: where a caller says it. A shape of v3 and a path in it, or an operation of v2, by its root or by
    method and path, and a path in what it is given."""

    zh: str
    en: str
    fields: tuple[str, ...] = ()


POOL: Mapping[str, Idle] = {
    "userpool_types": Idle(
        "用户池类型只是标注", "a label that nothing goes by", ("updateUserpool.input.userpoolTypes",)
    ),
    "app_sso_enabled": Idle(
        "是否单点登录由各应用的 ssoEnabled 决定",
        "each application's ssoEnabled decides",
        ("updateUserpool.input.appSsoEnabled",),
    ),
    "show_wx_qrcode_when_register_disabled": Idle("没有微信登录", "nobody can sign in by WeChat here"),
    "qrcode_login": Idle(
        "没有扫码登录",
        "nobody can sign in by a QR code here",
        ("updateUserpool.input.qrcodeLoginStrategy", "UpdateSecuritySettingsDto.qrcodeLoginStrategy"),
    ),
    "app2wxapp_login": Idle(
        "没有小程序登录",
        "nobody can sign in by a WeChat mini program here",
        ("updateUserpool.input.app2WxappLoginStrategy",),
    ),
    "sms_provider": Idle(
        "短信由服务器的 POOLHOUSE_SMS_URL 发送",
        "the server's POOLHOUSE_SMS_URL sends text messages",
        ("updateUserpool.input.customSMSProvider",),
    ),
}
"""By the name in `PoolSettings`, of a group as a whole."""

OTHERS: Mapping[str, Idle] = {
    "AppSettings.backchannel_logout_session_required": Idle(
        "登出 token 总带 sid",
        "a logout token always has a sid",
        (
            "CreateApplicationDto.oidcConfig.backchannelLogoutSessionRequired",
            "UpdateApplicationDto.oidcConfig.backchannelLogoutSessionRequired",
        ),
    ),
    "AppSettings.template": Idle(
        "应用模板只保存和显示",
        "a template is shown again and applied to nothing",
        ("CreateApplicationDto.template",),
    ),
    "AppSettings.platform": Idle(
        "应用类型只用于显示", "the kind of an application is shown, and nothing goes by it"
    ),
    "AppSettings.default_protocol": Idle("只有 oidc 一种", "oidc is the only one there is"),
    "App.app_type": Idle("应用类型只用于显示", "the kind of an application is shown, and nothing goes by it"),
    "Tenant.enterprise_domains": Idle(
        "不会按邮箱域名加入租户",
        "nobody joins a tenant by the domain of an address",
        ("CreateTenantDto.enterpriseDomains",),
    ),
    "Connection.states": Idle(
        "连接由 change-ext-idp-conn-state 开关",
        "change-ext-idp-conn-state switches connections on and off",
        (
            "CreateApplicationDto.loginConfig.enabledExtIdpConnIds",
            "CreateApplicationDto.loginConfig.enabledAllExtIdpConns",
        ),
    ),
    "Role.permission_apply": Idle(
        "没有角色申请", "nobody can apply for a role here", ("UpdateRoleDto.enablePermissionApply",)
    ),
    "AccessAccount.token_lifetime_s": Idle(
        "编程访问账号不签发 token",
        "no token is issued to an access account",
        ("POST /api/v2/applications/{appId}/programmatic-access-accounts.tokenLifetime",),
    ),
}
"""By class and name of the domain."""

FIELDS: Mapping[str, Idle] = {
    field: row for row in (*POOL.values(), *OTHERS.values()) for field in row.fields
}


SOURCE = Idle("尚不支持用这类身份源登录", "nobody can sign in by an identity source of this kind yet")


_SOURCES = "identity source"
_KIND = re.compile(r"[a-z0-9:-]{1,64}")
"""A type as the contract spells them; what somebody else writes goes into no header."""


def nothing(row: Idle, lang: Lang) -> str:
    """Of what it does: nothing, and why."""
    return f"without effect: {row.en}" if lang == "en-US" else f"不起作用：{row.zh}"


def note(operation: str, given: Mapping[str, Any]) -> None:
    """Of a request that was done: `operation` as in `Idle.fields`, `given` by the caller's names."""
    for path in PATHS.get(operation, ()):
        value: Any = given
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value not in (None, "", False, [], {}):
            trace.note(without_effect=".".join((operation, *path)))


def note_source(kind: str) -> None:
    """Of an identity source or a connection that was stored: `kind` is its type."""
    if not catalog.signs_in(kind):
        trace.note(without_effect=f"{_SOURCES}.{kind if _KIND.fullmatch(kind) else 'type'}")


def told(lang: Lang) -> str:
    """Behind the sentence of an answer: which fields of the current request are stored and do nothing, and why."""
    found = list(_noted())
    if not found:
        return ""
    if lang == "en-US":
        return f"; stored without effect: {', '.join(f'{name} ({row.en})' for name, row in found)}"
    return f"；已保存但不起作用：{'、'.join(f'{name}（{row.zh}）' for name, row in found)}"


def _noted() -> Iterator[tuple[str, Idle]]:
    about = trace.current.get()
    for field in about.without_effect if about else ():
        place, _, name = field.rpartition(".")
        yield name, SOURCE if place == _SOURCES else FIELDS[field]


def _paths() -> dict[str, list[tuple[str, ...]]]:
    paths: dict[str, list[tuple[str, ...]]] = {}
    for field in FIELDS:
        operation, *path = field.split(".")
        paths.setdefault(operation, []).append(tuple(path))
    return paths


PATHS = _paths()
"""By operation."""
