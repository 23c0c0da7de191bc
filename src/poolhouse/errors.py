"""Everything that can go wrong, as a tree. No HTTP status and no wire code lives here: each wire has a table.

PoolhouseError
├── Refused                     the caller may not
│   ├── NotAuthenticated        no credentials, or credentials nobody knows
│   │   ├── TokenExpired  TokenInvalid  SecretWrong
│   │   └── SignatureRefused    a v3 signature that does not fit (reason)
│   ├── NotPermitted            known, but not allowed this
│   │   └── FieldNotYours       EmailNotDirectly  PhoneNotDirectly
│   └── RegistrationDisabled
│       └── NotWhitelisted      a whitelist is switched on and does not name them (field)
├── InvalidInput                a field is malformed (field, reason)
│   ├── Missing                 or not there at all
│   ├── TooLarge                more than the documented limit (field, limit)
│   │   └── RequestTooLarge  HeadersTooLarge  TooManyUsersAsked  QueryTooBroad
│   ├── BodyTooSlow  BodyCutShort  FormStale
│   ├── IdentifierRequired      a user needs one of username, email, phone
│   ├── SameEmail  SamePhone  OldPasswordRequired
│   ├── OldEmailUnproven  OldPhoneUnproven  OldEmailMismatch  OldPhoneMismatch
│   ├── EmailMalformed          at registration and login, where an e-mail is meant
│   ├── PasswordUndecryptable   a password that no key of ours opens, or that should have been plain
│   └── WeakPassword            the pool's password policy says no
├── NotFound
│   ├── PoolNotFound  AppNotFound  UserNotFound  GroupNotFound  RoleNotFound  NodeNotFound  OrgNotFound
│   └── ...                     one class a thing that can be asked for by id or code
├── Conflict                    a unique value is taken, or the thing is still in use
│   ├── UserExists  UsernameTaken  EmailTaken  PhoneTaken  ExternalIdTaken
│   └── CodeTaken  FieldValueTaken  ...
├── InvalidOperation            well-formed, but not in this state
│   └── LastLoginMethod  ScriptUnproven
├── LoginRefused
│   ├── WrongCredentials        unknown user and wrong password alike
│   │   └── ProviderRefused     by a directory's word (reason_zh, reason_en)
│   ├── ProviderAccountRefused  right there, and disabled or expired there (told_zh, told_en)
│   ├── AccountBlocked (AccountLocked)  AccountSuspended  AppAccessDenied  EmailUnverified
│   ├── CaptchaRequired  CodeWrong  CodeExpired  MfaRequired  PasswordResetRequired
│   ├── ProviderFailed          an identity source did not say who somebody is (step, reason_zh, reason_en)
│   ├── IdentityUnbound         who has come by one is nobody's account, and none may be made
│   ├── BindingRequired         they say by a next step whose it is (key, methods, may_create)
│   └── OldPasswordWrong
├── NotSupported                not built, or not by this directory
│   ├── KindNotSupported  WayNotSupported       of an identity source
│   └── NotSupportedByDirectory
├── ScriptFailed                what a customer's script threw; its message may be shown
├── CustomDatabaseUnavailable   what the sandbox did; only the log knows why
│   └── PasswordFunctionUnavailable
└── Unavailable                 ours: try again later
    ├── TooManyRequests
    ├── Overloaded
    └── DatabaseLost
        └── DatabaseFull        its disk; what was begun is kept, and goes on once there is room

`message(lang)` is for the caller; `{wait}` in it is the fact `retry_after_s` in words. `cause` is for the log, and
never leaves the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from poolhouse.lifetimes import wait_in_words

Lang = Literal["zh-CN", "en-US"]


class Unfit(Exception):
    """Why something cannot start or be done on this machine: told to whoever runs it, and met by no request.

    `str` of it is English, for the log. `zh` may be absent where all there is are a system's own words.
    """

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en)
        self.en, self.zh = en, zh or en

    def message(self, lang: Lang = "zh-CN") -> str:
        return self.en if lang == "en-US" else self.zh


class PoolhouseError(Exception):
    """Facts about a failure; `zh` and `en` are templates over them."""

    zh: ClassVar[str] = "系统繁忙，请稍后再试"
    en: ClassVar[str] = "The system is busy, please try again later"

    def __init__(self, cause: str | None = None, /, **facts: Any) -> None:
        super().__init__(cause or type(self).__name__)
        self.cause = cause
        self.facts = facts

    def message(self, lang: Lang = "zh-CN") -> str:
        template = self.en if lang == "en-US" else self.zh
        facts = _Facts(self.facts)
        if "retry_after_s" in facts:
            facts["wait"] = wait_in_words(int(facts["retry_after_s"]), lang)
        return template.format_map(facts)

    @property
    def sentences(self) -> tuple[str, str]:
        """`message` in Chinese and in English: for what is kept until somebody reads it."""
        return self.message("zh-CN"), self.message("en-US")


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


# -- refused ---------------------------------------------------------------------------------------------


class Refused(PoolhouseError):
    zh = "无权限执行此项操作"
    en = "You are not allowed to do this"


class NotAuthenticated(Refused):
    zh = "尚未登录，无权限访问此请求"
    en = "Not logged in"


class TokenExpired(NotAuthenticated):
    zh = "登录信息已过期，请重新登录"
    en = "The login has expired, please log in again"


class TokenInvalid(NotAuthenticated):
    """Not signed by us, cut short, or for another purpose; `cause` says which, to the log alone."""

    zh = "登录信息有误，请重新登录"
    en = "The login is not valid, please log in again"


class SecretWrong(NotAuthenticated):
    """An unknown pool or application, or another secret than its own: the two look alike."""

    zh = "ID 或密钥错误"
    en = "The id or the secret is wrong"


class SignatureRefused(NotAuthenticated):
    """`reason`: signature, method, version, timestamp, missing_date, clock_skew or replay."""

    zh = "签名校验失败（{reason}）"
    en = "The request signature was refused ({reason})"


class NotPermitted(Refused):
    pass


class LimitedRole(NotPermitted):
    """An administrator whose role is limited to some applications or departments asks for what is not among those."""

    zh = "您的角色只限于某些应用或部门，不能执行此操作"
    en = "Your role is limited to some applications or departments, and does not allow this"


class SignInNotRecent(NotPermitted):
    """What makes a new way in is for who has just signed in: a token may have been stolen since."""

    zh = "登录已有一段时间，请重新登录后再试"
    en = "You signed in some time ago: sign in again, then retry"


class FieldNotYours(NotPermitted):
    """A field of the own profile that only an administrator may write; `field` names it."""

    zh = "用户无权限修改此项内容"
    en = "You may not change this"


class EmailNotDirectly(FieldNotYours):
    zh = "不能直接修改邮箱，请使用修改邮箱接口"
    en = "The email is changed by updateEmail"


class PhoneNotDirectly(FieldNotYours):
    zh = "不能直接修改手机号，请使用修改手机号接口"
    en = "The phone is changed by updatePhone"


class RegistrationDisabled(Refused):
    zh = "应用已禁止注册用户"
    en = "Registration is disabled"


class NotWhitelisted(RegistrationDisabled):
    zh = "不在注册白名单中"
    en = "Not on the whitelist for registration"


# -- invalid input ---------------------------------------------------------------------------------------


class InvalidInput(PoolhouseError):
    """`field` names the parameter as the caller wrote it; `reason` and `reason_en` say what is wrong."""

    zh = "参数 {field} 格式错误{detail}"
    en = "Parameter {field} is malformed{detail}"

    def __init__(
        self, field: str, reason: str | None = None, reason_en: str | None = None, /, **facts: Any
    ) -> None:
        super().__init__(f"{field}: {reason_en or reason or 'malformed'}", field=field, **facts)
        self.reason, self.reason_en = reason, reason_en or reason

    def message(self, lang: Lang = "zh-CN") -> str:
        reason = self.reason_en if lang == "en-US" else self.reason
        detail = f"{': ' if lang == 'en-US' else '：'}{reason}" if reason else ""
        template = self.en if lang == "en-US" else self.zh
        return template.format_map(_Facts({**self.facts, "detail": detail}))


class Missing(InvalidInput):
    """A parameter that must be there and is not; `field` is its path."""

    zh = "缺少参数 {field}"
    en = "Parameter {field} is missing"


class FormStale(InvalidInput):
    """A form of the hosted pages that another site sent, or that has lain about for a day."""

    zh = "页面已失效，请重试"
    en = "The page is stale, please try again"


class TooLarge(InvalidInput):
    pass


class RequestTooLarge(TooLarge):
    zh = "请求体过大{detail}"
    en = "The request is too large{detail}"


class HeadersTooLarge(TooLarge):
    """Together longer than any client's."""


