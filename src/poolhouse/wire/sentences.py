"""What an operation that did its work says of it, in both languages: the one home of these sentences of v2 and v3.

The Chinese ones are the documents' where those give one (docs/contract/v2.md#success-in-words). Refusals speak for
themselves (`errors`).
"""

from __future__ import annotations

from typing import Any

from poolhouse.errors import Lang

DONE = "操作成功"

_ENGLISH: dict[str, str] = {
    DONE: "Success",
    "发送成功": "Sent",
    "删除成功": "Deleted",
    "排序成功": "Sorted",
    "删除应用成功": "The application is deleted",
    "重置密码成功": "The password is reset",
    "密码验证成功": "The password fits the policy",
    "TOTP MFA 绑定成功": "The authenticator is bound",
    "TOTP MFA 解绑成功": "The authenticator is unbound",
    "绑定成功": "Bound",
    "解绑成功": "Unbound",
    "退出成功": "Signed out",
    "强制下线成功": "Signed out by force",
    "删除租户成功": "The tenant is deleted",
    "移除成员成功": "The member is removed",
    "删除身份源成功": "The identity source is deleted",
    "删除身份源连接成功": "The connection is deleted",
    "身份源连接标识可用": "The identifier is free",
    "身份源连接标识已存在": "The identifier is taken",
    "已登录": "Signed in",
    "尚未登录": "Not signed in",
    "登录信息已过期": "The login has expired",
    "token 已过期": "the token has expired",
    "token 不合法": "the token is not valid",
    "权限空间编码已存在": "permission namespace code already exist",
    "权限空间名称已存在": "permission namespace name already exist",
    "数据资源编码已存在": "data resource code already exist",
    "数据资源名称已存在": "data resource name already exist",
    "数据策略名称已存在": "data policy name already exist",
}


def said(sentence: str, lang: Lang) -> str:
    """A sentence of the table in the caller's language."""
    return _ENGLISH[sentence] if lang == "en-US" else sentence


def message(lang: Lang, sentence: str = DONE) -> dict[str, Any]:
    """CommonMessage, and what some REST operations have as data."""
    return {"code": 200, "message": said(sentence, lang)}
