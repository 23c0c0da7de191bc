"""Every setting of a pool as an administrator sees it: what it does, what it may be, what it is.

The names are those of `PoolSettings`, a group's with a dot; what a value may be is the service's to say. The command,
the operations of v3, the console's pages and the reference are made from this table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from poolhouse.errors import InvalidInput, Lang, NotFound
from poolhouse.misfits import one_of
from poolhouse.pools.model import NEW_POOL, PoolSettings
from poolhouse.wire import without_effect
from poolhouse.wire.spelling import flag, whole_number

Words = tuple[str, str]


class SettingNotFound(NotFound):
    zh = "没有设置 {name}：list-pool-settings 和 poolhouse settings list 列出全部"
    en = "There is no setting {name}: list-pool-settings and poolhouse settings list show all"


class About(NamedTuple):
    """`allowed`: "" for what the value's type says. `choices`: words it must be one of."""

    words: Words
    allowed: str = ""
    choices: tuple[str, ...] = ()


RATES = {
    "frequent_register_check": (
        "同一地址注册过多时拒绝",
        "rejects registrations from an address after too many",
    ),
    "login_fail_check": (
        "同一地址登录失败过多时要求图形验证码",
        "requires a captcha after too many failed sign-ins from an address",
    ),
    "login_password_fail_check": (
        "同一账号密码错误过多时按 login_fail_strategy 处理",
        "applies login_fail_strategy after too many wrong passwords for an account",
    ),
}
ABOUT: dict[str, About] = {
    "zone": About(
        ("API v2 返回的日期所用的时区", "the time zone of dates in API v2's responses"),
        "a zone such as Asia/Shanghai",
    ),
    "register_disabled": About(("关闭注册", "users cannot register themselves")),
    "email_verified_default": About(
        ("自行注册者的邮箱视为已验证", "the e-mail address of a user who registers counts as verified")
    ),
    "send_welcome_email": About(("注册后发送欢迎邮件", "sends a welcome e-mail after registration")),
    "allowed_origins": About(
        (
            "登录组件 Guard 只在这些来源的页面上显示，空为不限；以空格或逗号分隔",
            "origins whose pages may show the login component Guard, separated by spaces or commas; empty: any",
        ),
        "origins such as https://app.example.com",
    ),
    "session_expires_after": About(
        (
            "浏览器在登录页保持登录的最长时间（秒），不超过登录 token 的有效期",
            "seconds a browser stays signed in at the hosted pages, at most the lifetime of the sign-in token",
        ),
        "60-315360000",
    ),
    "token_expires_after": About(
        ("登录 token 有效期（秒）", "lifetime of a sign-in token, in seconds"), "60-315360000"
    ),
    "login_fail_strategy": About(
        (
            "密码错误过多：captcha 要求图形验证码，block-account 锁定账号",
            "after too many wrong passwords: captcha requires one, block-account locks for a minute, then longer",
        ),
        choices=("captcha", "block-account"),
    ),
    "self_unlock": About(
        ("被锁的用户可用验证码自行解锁", "locked users can unlock their account with a code")
    ),
    "password_update_policy.forced_cycle": About(
        ("密码使用多少天后须修改，0 为不限", "days after which a password must be changed; 0 for never"),
        "0-3650",
    ),
    "password_update_policy.difference_cycle": About(
        (
            "不能重复最近几次用过的密码，0 为不限",
            "number of earlier passwords that cannot be used again; 0 for none",
        ),
        "0-24",
    ),
    "password_strength.level": About(
        (
            "新密码强度：low 至少 6 位，medium 两种字符，high 三种，custom 按 pattern",
            "strength of new passwords: low 6 characters, medium two kinds of them, high three, custom by pattern",
        ),
        choices=("none", "low", "medium", "high", "custom"),
    ),
    "password_strength.pattern": About(
        ("custom 的正则表达式", "the regular expression for custom"), "a regular expression"
    ),
    "password_strength.message": About(
        ("不符合 pattern 时的提示", "message to users whose password does not match pattern"), "text"
    ),
    "password_strength.check_at_login": About(
        ("登录时也检查强度，不符合须修改", "also checks at sign-in; a weak password must be changed")
    ),
    "verify_old_phone": About(
        ("换手机号须验证旧号", "a new phone number requires a code sent to the old one")
    ),
    "verify_old_email": About(
        ("换邮箱须验证旧邮箱", "a new e-mail address requires a code sent to the old one")
    ),
    "whitelists.phone_enabled": About(("只允许白名单手机号注册", "only listed phone numbers may register")),
    "whitelists.email_enabled": About(("只允许白名单邮箱注册", "only listed e-mail addresses may register")),
    "whitelists.username_enabled": About(("只允许白名单用户名注册", "only listed usernames may register")),
    "login_require_email_verified": About(
        ("邮箱未验证不能登录", "users with an unverified e-mail address cannot sign in")
    ),
    "verify_code_length": About(("验证码位数", "digits in a code"), "4-12"),
    "verify_code_max_attempts": About(("每个验证码可试几次", "attempts allowed for one code"), "1-100"),
    "verify_code_expires_after": About(("验证码有效期（秒）", "lifetime of a code, in seconds"), "30-86400"),
    "verify_code_resend_after": About(
        ("多少秒后可重发验证码", "seconds until another code can be sent"), "0-86400"
    ),
    "mfa_required": About(("所有人登录都要二次验证", "every sign-in requires a second factor")),
    "passkeys": About(
        (
            "可以添加通行密钥并用它登录，代替密码和二次验证",
            "users can add passkeys and sign in with one instead of the password and the second factor",
        )
    ),
    "publish_requires_passing_run": About(
        (
            "自定义数据库的脚本版本试运行成功过才能发布",
            "a version of a custom database's script is published only after a debug run of it has returned an answer",
        )
    ),
    "branding.color": About(
        (
            "登录、注册等页面的颜色，空为自带的颜色；文字颜色按对比度自动选取",
            "color of the hosted pages; empty: the built-in one. The color of text on it is chosen by contrast",
        ),
        "#rrggbb",
    ),
    "retention.sign_ins_days": About(
        (
            "审计日志中的登录、退出和二次验证保留多少天，0 为永久；到期的每小时删除",
            "days the audit log keeps sign-ins, sign-outs and second factors; 0 for ever; deleted hourly",
        ),
        "0-36500",
    ),
    "retention.acts_days": About(
        (
            "审计日志中的其他操作保留多少天，0 为永久；到期的每小时删除",
            "days the audit log keeps all other acts; 0 for ever; deleted hourly",
        ),
        "0-36500",
    ),
    "retention.script_logs_days": About(
        (
            "脚本日志保留多少天；每个用户池最多保留最新的 10 万条",
            "days that script logs are kept, and at most the newest 100,000 of a pool",
        ),
        "1-30",
    ),
    "retention.mail_days": About(
        ("已发送和失败的邮件、短信保留多少天", "days that sent and failed mails and SMS are kept"), "1-30"
    ),
}
"""Those that do something; each rate of `RATES` has three parts beside."""