class BodyTooSlow(InvalidInput):
    zh = "请求体传输过慢"
    en = "The request body arrives too slowly"


class BodyCutShort(InvalidInput):
    zh = "请求体不完整"
    en = "The request body is cut short"


class TooManyUsersAsked(TooLarge):
    zh = "一次性查询的用户不能超过 80 人"
    en = "At most 80 users can be queried at once"


class QueryTooBroad(TooLarge):
    """A list that would take the database too long; `field` is what to make narrower, the reason says how."""

    zh = "查询范围过大（{field}）{detail}"
    en = "The query is too broad ({field}){detail}"


class IdentifierRequired(InvalidInput):
    zh = "用户名、邮箱、手机号至少需要填写一个"
    en = "One of username, email and phone is required"


class RoleCodeRefused(InvalidInput):
    zh = "invalid role code: {value}"
    en = "invalid role code: {value}"


class EmailMalformed(InvalidInput):
    zh = "邮箱格式不正确"
    en = "The email is malformed"


class WeakPassword(InvalidInput):
    zh = "密码强度不符合要求{detail}"
    en = "The password does not meet the policy{detail}"


class SameEmail(InvalidInput):
    zh = "新邮箱不能和旧邮箱一样"
    en = "The new email is the old one"


class SamePhone(InvalidInput):
    zh = "新手机号不能和旧手机号一样"
    en = "The new phone is the old one"


