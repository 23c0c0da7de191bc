"""What Active Directory says behind error 49: `AcceptSecurityContext error, data 533`.

All but 525, 52e and 775 are told only to who has the right password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DATA = re.compile(r"\bdata ([0-9a-f]{2,8})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class State:
    """`zh`, `en`: for the administrator. `told`: what the person is told, in both languages; None where that would tell
    a stranger something: the words are those for a wrong password then."""

    zh: str
    en: str
    told: tuple[str, str] | None = None


_CHANGE = (
    "公司目录中的密码已过期，请先在公司电脑或自助服务页面修改密码，再登录",
    "Your password has expired in the company directory: change it on your work computer or the company's page first",
)
STATES: dict[str, State] = {
    "525": State("用户不存在", "no such user"),
    "52e": State("密码错误", "wrong password"),
    "530": State(
        "此时间不允许登录",
        "not allowed to log on at this time",
        ("公司目录此时不允许您登录", "The company directory does not let you sign in at this time"),
    ),
    "531": State(
        "不允许从这台计算机登录（logonWorkstation）",
        "not allowed to log on from this computer (logonWorkstation)",
        ("公司目录不允许您从此处登录", "The company directory does not let you sign in from here"),
    ),
    "532": State("密码已过期", "the password has expired", _CHANGE),
    "533": State(
        "账号已停用",
        "the account is disabled",
        (
            "您在公司目录中的账号已停用，请联系管理员",
            "Your account in the company directory is disabled: ask its administrator",
        ),
    ),
    "701": State(
        "账号已过期",
        "the account has expired",
        (
            "您在公司目录中的账号已过期，请联系管理员",
            "Your account in the company directory has expired: ask its administrator",
        ),
    ),
    "773": State("下次登录须修改密码", "the password must be changed at the next logon", _CHANGE),
    "775": State("账号因多次输错密码被锁定", "the account is locked after too many wrong passwords"),
}


def data_of(said: str) -> str:
    """`, data 533`, or nothing."""
    found = _DATA.search(said[:500])
    return f", data {found[1].lower()}" if found else ""


def state_of(said: str) -> State | None:
    """None where the directory says nothing that we know."""
    found = _DATA.search(said[:500])
    return STATES.get(found[1].lower()) if found else None