_PARTS: dict[str, About] = {
    "enabled": About(("是否启用", "whether this is on")),
    "limit": About(("次数", "how many"), "1-1000000"),
    "time_interval": About(("秒内", "within this many seconds"), "1-2678400"),
}


def about(name: str) -> About | None:
    """None for what is no setting, or does nothing (`without_effect.POOL`)."""
    group, _, part = name.partition(".")
    if group in RATES:
        zh, en = RATES[group]
        what = _PARTS.get(part)
        if what is None:
            return None
        return About((f"{zh}：{what.words[0]}", f"{en}: {what.words[1]}"), what.allowed)
    return ABOUT.get(name)


def leaves(settings: PoolSettings) -> Iterator[tuple[str, Any]]:
    for name in settings.__struct_fields__:
        value = getattr(settings, name)
        if isinstance(value, msgspec.Struct):
            for part in value.__struct_fields__:
                yield f"{name}.{part}", getattr(value, part)
        else:
            yield name, value


SECTIONS: dict[str, tuple[str, ...]] = {
    "passwords": ("password_strength", "password_update_policy"),
    "limits": (
        "login_password_fail_check",
        "login_fail_strategy",
        "self_unlock",
        "login_fail_check",
        "frequent_register_check",
    ),
    "registration": (
        "register_disabled",
        "email_verified_default",
        "send_welcome_email",
        "whitelists",
    ),
    "signing-in": (
        "login_require_email_verified",
        "mfa_required",
        "passkeys",
        "verify_old_email",
        "verify_old_phone",
    ),
    "lifetimes": ("token_expires_after", "session_expires_after"),
    "codes": (
        "verify_code_length",
        "verify_code_max_attempts",
        "verify_code_expires_after",
        "verify_code_resend_after",
    ),
    "pages": ("allowed_origins",),
    "scripts": ("publish_requires_passing_run",),
    "retention": ("retention",),
    "branding": ("branding",),
}
"""What belongs together, by name of a setting or of its group, in the order it is shown in."""
OTHER, IDLE = "other", "without-effect"
_ALL: tuple[str, ...] = (*SECTIONS, OTHER, IDLE)
_SECTION_OF = {name: section for section, names in SECTIONS.items() for name in names}
_ORDER = {name: place for place, name in enumerate(_SECTION_OF)}