class OldPasswordRequired(InvalidInput):
    zh = "请输入原始密码"
    en = "The old password is required"


class OldEmailUnproven(InvalidInput):
    zh = "修改邮箱必须先验证原邮箱"
    en = "The old email must be verified first"


class OldPhoneUnproven(InvalidInput):
    zh = "修改手机号必须先验证原手机号"
    en = "The old phone must be verified first"


class OldEmailMismatch(InvalidInput):
    zh = "旧邮箱与用户的邮箱不匹配"
    en = "The old email is not the user's"


class OldPhoneMismatch(InvalidInput):
    zh = "旧手机号与用户的手机号不匹配"
    en = "The old phone is not the user's"


class PasswordUndecryptable(InvalidInput):
    """A new password that no key of ours opens, or one that by its form is another key's or should have been plain.

    Never raised where a ciphertext of our own form did not decrypt and the password is only checked.
    """

    zh = (
        "解密客户端密码出错：密码须用本服务器的公钥加密（GET /api/v2/.well-known 中的 publicKey；旧版客户端需设置选项 "
        "publicKey、enc_public_key 或 encrptionPublicKey），或为明文；passwordEncryptType 须与之一致"
    )
    en = (
        "The password could not be decrypted: encrypt it with this server's key (publicKey of "
        "GET /api/v2/.well-known; older clients have an option for it: publicKey, enc_public_key or "
        "encrptionPublicKey) or send it plain, with the passwordEncryptType that says so"
    )

    def __init__(self, field: str = "password", /) -> None:
        super().__init__(field)


# -- not found -------------------------------------------------------------------------------------------


