"""The built-in texts, by scene and language, and the one page they are set in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from poolhouse.errors import Lang
from poolhouse.mail.model import SCENES, Scene, Template

Shape = Literal["code", "link", "notice"]


@dataclass(frozen=True, slots=True)
class _Text:
    name: str
    subject: str
    sentence: str


_SHAPES: dict[Scene, Shape] = {
    "welcome": "notice",
    "account_created": "notice",
    "verify_email": "link",
    "first_login_verify": "link",
    "console_verify": "link",
    "password_expiring": "notice",
    "password_reset_by_admin": "notice",
    "password_was_reset": "notice",
}

_LASTING_S: dict[Scene, int] = {"first_login_verify": 7 * 86400}
"""Seconds, where it is another time than a code's five minutes or a link's day."""

_ZH: dict[Scene, _Text] = {
    "welcome": _Text("欢迎邮件", "欢迎加入 {{ app_name }}", "欢迎加入 {{ app_name }}。"),
    "account_created": _Text(
        "首次创建用户通知", "您的 {{ app_name }} 账号已创建", "管理员已为您创建账号 {{ user_name }}。"
    ),
    "verify_email": _Text(
        "验证邮箱",
        "请验证您的邮箱",
        "请点击下面的链接验证您的邮箱 {{ email }}。如果账号不是您创建的，请不要点击。",
    ),
    "first_login_verify": _Text(
        "首次邮箱登录验证", "请验证您的邮箱后登录", "请点击下面的链接，完成您在 {{ app_name }} 的首次登录。"
    ),
    "console_verify": _Text(
        "控制台发起验证", "请验证您的邮箱", "管理员请您验证邮箱 {{ email }}，请点击下面的链接。"
    ),
    "register_code": _Text("注册验证码", "您的注册验证码", "您正在注册 {{ app_name }}。"),
    "login_code": _Text("登录验证码", "您的登录验证码", "您正在登录 {{ app_name }}。"),
    "mfa_code": _Text("MFA 验证码", "您的二次验证码", "您正在进行二次验证。"),
    "completion_code": _Text("信息补全验证码", "您的信息补全验证码", "您正在补全账号信息。"),
    "verify_code": _Text("验证码", "您的验证码", "您正在验证您的邮箱。"),
    "reset_password": _Text("重置密码", "重置您的密码", "您正在重置 {{ app_name }} 的密码。"),
    "reset_password_code": _Text(
        "重置密码验证码", "您的重置密码验证码", "您正在重置 {{ app_name }} 的密码。"
    ),
    "change_password": _Text("修改密码", "修改您的密码", "您正在修改 {{ app_name }} 的密码。"),
    "change_email": _Text("修改邮箱", "修改您的邮箱", "您正在修改账号绑定的邮箱。"),
    "bind_email_code": _Text("绑定邮箱验证码", "您的绑定邮箱验证码", "您正在绑定邮箱 {{ email }}。"),
    "unbind_email_code": _Text("解绑邮箱验证码", "您的解绑邮箱验证码", "您正在解绑邮箱 {{ email }}。"),
    "unlock_code": _Text("自助解锁验证码", "您的账号解锁验证码", "您正在解锁账号。"),
    "delete_account_code": _Text("注销账号验证码", "您的注销账号验证码", "您正在注销账号，注销后无法恢复。"),
    "password_expiring": _Text(
        "密码到期提醒", "您的密码即将到期", "您在 {{ app_name }} 的密码即将到期，请及时修改。"
    ),
    "password_reset_by_admin": _Text(
        "管理员重置密码通知", "您的密码已被管理员重置", "管理员已重置您在 {{ app_name }} 的密码。"
    ),
    "password_was_reset": _Text(
        "密码重置通知",
        "您的密码已重置",
        "您在 {{ app_name }} 的密码刚刚被重置。如非本人操作，请立即联系管理员。",
    ),
}

_EN: dict[Scene, _Text] = {
    "welcome": _Text("Welcome", "Welcome to {{ app_name }}", "Welcome to {{ app_name }}."),
    "account_created": _Text(
        "Account created",
        "Your account at {{ app_name }}",
        "An administrator has created the account {{ user_name }} for you.",
    ),
    "verify_email": _Text(
        "Verify email",
        "Please verify your email",
        "Follow the link below to verify {{ email }}, but only if the account is yours.",
    ),
    "first_login_verify": _Text(
        "First login by email",
        "Please verify your email to log in",
        "Follow the link below to complete your first login to {{ app_name }}.",
    ),
    "console_verify": _Text(
        "Verification asked by an administrator",
        "Please verify your email",
        "An administrator asks you to verify {{ email }}. Follow the link below.",
    ),
    "register_code": _Text("Sign-up code", "Your sign-up code", "You are signing up for {{ app_name }}."),
    "login_code": _Text("Login code", "Your login code", "You are logging in to {{ app_name }}."),
    "mfa_code": _Text("Second factor code", "Your second factor code", "You are confirming your login."),
    "completion_code": _Text(
        "Completion code", "Your verification code", "You are completing your account's data."
    ),
    "verify_code": _Text(
        "Verification code", "Your verification code", "You are verifying your email address."
    ),
    "reset_password": _Text(
        "Reset password", "Reset your password", "You are resetting your password at {{ app_name }}."
    ),
    "reset_password_code": _Text(
        "Password reset code",
        "Your password reset code",
        "You are resetting your password at {{ app_name }}.",
    ),
    "change_password": _Text(
        "Change password", "Change your password", "You are changing your password at {{ app_name }}."
    ),
    "change_email": _Text("Change email", "Change your email", "You are changing your account's email."),
    "bind_email_code": _Text("Code to bind an email", "Your code", "You are binding {{ email }}."),
    "unbind_email_code": _Text("Code to unbind an email", "Your code", "You are unbinding {{ email }}."),
    "unlock_code": _Text("Unlock code", "Your code to unlock", "You are unlocking your account."),
    "delete_account_code": _Text(
        "Account deletion code",
        "Your code to delete your account",
        "You are deleting your account. This cannot be undone.",
    ),
    "password_expiring": _Text(
        "Password expiring",
        "Your password expires soon",
        "Your password at {{ app_name }} expires soon. Please change it.",
    ),
    "password_reset_by_admin": _Text(
        "Password reset by an administrator",
        "Your password was reset by an administrator",
        "An administrator has reset your password at {{ app_name }}.",
    ),
    "password_was_reset": _Text(
        "Password was reset",
        "Your password was reset",
        "Your password at {{ app_name }} was just reset. If that was not you, tell your administrator.",
    ),
}

_TEXTS: dict[Lang, dict[Scene, _Text]] = {"zh-CN": _ZH, "en-US": _EN}
_GREETING: dict[Lang, str] = {
    "zh-CN": "您好{% if user_name %} {{ user_name }}{% endif %}：",
    "en-US": "Hello{% if user_name %} {{ user_name }}{% endif %},",
}
_CODE: dict[Lang, str] = {
    "zh-CN": "验证码 {{ lifetime }}内有效，请勿告诉他人。",
    "en-US": "The code is valid for {{ lifetime }}. Do not share it.",
}
_LINK: dict[Lang, str] = {
    "zh-CN": "链接 {{ lifetime }}内有效。",
    "en-US": "The link is valid for {{ lifetime }}.",
}
_IGNORE: dict[Lang, str] = {
    "zh-CN": "如非本人操作，请忽略此邮件。",
    "en-US": "If this was not you, ignore this mail.",
}
_SMS: dict[Lang, str] = {
    "zh-CN": "【{{ app_name }}】验证码 {{ code }}，{{ lifetime }}内有效，请勿告诉他人。",
    "en-US": "{{ app_name }}: your code is {{ code }}, valid for {{ lifetime }}.",
}

_PAGE = """\
<!doctype html>
<html>
<body style="margin:0;padding:24px;background:#f5f6f8;font-family:-apple-system,'PingFang SC',sans-serif">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#fff;border-radius:8px;color:#1d2129">
%s
<p style="margin-top:32px;color:#86909c;font-size:12px">%s</p>
</div>
</body>
</html>
"""


def shape(scene: Scene) -> Shape:
    return _SHAPES.get(scene, "code")


def built_in(scene: Scene, lang: Lang) -> Template:
    text = _TEXTS[lang][scene]
    lines = [f"<p>{_GREETING[lang]}</p>", f"<p>{text.sentence}</p>"]
    foot = "{{ app_name }}"
    if shape(scene) == "code":
        lines += [
            '<p style="font-size:28px;letter-spacing:6px"><strong>{{ code }}</strong></p>',
            f"<p>{_CODE[lang]}</p>",
        ]
        foot = _IGNORE[lang]
    elif shape(scene) == "link":
        lines += [
            '<p style="word-break:break-all"><a href="{{ link }}">{{ link }}</a></p>',
            f"<p>{_LINK[lang]}</p>",
        ]
        foot = _IGNORE[lang]
    return Template(
        scene=scene,
        name=text.name,
        subject=text.subject,
        sender="{{ app_name }}",
        content=_PAGE % ("\n".join(lines), foot),
        has_url=shape(scene) == "link",
        expires_in_s=_LASTING_S.get(scene, 300 if shape(scene) == "code" else 86400),
    )


def sms_text(lang: Lang) -> str:
    return _SMS[lang]


assert all(scene in texts for texts in _TEXTS.values() for scene in SCENES)
