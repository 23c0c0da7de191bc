"""Every word of the hosted pages, in both languages."""

from __future__ import annotations

from poolhouse.errors import Lang

_TEXTS: dict[str, tuple[str, str]] = {
    "sign_in_to": ("登录 {app}", "Sign in to {app}"),
    "sign_up_for": ("注册 {app}", "Sign up for {app}"),
    "account": ("用户名、邮箱或手机号", "Username, e-mail or phone"),
    "password": ("密码", "Password"),
    "new_password": ("新密码", "New password"),
    "old_password": ("原密码", "Current password"),
    "sign_in": ("登录", "Sign in"),
    "sign_up": ("注册", "Sign up"),
    "by_password": ("密码登录", "Password"),
    "company_sign_in": ("用公司账号登录", "Sign in with company account"),
    "company_account": ("公司账号的用户名", "User name of the company account"),
    "company_password": ("公司账号的密码", "Password of the company account"),
    "by_code": ("验证码登录", "Code"),
    "email_or_phone": ("邮箱或手机号", "E-mail or phone"),
    "email": ("邮箱", "E-mail"),
    "username": ("用户名", "Username"),
    "code": ("验证码", "Verification code"),
    "send_code": ("发送验证码", "Send a code"),
    "code_sent": (
        "如果该地址属于某个账号，验证码已发送",
        "If the address belongs to an account, a code is on its way",
    ),
    "captcha": ("图中的数字", "The digits in the picture"),
    "captcha_picture": (
        "五个数字的图片；也可以收听语音",
        "A picture of five digits; they can be listened to as well",
    ),
    "captcha_listen": ("收听语音", "Listen to the digits"),
    "forgot": ("忘记密码？", "Forgot the password?"),
    "no_account": ("还没有账号？", "No account yet?"),
    "have_account": ("已有账号？", "Have an account?"),
    "reset_title": ("重置密码", "Reset the password"),
    "reset": ("重置密码", "Reset"),
    "reset_done": ("密码已重置，请登录", "The password is changed, please sign in"),
    "must_change": ("登录前需要修改密码", "The password must be changed before signing in"),
    "second_title": ("二次验证", "Second step"),
    "second_help": ("请输入身份验证器中的六位数字", "Enter the six digits of your authenticator"),
    "second_passkey_help": (
        "还需要一步验证：用您的通行密钥确认",
        "One more step: confirm with your passkey",
    ),
    "second_passkey": ("使用通行密钥验证", "Use a passkey"),
    "second_passkey_make": (
        "也可以用这台设备的通行密钥作为第二因素：",
        "Or make a passkey of this device the second factor:",
    ),
    "second_enroll": (
        "此应用要求二次验证。请用身份验证器扫描二维码，然后输入六位数字",
        "A second factor is required. Scan the code with an authenticator, then enter its six digits",
    ),
    "enrolled": (
        "验证器已绑定，请输入下一组数字完成登录",
        "The authenticator is bound; enter its next digits to sign in",
    ),
    "secret_key": ("密钥", "Key"),
    "recovery_code": ("恢复代码", "Recovery code"),
    "use_recovery": ("使用恢复代码", "Use a recovery code"),
    "use_authenticator": ("使用身份验证器", "Use the authenticator"),
    "keep_recovery": ("请妥善保存新的恢复代码", "Keep your recovery code in a safe place"),
    "verify": ("验证", "Verify"),
    "continue": ("继续", "Continue"),
    "by_identity": ("其他登录方式", "Other ways to sign in"),
    "sign_in_by": ("使用 {source} 登录", "Sign in with {source}"),
    "bind_title": ("绑定账号", "Link your account"),
    "bind_help": (
        "身份源已经确认了你是谁，但还没有账号与这个身份绑定。登录你已有的账号，以后就可以直接用它登录。",
        "The identity source has said who you are, and no account is linked to that yet. Sign in to the account you "
        "have; from then on the source signs you in to it.",
    ),
    "bind_sign_in": ("登录并绑定", "Sign in and link"),
    "bind_nobody": ("还没有账号？", "No account yet?"),
    "identity_link_title": ("绑定 {source} 账号", "Link your account at {source}"),
    "identity_link_as": (
        "绑定后，用它可以登录账号 {user}",
        "Afterwards it signs in to the account {user}",
    ),
    "identity_link_warning": (
        "如果这不是你的账号，请关闭本页",
        "If that account is not yours, close this page",
    ),
    "identity_link_go_on": ("前往绑定", "Go on"),
    "identity_link_sign_in": (
        "您要为账号 {user} 绑定身份：请先登录该账号",
        "An identity is to be linked to the account {user}: sign in to it first",
    ),
    "identity_link_other": (
        "此浏览器登录的是另一个账号。您要为账号 {user} 绑定身份：请登录该账号；如果不是您的账号，请关闭本页",
        "This browser is signed in to another account. An identity is to be linked to the account {user}: sign in to "
        "that one, or close this page if it is not yours",
    ),
    "identity_linked_title": ("绑定成功，可以关闭本页", "It is linked. You may close this page"),
    "lapsed_title": ("这次登录已失效", "This sign-in is no longer good"),
    "lapsed": (
        "它可能已经完成、超过了十分钟，或是在另一个浏览器中开始的。这一次没有登录任何账号。",
        "It may be done already, have taken more than ten minutes, or have begun in another browser. Nobody was signed "
        "in this time.",
    ),
    "lapsed_again": ("重新登录 {app}", "Sign in to {app} again"),
    "lapsed_link_again": ("重新绑定", "Link the account again"),
    "lapsed_begin": (
        "请打开要使用的应用，从那里登录。从身份源一侧发起的登录不会被接受。",
        "Open the application that you want to use and sign in there. A sign-in that begins at the identity source is "
        "not taken.",
    ),
    "identity_linked_as": (
        "{source} 账号现在可以登录账号 {user}",
        "The account at {source} signs in to {user}",
    ),
    "identity_not_linked": ("没有绑定", "Nothing was linked"),
    "bind_create": ("创建新账号", "Create a new account"),
    "passkey_sign_in": ("使用通行密钥登录", "Sign in with a passkey"),
    "passkey_offer_title": ("下次用通行密钥登录？", "Sign in with a passkey next time?"),
    "passkey_offer": (
        "通行密钥用本设备的指纹、面容或屏幕锁登录，不用再输入密码。",
        "A passkey signs you in with this device's fingerprint, face or screen lock, without a password.",
    ),
    "passkey_create": ("创建通行密钥", "Create a passkey"),
    "passkey_later": ("以后再说，继续登录", "Not now, go on"),
    "passkey_cancelled": ("已取消或超时，请重试", "It was cancelled or took too long: try again"),
    "passkey_there": ("此设备已有您的通行密钥", "This device has a passkey of yours already"),
    "passkey_lost": ("未能完成，请重试或换一种方式", "That did not work: try again, or another way"),
    "consent_title": ("{app} 请求访问你的信息", "{app} asks for access"),
    "consent_as": ("当前账号：{user}", "You are {user}"),
    "allow": ("同意", "Allow"),
    "deny": ("拒绝", "Deny"),
    "problem_title": ("无法完成登录", "This sign-in cannot go on"),
    "back_to_app": ("请返回应用重试", "Please go back to the application and try again"),
    "popup_done": ("登录完成，可以关闭此窗口", "You are signed in. You can close this window"),
    "popup_refused": ("没有登录", "Not signed in"),
    "popup_back": ("返回应用", "Back to the application"),
    "close_window": ("登录完成", "Done"),
    "back_to_app_now": (
        "正在返回应用，可以关闭此页面",
        "On the way back to the application; this page may be closed",
    ),
    "log_out_title": ("要退出登录吗？", "Sign out?"),
    "log_out": ("退出登录", "Sign out"),
    "logged_out": ("你已退出登录", "You are signed out"),
    "send_codes_first": ("请先获取验证码", "Ask for a code first"),
    "too_many": ("操作过于频繁，请稍后再试", "Too many tries, please wait a little"),
    "verify_email_title": ("验证邮箱", "Verify your e-mail"),
    "verify_email": (
        "请确认 {email} 是您在 {app} 使用的邮箱。",
        "Please confirm that {email} is the address you use at {app}.",
    ),
    "verify_email_button": ("确认邮箱", "Confirm the address"),
    "not_yours": (
        "如果账号不是您创建的，请直接关闭此页面。",
        "If you did not make this account, just close this page.",
    ),
    "account_is": ("账号：{user}", "Account: {user}"),
    "email_verified_title": ("邮箱已验证", "The address is verified"),
    "email_verified": ("{email} 已验证。", "{email} is verified."),
    "first_login_title": ("设置 {app} 的登录密码", "Choose a password for {app}"),
    "first_login": (
        "这是您首次登录，请设置以后登录用的密码。",
        "This is your first login: choose the password you will sign in with.",
    ),
    "your_account": ("账号", "Account"),
    "first_login_button": ("设置密码", "Set the password"),
    "first_login_done_title": ("密码已设置", "The password is set"),
    "first_login_done": (
        "现在可以用 {email} 和新密码登录 {app}。",
        "You can now sign in to {app} with {email} and the new password.",
    ),
    "onward": ("前往 {app} 登录", "Go to {app} to sign in"),
    "link_title": ("链接不可用", "This link cannot be used"),
    "link_expired": (
        "链接已过期，请重新获取一封邮件。",
        "The link has expired. Please ask for a new mail.",
    ),
    "link_unusable": (
        "链接无效或已经使用过。如果您刚刚用过它，操作已经完成，请直接登录；否则请重新获取一封邮件。",
        "The link is not valid, or was used already. If you have just used it, all is done: sign in. "
        "Otherwise ask for a new mail.",
    ),
    "scope_openid": ("你的身份标识", "Who you are"),
    "scope_profile": ("姓名、头像等资料", "Your name, photo and profile"),
    "scope_email": ("邮箱地址", "Your e-mail address"),
    "scope_phone": ("手机号", "Your phone number"),
    "scope_address": ("地址", "Your address"),
    "scope_offline_access": ("在你离开后保持访问", "Access while you are away"),
    "scope_username": ("用户名", "Your username"),
    "scope_external_id": ("外部编号", "Your external id"),
    "scope_roles": ("你的角色", "Your roles"),
}


class Texts:
    """`t.sign_in`, `t("sign_in_to", app=...)` in a template."""

    def __init__(self, lang: Lang) -> None:
        self._place = 1 if lang == "en-US" else 0

    def __getattr__(self, name: str) -> str:
        try:
            return _TEXTS[name][self._place]
        except KeyError as error:  # Jinja asks for attributes of its own
            raise AttributeError(name) from error

    def __call__(self, name: str, **facts: str) -> str:
        return _TEXTS[name][self._place].format(**facts)


def names() -> frozenset[str]:
    return frozenset(_TEXTS)