class NotFound(PoolhouseError):
    zh = "请求的内容不存在"
    en = "Not found"


class PoolNotFound(NotFound):
    zh = "用户池不存在"
    en = "The user pool does not exist"


class AppNotFound(NotFound):
    zh = "应用不存在"
    en = "The application does not exist"


class UserNotFound(NotFound):
    zh = "用户不存在"
    en = "The user does not exist"


class UsersNotFound(UserNotFound):
    """Some of several users asked for; names them."""

    zh = "用户不存在：{user_ids}"
    en = "These users do not exist: {user_ids}"

    def __init__(self, user_ids: Sequence[str]) -> None:
        shown = [user_id[:64] for user_id in user_ids[:5]]
        super().__init__(None, user_ids=", ".join(shown) + (" ..." if len(user_ids) > 5 else ""))


class GroupNotFound(NotFound):
    zh = "分组不存在"
    en = "The group does not exist"


class RoleNotFound(NotFound):
    zh = "角色不存在"
    en = "The role does not exist"


class PostNotFound(NotFound):
    zh = "岗位不存在"
    en = "The post does not exist"


class NamespaceNotFound(NotFound):
    zh = "权限空间不存在"
    en = "The permission namespace does not exist"


class ResourceNotFound(NotFound):
    zh = "资源不存在"
    en = "The resource does not exist"


class PolicyNotFound(NotFound):
    zh = "策略不存在"
    en = "The policy does not exist"


class OrgNotFound(NotFound):
    zh = "组织机构不存在"
    en = "The organization does not exist"


class NodeNotFound(NotFound):
    zh = "部门不存在"
    en = "The department does not exist"


class FieldNotFound(NotFound):
    zh = "自定义字段 {field} 未定义"
    en = "The custom field {field} is not defined"


class TenantNotFound(NotFound):
    zh = "租户不存在"
    en = "The tenant does not exist"


class FactorNotFound(NotFound):
    zh = "用户未绑定 MFA 认证器"
    en = "No authenticator is bound"


class IdentitySourceNotFound(NotFound):
    zh = "身份源不存在"
    en = "The identity source does not exist"


class AccessKeyNotFound(NotFound):
    zh = "密钥不存在"
    en = "The access key does not exist"


class AdministratorNotFound(NotFound):
    zh = "管理员不存在"
    en = "The administrator does not exist"


class SessionNotFound(NotFound):
    """Of an administrator."""

    zh = "登录会话不存在"
    en = "The session does not exist"


class ConnectionNotFound(NotFound):
    """Of an identity source."""

    zh = "身份源连接不存在"
    en = "The connection of the identity source does not exist"


class PasskeyNotFound(NotFound):
    zh = "通行密钥不存在"
    en = "The passkey does not exist"


class ScriptNotFound(NotFound):
    zh = "脚本不存在"
    en = "The script does not exist"


# -- conflict --------------------------------------------------------------------------------------------


class Conflict(PoolhouseError):
    zh = "{field} 已存在"
    en = "{field} already exists"


class UserExists(Conflict):
    zh = "用户已存在，请不要重复注册"
    en = "The user already exists"


class UsernameTaken(UserExists):
    zh = "用户名已存在"
    en = "The username already exists"


class EmailTaken(UserExists):
    zh = "该邮箱已被绑定"
    en = "The email is already bound"


class PhoneTaken(UserExists):
    zh = "手机号已绑定"
    en = "The phone is already bound"


class ExternalIdTaken(UserExists):
    zh = "externalId 已存在"
    en = "The externalId already exists"


class FactorExists(Conflict):
    zh = "用户已绑定 MFA 认证器"
    en = "An authenticator is bound already"


class PasskeyExists(Conflict):
    zh = "这个通行密钥已经添加过"
    en = "This passkey was added before"


class IdentityTaken(Conflict):
    zh = "该身份已被其他用户绑定"
    en = "The identity is already bound to another user"