def section_of(name: str) -> str:
    group = name.partition(".")[0]
    return IDLE if about(name) is None else _SECTION_OF.get(group, OTHER)


def told(settings: PoolSettings, chinese: bool) -> list[dict[str, Any]]:
    """All of them, section by section; of a group without effect the group."""
    defaults = dict(leaves(NEW_POOL))
    found = []
    for name, value in leaves(settings):
        known = about(name)
        idle = without_effect.POOL.get(name.partition(".")[0])
        if known is None and idle is None:
            continue
        lang: Lang = "zh-CN" if chinese else "en-US"
        found.append(
            {
                "name": name,
                "section": section_of(name),
                "value": list(value) if isinstance(value, tuple) else value,
                "default": list(defaults[name]) if isinstance(defaults[name], tuple) else defaults[name],
                "allowed": allowed(name, known, lang) if known else "",
                "choices": list(known.choices) if known else [],
                "effect": known.words[0 if chinese else 1] if known else without_effect.nothing(idle, lang),  # type: ignore[arg-type]
                "hasEffect": known is not None,
            }
        )
    return sorted(
        found, key=lambda one: (_ALL.index(one["section"]), _ORDER.get(one["name"].partition(".")[0], 0))
    )


_ALLOWED_ZH = {
    "yes, no": "yes、no",
    "a number": "整数",
    "text": "文本",
    "a regular expression": "正则表达式",
    "a zone such as Asia/Shanghai": "时区名，如 Asia/Shanghai",
    "origins such as https://app.example.com": "来源，如 https://app.example.com",
}


def allowed(name: str, known: About, lang: Lang = "en-US") -> str:
    default = dict(leaves(NEW_POOL))[name]
    said = ", ".join(known.choices) or known.allowed or _of_type(default)
    return said if lang == "en-US" else _ALLOWED_ZH.get(said, said.replace(", ", "、"))


def changes(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """What `PoolService.update` takes of values by name, None for the default: settings, and the cycles of passwords.

    A value may be what it is, or a text that spells it. Raises InvalidInput naming the setting, SettingNotFound.
    """
    defaults = dict(leaves(NEW_POOL))
    settings: dict[str, Any] = {}
    cycles: dict[str, int] = {}
    for name, given in values.items():
        known = about(name)
        if known is None:
            if (idle := without_effect.POOL.get(name.partition(".")[0])) is not None and name in defaults:
                raise InvalidInput(name, *(without_effect.nothing(idle, lang) for lang in _LANGS))
            raise SettingNotFound(name=name)
        value = defaults[name] if given is None else _value(name, known, given, defaults[name])
        group, _, part = name.partition(".")
        if group == "password_update_policy":
            cycles[part] = value
        elif part:
            settings.setdefault(group, {})[part] = value
        else:
            settings[name] = value
    return settings, cycles


_LANGS: tuple[Lang, Lang] = ("zh-CN", "en-US")
_YES_NO = {"yes": True, "no": False, "on": True, "off": False}


def _value(name: str, known: About, given: Any, default: Any) -> Any:
    if isinstance(default, bool):
        value = given
        if isinstance(given, str):
            value = _YES_NO.get(given.lower(), flag(given))
        if not isinstance(value, bool):
            raise InvalidInput(name, "应为 yes 或 no", "yes or no")
        return value
    if isinstance(default, int):
        if isinstance(given, int) and not isinstance(given, bool):
            return given
        number = whole_number(given, name) if isinstance(given, str) else None
        if number is None:
            raise InvalidInput(name, "应为整数", "must be a whole number")
        return number
    if not isinstance(given, str):
        raise InvalidInput(name, "应为文本", "must be a text")
    if known.choices and given not in known.choices:
        raise InvalidInput(name, *one_of(known.choices))
    return given


def _of_type(value: Any) -> str:
    return "yes, no" if isinstance(value, bool) else "a number" if isinstance(value, int) else "text"