class CodeTaken(Conflict):
    """A group, role, department, resource or policy code that exists already; `field` is the parameter."""

    zh = "{field} {value} 已存在"
    en = "{field} {value} already exists"


class GroupCodeTaken(CodeTaken):
    zh = "分组标识符已存在：{value}"
    en = "The group code {value} already exists"


class ScriptOvertaken(Conflict):
    """`version`: the newest, saved since the text was opened that somebody would save now."""

    zh = "打开之后，有人保存了较新的版本 {version}，没有保存"
    en = "Somebody has saved version {version} since this was opened: nothing was saved"


class PublishedMeanwhile(Conflict):
    """Another version runs than the one that somebody would replace: `version`, None where none does any more."""

    zh = "期间有人发布或撤下了版本，没有发布"
    en = "Somebody has published or withdrawn a version meanwhile: nothing was published"


class ChangedMeanwhile(Conflict):
    """Somebody else has changed the thing since the caller read it (Caller.unchanged): nothing was changed now.

    `changes`: their acts, newest first, as the audit log has them; at most 50.
    """

    zh = "您读取之后，该内容已被修改，没有保存"
    en = "It was changed since you read it: nothing was saved"


class FieldValueTaken(Conflict):
    """A custom field that is unique has this value on something else already."""

    zh = "自定义字段 {field} 的值已存在"
    en = "The value of the custom field {field} already exists"


# -- operations ------------------------------------------------------------------------------------------


class InvalidOperation(PoolhouseError):
    """Well-formed but not allowed in this state; `reason` and `reason_en` are for the caller."""

    zh = "{reason}"
    en = "{reason_en}"

    def __init__(self, reason: str, reason_en: str, /, **facts: Any) -> None:
        super().__init__(reason_en, reason=reason, reason_en=reason_en, **facts)


class ScriptUnproven(InvalidOperation):
    """The pool publishes only versions that a debug run has passed, and this is none."""

    def __init__(self, name: str, version: int) -> None:
        super().__init__(
            f"用户池要求先试运行成功才能发布，而 {name} 的版本 {version} 没有：先运行该版本"
            "（控制台的“调试”或 run-custom-database-script），再发布",
            f"The pool publishes only what has passed a run, and version {version} of {name} has not: run that version "
            '("Debug" in the console, or run-custom-database-script), then publish it',
            name=name,
            version=version,
        )


class LastLoginMethod(InvalidOperation):
    def __init__(self) -> None:
        super().__init__("仅剩一种登录方式，不能解绑", "The only way to log in cannot be unbound")


# -- signing in ------------------------------------------------------------------------------------------


class LoginRefused(PoolhouseError):
    pass


ProviderStep = Literal[
    "settings",
    "discovery",
    "metadata",
    "key",
    "redirect",
    "state",
    "request",
    "token",
    "ticket",
    "script",
    "userinfo",
    "signature",
    "algorithm",
    "encryption",
    "status",
    "destination",
    "issuer",
    "audience",
    "recipient",
    "subject",
    "clock",
    "response",
    "xml",
    "account",
    "tenant",
    "domain",
    "time",
    "busy",
    "name",
    "connect",
    "starttls",
    "tls",
    "bind",
    "search",
    "sign_in",
    "groups",
    "answer",
]
"""What can fail of a sign-in at an identity source. Its words: `federation.trial_words`."""


class ProviderFailed(LoginRefused):
    """An outside identity source, or the way to it, did not work. The person is told that; whoever administers the
    pool is told `step` and the reason: our own words, and of the provider's at most a code.
    """

    zh = "身份源登录没有成功，请重试；仍不成功请联系管理员"
    en = "Signing in through the identity source did not work. Try again, or ask an administrator"

    def __init__(self, step: ProviderStep, reason_zh: str, reason_en: str) -> None:
        super().__init__(f"{step}: {reason_en}", step=step, reason_zh=reason_zh, reason_en=reason_en)
        self.step = step
        self.printed = ""
        """What a script of the connection wrote to its console, without secrets."""

    def reason(self, lang: Lang = "zh-CN") -> str:
        """For an administrator."""
        return str(self.facts["reason_en" if lang == "en-US" else "reason_zh"])


class SignInLapsed(ProviderFailed):
    """A browser comes back from an identity source, or says whose account is its own, and there is no such sign-in of
    this browser's: which of the reasons it is nobody is told who may have begun it elsewhere."""

    zh = "这次登录已失效，请重新开始：它可能已经完成、超过了十分钟，或是在另一个浏览器中开始的"
    en = (
        "This sign-in is no longer good, please begin again: it may be done already, have taken more than ten "
        "minutes, or have begun in another browser"
    )


class IdentityUnbound(LoginRefused):
    zh = "该身份还没有绑定账号，请联系管理员"
    en = "No account is linked to this identity. Please ask an administrator"


class BindingRequired(LoginRefused):
    """`key` is for the next step; `methods`: what proves an account there; `may_create`: or a new one is made."""

    zh = "该身份还没有绑定账号：请绑定已有账号"
    en = "No account is linked to this identity: link the one you have"


class WrongCredentials(LoginRefused):
    zh = "用户名或密码错误"
    en = "Account not exists or password is incorrect"


class FirstPasswordRequired(WrongCredentials):
    """An account that came without a password. Only the audit log tells it from a wrong one: nothing was proved,
    and a stranger would learn who exists."""


class ProviderRefused(WrongCredentials):
    """Name or password, by a directory's word. The reason is for whoever administers the pool: the person is told what
    any wrong password is."""

    def __init__(self, reason_zh: str, reason_en: str) -> None:
        super().__init__(reason_en, reason_zh=reason_zh, reason_en=reason_en)

    def reason(self, lang: Lang = "zh-CN") -> str:
        return str(self.facts["reason_en" if lang == "en-US" else "reason_zh"])


class ProviderAccountRefused(LoginRefused):
    """The password was right, and the directory lets the person in no more, or not before they change it: `told`, in
    Chinese and in English."""

    zh = "{told_zh}"
    en = "{told_en}"

    def __init__(self, reason_zh: str, reason_en: str, told: tuple[str, str]) -> None:
        facts = {"reason_zh": reason_zh, "reason_en": reason_en, "told_zh": told[0], "told_en": told[1]}
        super().__init__(reason_en, **facts)

    def reason(self, lang: Lang = "zh-CN") -> str:
        """For an administrator."""
        return str(self.facts["reason_en" if lang == "en-US" else "reason_zh"])


class AccountBlocked(LoginRefused):
    zh = "用户已被锁定"
    en = "The user is locked"


class AccountLocked(AccountBlocked):
    """For a while, by too many wrong passwords. Told before any proof, of names nobody has too."""

    zh = "密码错误次数过多，账号已被锁定，请 {wait}后再试，或重置密码"
    en = "Locked after too many wrong passwords: try again in {wait}, or reset the password"


class AccountSuspended(LoginRefused):
    zh = "用户已被停用"
    en = "The user is suspended"


class AppAccessDenied(LoginRefused):
    """The application is closed to this user, by a rule or by its default."""

    zh = "无权限访问此应用"
    en = "You are not allowed to use this application"


class EmailUnverified(LoginRefused):
    zh = "邮箱未验证，请先验证邮箱"
    en = "The email is not verified"


class CaptchaRequired(LoginRefused):
    zh = "账号异常，需要输入验证码"
    en = "Too many failures, a captcha is required"


class CodeWrong(LoginRefused):
    """`factor`, where a second factor's code is meant: totp, recovery, and "no totp", "no recovery" for none."""

    zh = "验证码验证失败"
    en = "The verification code is wrong"


class PasskeyRefused(LoginRefused):
    """Unknown, of another site, signed wrongly or too late: they look alike to a stranger; the audit log has which."""

    zh = "通行密钥未被接受，请重试或使用密码登录"
    en = "The passkey was not accepted: try again, or use your password"


class PasskeyCopied(PasskeyRefused):
    """Signed rightly, by an authenticator whose counter another one was ahead of."""

    zh = "这个通行密钥可能已被复制，因此未被接受：请用密码登录，删除它并重新添加"
    en = "This passkey may have been copied, so it was not accepted: sign in with your password, remove it, add another"


class CodeExpired(LoginRefused):
    zh = "验证码已过期"
    en = "The verification code has expired"


class MfaRequired(LoginRefused):
    """`mfa_token` opens the second step and nothing else; `user` is who, `totp` whether an authenticator is
    bound, `passkeys` whether a passkey is: "off" (the pool has none), "none" or "bound"."""

    zh = "请进行二次验证"
    en = "A second factor is required"


class PasswordResetRequired(LoginRefused):
    """`token` opens the reset and nothing else; `old_password` says whether the old one must be given."""

    zh = "请修改密码后再登录"
    en = "The password must be changed before logging in"


class OldPasswordWrong(LoginRefused):
    zh = "原始密码错误"
    en = "The old password is wrong"


# -- not supported ---------------------------------------------------------------------------------------


class NotSupported(PoolhouseError):
    """`what` names the operation or option."""

    zh = "暂不支持：{what}"
    en = "Not supported: {what}"


class KindNotSupported(NotSupported):
    """Nobody can sign in by an identity source of this `kind` yet."""

    zh = "暂不支持用 {kind} 类型的身份源登录"
    en = "Signing in by an identity source of the kind {kind} is not supported"


class WayNotSupported(NotSupported):
    """By a `kind` of identity source that people come by in another way."""

    zh = "{kind} 类型的身份源不能以这种方式登录"
    en = "Nobody signs in this way by an identity source of the kind {kind}"


class NotSupportedByDirectory(NotSupported):
    zh = "自定义数据库不支持：{what}"
    en = "Not supported by the custom database: {what}"


class LimitsNotSupported(NotSupported):
    """A role that is limited to departments, where a script lists and finds the users."""

    zh = "用户在自定义数据库中，角色限于部门的管理员不能查看或修改"
    en = "The users are in a custom database, where a role that is limited to departments can see and change nobody"


# -- custom databases ------------------------------------------------------------------------------------


class ScriptFailed(PoolhouseError):
    """What a script threw: `thrown` is its message and reaches the end user; the log has the stack."""

    zh = "{thrown}"
    en = "{thrown}"

    def __init__(self, thrown: str, cause: str | None = None, /, **facts: Any) -> None:
        super().__init__(cause or thrown, thrown=thrown, **facts)


class CustomDatabaseUnavailable(PoolhouseError):
    """What the sandbox did (timeout, kill, refused host, open breaker); `cause` is for the log alone."""

    zh = "自定义数据库暂不可用，请稍后再试"
    en = "The custom database is unavailable, please try again later"


class PasswordFunctionUnavailable(CustomDatabaseUnavailable):
    """The pool's verifyPassword did not say whether a password is right; `cause` is for the log alone."""

    zh = "用户池的密码函数暂不可用，请稍后再试"
    en = "The password function of this user pool is unavailable, please try again later"


# -- ours ------------------------------------------------------------------------------------------------


class Unavailable(PoolhouseError):
    """`retry_after_s`: seconds after which another try makes sense."""


class TooManyRequests(Unavailable):
    zh = "您的请求已超过最大数量限制，请稍后重试"
    en = "Too many requests, please try again later"


class RegisteringTooOften(TooManyRequests):
    zh = "注册过于频繁，请稍候再试"
    en = "Registering too often, please try again later"


class Overloaded(Unavailable):
    pass


class DatabaseLost(Unavailable):
    zh = "数据库暂不可用，请稍后再试"
    en = "The database is unavailable, please try again later"


class DatabaseFull(DatabaseLost):
    zh = "数据库的磁盘已满，未保存任何更改；请服务器管理员清出空间"
    en = "The database's disk is full, nothing was saved; the server's administrator has to make room"
