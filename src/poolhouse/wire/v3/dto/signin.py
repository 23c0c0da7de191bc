"""Authentication clients. Source: docs/contract/v3/signin.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.audit import GeoIp, ParsedUserAgent
from poolhouse.wire.v3.dto.common import (
    FactorType,
    GivenGender,
    LangObject,
    PasswordEncryptType,
    ResourceType,
)
from poolhouse.wire.v3.dto.users import UserDepartmentSort

EmailChannel = Literal[
    "CHANNEL_LOGIN",
    "CHANNEL_REGISTER",
    "CHANNEL_RESET_PASSWORD",
    "CHANNEL_VERIFY_EMAIL_LINK",
    "CHANNEL_UPDATE_EMAIL",
    "CHANNEL_BIND_EMAIL",
    "CHANNEL_UNBIND_EMAIL",
    "CHANNEL_VERIFY_MFA",
    "CHANNEL_UNLOCK_ACCOUNT",
    "CHANNEL_COMPLETE_EMAIL",
    "CHANNEL_DELETE_ACCOUNT",
]

SmsChannel = Literal[
    "CHANNEL_LOGIN",
    "CHANNEL_REGISTER",
    "CHANNEL_RESET_PASSWORD",
    "CHANNEL_UPDATE_PHONE",
    "CHANNEL_BIND_PHONE",
    "CHANNEL_UNBIND_PHONE",
    "CHANNEL_BIND_MFA",
    "CHANNEL_VERIFY_MFA",
    "CHANNEL_UNBIND_MFA",
    "CHANNEL_COMPLETE_PHONE",
    "CHANNEL_IDENTITY_VERIFICATION",
    "CHANNEL_DELETE_ACCOUNT",
]

NativePlatform = Literal[
    "apple",
    "wechat",
    "alipay",
    "wechatwork",
    "wechatwork_agency",
    "lark_internal",
    "lark_public",
    "lark_block",
    "yidun",
    "wechat_mini_program_code",
    "wechat_mini_program_phone",
    "wechat_mini_program_code_and_phone",
    "google",
    "facebook",
    "qq",
    "weibo",
    "baidu",
    "linkedin",
    "dingtalk",
    "github",
    "gitee",
    "gitlab",
    "douyin",
    "kuaishou",
    "xiaomi",
    "line",
    "slack",
    "oppo",
    "huawei",
    "amazon",
    "douyin_mini_program_code",
    "douyin_mini_program_code_and_phone",
]

PasskeyKind = Literal["fingerprint", "face", "other"]


class PasswordPayload(Dto, kw_only=True):
    password: str
    account: str | None = None
    email: str | None = None
    username: str | None = None
    phone: str | None = None


class PassCodePayload(Dto, kw_only=True):
    pass_code: str
    email: str | None = None
    phone: str | None = None
    phone_country_code: str | None = None


class SignInOptions(Dto, kw_only=True):
    scope: str | None = None
    client_ip: str | None = None
    context: Any = None
    tenant_id: str | None = None
    custom_data: Any = None
    auto_register: bool | None = None
    captcha_code: str | None = None
    captcha_token: str | None = None
    password_encrypt_type: PasswordEncryptType | None = None


class DirectoryPayload(Dto, kw_only=True):
    """The contract has one shape for either kind, `SignInByLdapPayloadDto` and `SignInByAdPayloadDto`, and
    calls the name `sAMAccountName` in both: what somebody is called in the directory.
    """

    s_am_account_name: str = field(name="sAMAccountName")
    password: str


class SignIn(Dto, kw_only=True):
    connection: Literal["PASSWORD", "PASSCODE", "LDAP", "AD"]
    password_payload: PasswordPayload | None = None
    pass_code_payload: PassCodePayload | None = None
    ldap_payload: DirectoryPayload | None = None
    ad_payload: DirectoryPayload | None = None
    options: SignInOptions | None = None
    client_id: str | None = field(name="client_id", default=None)
    client_secret: str | None = field(name="client_secret", default=None)


class NativeCode(Dto, kw_only=True):
    code: str = ""


class SignInByMobileOptions(Dto, kw_only=True):
    scope: str | None = None
    context: Any = None
    tenant_id: str | None = None
    custom_data: Any = None


class SignInByMobile(Dto, kw_only=True):
    """Of the platforms that the contract names, `wechat`, `lark_internal` and `lark_public` are built; the
    others are answered 501, by name, and their payloads are not recorded. The connection's identifier is
    spelled as here.
    """

    ext_idp_connidentifier: str
    connection: NativePlatform
    wechat_payload: NativeCode | None = None
    lark_internal_payload: NativeCode | None = None
    lark_public_payload: NativeCode | None = None
    options: SignInByMobileOptions | None = None
    client_id: str | None = field(name="client_id", default=None)
    client_secret: str | None = field(name="client_secret", default=None)


class WechatMobileCode(Dto, kw_only=True):
    code: str
    app_id: str | None = None
    conn_id: str | None = None
    options: SignInByMobileOptions | None = None


class BindByAccount(Dto, kw_only=True):
    """`key` is of the answer 1640 or 1641; `action` is kept for the clients, which send it, and says nothing
    here.
    """

    key: str
    action: str = ""
    account: str
    password: str


class BindByEmailCode(Dto, kw_only=True):
    key: str
    action: str = ""
    email: str
    code: str


class BindByPhoneCode(Dto, kw_only=True):
    key: str
    action: str = ""
    phone: str
    code: str
    phone_country_code: str | None = None


class BindByNewAccount(Dto, kw_only=True):
    key: str
    action: str = ""


class LoginToken(Dto, kw_only=True):
    scope: str
    access_token: str = field(name="access_token")
    id_token: str | UnsetType = field(name="id_token", default=UNSET)
    refresh_token: str | UnsetType = field(name="refresh_token", default=UNSET)
    token_type: str = field(name="token_type")
    expire_in: Int = field(name="expire_in")


class SignUpProfile(Dto, kw_only=True):
    nickname: str | None = None
    company: str | None = None
    photo: str | None = None
    device: str | None = None
    browser: str | None = None
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    profile: str | None = None
    preferred_username: str | None = None
    website: str | None = None
    gender: GivenGender | None = None
    birthdate: str | None = None
    zoneinfo: str | None = None
    locale: str | None = None
    address: str | None = None
    formatted: str | None = None
    street_address: str | None = None
    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_country_code: str | None = None
    custom_data: dict[str, Any] | None = None


class SignUpOptions(Dto, kw_only=True):
    client_ip: str | None = None
    phone_pass_code_for_information_completion: str | None = None
    email_pass_code_for_information_completion: str | None = None
    password_for_phone_pass_code: str | None = None
    context: Any = None
    password_encrypt_type: PasswordEncryptType | None = None


class SignUp(Dto, kw_only=True):
    connection: Literal["PASSWORD", "PASSCODE"]
    password_payload: PasswordPayload | None = None
    pass_code_payload: PassCodePayload | None = None
    profile: SignUpProfile | None = None
    options: SignUpOptions | None = None


class SendSms(Dto, kw_only=True):
    channel: SmsChannel
    phone_number: str
    phone_country_code: str | None = None


class SendEmail(Dto, kw_only=True):
    channel: EmailChannel
    email: str


class EmailPassCode(Dto, kw_only=True):
    pass_code: str
    email: str | None = None


class PhonePassCode(Dto, kw_only=True):
    phone_number: str
    pass_code: str
    phone_country_code: str | None = None


class VerifyResetPassword(Dto, kw_only=True):
    verify_method: Literal["EMAIL_PASSCODE", "PHONE_PASSCODE"]
    email_pass_code_payload: EmailPassCode | None = None
    phone_pass_code_payload: PhonePassCode | None = None


class ResetToken(Dto, kw_only=True):
    password_reset_token: str
    token_expires_in: Int


class ResetPassword(Dto, kw_only=True):
    password: str
    password_reset_token: str
    password_encrypt_type: PasswordEncryptType | None = None


class ProfileQuery(Dto, kw_only=True):
    with_custom_data: bool | None = None
    with_identities: bool | None = None
    with_department_ids: bool | None = None


class UpdateProfile(Dto, kw_only=True):
    name: str | None = None
    nickname: str | None = None
    photo: str | None = None
    external_id: str | None = None
    birthdate: str | None = None
    country: str | None = None
    province: str | None = None
    city: str | None = None
    address: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    gender: GivenGender | None = None
    username: str | None = None
    company: str | None = None
    custom_data: dict[str, Any] | None = None
    identity_number: str | None = None


class UpdatePassword(Dto, kw_only=True):
    new_password: str
    old_password: str | None = None
    password_encrypt_type: PasswordEncryptType | None = None
    password_reset_token: str | None = None


class BindEmail(Dto, kw_only=True):
    pass_code: str
    email: str


class BindPhone(Dto, kw_only=True):
    pass_code: str
    phone_number: str
    phone_country_code: str | None = None


class PassCode(Dto, kw_only=True):
    pass_code: str


class NewEmail(Dto, kw_only=True):
    new_email: str
    new_email_pass_code: str
    old_email: str | None = None
    old_email_pass_code: str | None = None


class VerifyUpdateEmail(Dto, kw_only=True):
    verify_method: Literal["EMAIL_PASSCODE"]
    email_pass_code_payload: NewEmail


class NewPhone(Dto, kw_only=True):
    new_phone_number: str
    new_phone_pass_code: str
    new_phone_country_code: str | None = None
    old_phone_number: str | None = None
    old_phone_pass_code: str | None = None
    old_phone_country_code: str | None = None


class VerifyUpdatePhone(Dto, kw_only=True):
    verify_method: Literal["PHONE_PASSCODE"]
    phone_pass_code_payload: NewPhone


class UpdateEmailToken(Dto, kw_only=True):
    update_email_token: str
    token_expires_in: Int


class UpdatePhoneToken(Dto, kw_only=True):
    update_phone_token: str
    token_expires_in: Int


class UpdateEmail(Dto, kw_only=True):
    update_email_token: str


class UpdatePhone(Dto, kw_only=True):
    update_phone_token: str


class AccountPassword(Dto, kw_only=True):
    password: str
    password_encrypt_type: PasswordEncryptType | None = None


class VerifyDeleteAccount(Dto, kw_only=True):
    verify_method: Literal["PHONE_PASSCODE", "EMAIL_PASSCODE", "PASSWORD"]
    phone_pass_code_payload: PhonePassCode | None = None
    email_pass_code_payload: EmailPassCode | None = None
    password_payload: AccountPassword | None = None


class DeleteAccountToken(Dto, kw_only=True):
    delete_account_token: str
    token_expires_in: Int


class DeleteAccount(Dto, kw_only=True):
    delete_account_token: str


class SecurityInfo(Dto, kw_only=True):
    password_security_level: Int | None
    mfa_enrolled: bool
    password_set: bool
    email_binded: bool
    phone_binded: bool
    security_score: Int


class FactorProfile(Dto, kw_only=True):
    phone_number: str | None = None
    phone_country_code: str | None = None
    email: str | None = None


class SendEnrollFactor(Dto, kw_only=True):
    factor_type: FactorType
    profile: FactorProfile | None = None


class OtpData(Dto, kw_only=True):
    qr_code_uri: str
    qr_code_data_url: str
    recovery_code: str


class EnrollmentToken(Dto, kw_only=True):
    enrollment_token: str
    otp_data: OtpData


class EnrollmentData(Dto, kw_only=True):
    pass_code: str | None = None
    photo: str | None = None
    is_external_photo: bool | None = None


class EnrollFactor(Dto, kw_only=True):
    factor_type: FactorType
    enrollment_token: str
    enrollment_data: EnrollmentData


class FactorDto(Dto, kw_only=True):
    factor_id: str
    factor_type: FactorType
    profile: dict[str, Any]


class FactorToEnroll(Dto, kw_only=True):
    factor_type: FactorType


class FactorQuery(Dto, kw_only=True):
    factor_id: str


class ResetFactor(Dto, kw_only=True):
    factor_id: str


class TotpDto(Dto, kw_only=True):
    totp: str


class LinkQuery(Dto, kw_only=True):
    ext_idp_conn_identifier: str = field(name="ext_idp_conn_identifier")
    app_id: str = field(name="app_id", default="")
    id_token: str = field(name="id_token", default="")


class ExtIdpInfoDto(Dto, kw_only=True):
    identifier: str
    ext_idp_id: str
    type: str
    ext_idp_type: Literal["social", "enterprise"]
    bind_url: str  # empty: `generate-link-extidp-url` gives one to somebody who is signed in
    name: str
    logo: str | UnsetType = UNSET


class LinkUrl(Dto, kw_only=True):
    url: str


class UnlinkExtIdp(Dto, kw_only=True):
    ext_idp_id: str


class CaptchaDto(Dto, kw_only=True):
    id: str
    image: str
    audio: str


class MyLoginHistoryQuery(Dto, kw_only=True):
    """`start` and `end` are milliseconds; the end does not belong to it."""

    app_id: str | None = None
    client_ip: str | None = None
    success: bool | None = None
    start: Int | None = None
    end: Int | None = None
    page: Int = 1
    limit: Int = 10


class LoginHistoryDto(Dto, kw_only=True):
    """`loginMethod` is our own word, of a sign-in that was refused early an empty one."""

    user_id: str
    app_id: str
    app_name: str
    app_login_url: str
    app_logo: str
    login_at: str
    client_ip: str
    success: bool
    error_message: str | None = None  # the name of the refusal
    user_agent: str
    parsed_user_agent: ParsedUserAgent
    login_method: str
    geoip: GeoIp
    tenant_id: str | None = None


class LoginHistoryPaginatedRespDto(Dto, kw_only=True):
    total_count: Int
    items: list[LoginHistoryDto] = field(name="list")


class LoggedInAppsDto(Dto, kw_only=True):
    app_id: str
    app_name: str
    app_login_url: str
    app_logo: str
    active: bool


class AccessibleAppsDto(Dto, kw_only=True):
    app_id: str
    app_name: str
    app_login_url: str
    app_logo: str
    active: bool


class UserTenantListDto(Dto, kw_only=True):
    tenant_id: str
    tenant_name: str
    join_at: str


class MyRoleListQuery(Dto, kw_only=True):
    namespace: str | None = None  # the default one


class MyDepartmentListQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    with_custom_data: bool = False  # of the fields that are `visibleInUserCenter`
    sort_by: UserDepartmentSort = "JoinDepartmentAt"
    order_by: Literal["Asc", "Desc"] = "Desc"


class MyAuthorizedResourcesQuery(Dto, kw_only=True):
    namespace: str | None = None  # the default one
    resource_type: ResourceType | None = None


class AppIdSecret(Dto, kw_only=True):
    """Of the Go client the request alone is recorded. We chose: a wrong secret and an unknown application are
    the same 401.
    """

    app_id: str
    app_secret: str


class PreCheckSmsCodeDto(Dto, kw_only=True):
    phone: str
    pass_code: str
    phone_country_code: str | None = None
    channel: SmsChannel


class PreCheckEmailCodeDto(Dto, kw_only=True):
    email: str
    pass_code: str
    channel: EmailChannel


class PreCheckCodeDto(Dto, kw_only=True):
    """The code stays good. A wrong one costs one of its tries, as anywhere."""

    code_type: Literal["SMS", "EMAIL"]
    sms_code_payload: PreCheckSmsCodeDto | None = None
    email_code_payload: PreCheckEmailCodeDto | None = None


class PreCheckCodeDataDto(Dto, kw_only=True):
    is_valid: bool
    message: str | None = None


class ValidatePasswordDto(Dto, kw_only=True):
    """The contract takes anybody's name. We chose the own account alone: an endpoint that tells whether a
    password fits, and no login is counted, is for guessing. Of several names the e-mail address counts, then
    the phone number, then the username.
    """

    email: str | None = None
    phone: str | None = None
    phone_country_code: str | None = None
    username: str | None = None
    password: str  # the contract leaves it out
    password_encrypt_type: PasswordEncryptType | None = None


class ValidatePasswordResultDto(Dto, kw_only=True):
    valid: bool


class SystemKey(Dto, kw_only=True):
    public_key: str


class SystemVersion(Dto, kw_only=True):
    server: str
    console: str
    login: str


class SystemInfoResp(Dto, kw_only=True):
    """The one answer without an envelope: every client reads it so, `@authing/web` too, which encrypts
    passwords with what it finds in `rsa` or `sm2`.
    """

    rsa: SystemKey
    sm2: SystemKey
    version: SystemVersion
    public_ips: list[str]  # always empty


class CountryDetailInfo(Dto, kw_only=True):
    """The contract has names in Chinese and English alone. What a flag is it leaves open; ours is the
    emoji.
    """

    alpha2: str
    alpha3: str
    phone_country_code: str
    flag: str
    name: LangObject


class AuthenticationOptionsDto(Dto, kw_only=True):
    authentication_options: dict[str, Any]
    ticket: str


class PasskeyChallengeDto(Dto, kw_only=True):
    public_key: dict[str, Any]
    ticket: str


class PasskeyCreationDto(Dto, kw_only=True):
    public_key: dict[str, Any]
    ticket: str


class FinalizePasskeyDto(Dto, kw_only=True):
    """No client shows what is sent: it is as with `webauthn/login/finalize`."""

    ticket: str
    credential: dict[str, Any]
    authenticator_code: PasskeyKind | None = None
    name: str | None = None


class MfaPasskeyCreationDto(Dto, kw_only=True):
    public_key: dict[str, Any]


class FinalizeMfaBindDto(Dto, kw_only=True):
    credential: dict[str, Any]
    authenticator_code: PasskeyKind | None = None
    name: str | None = None


class FinalizeMfaVerifyDto(Dto, kw_only=True):
    ticket: str
    credential: dict[str, Any]


class PasskeySignInOptions(Dto, kw_only=True):
    scope: str | None = None
    custom_data: Any = None


class VerifyAuthenticationDto(Dto, kw_only=True):
    ticket: str
    authentication_credential: dict[str, Any]
    options: PasskeySignInOptions | None = None


class VerifyAuthenticationResultDto(Dto, kw_only=True):
    verified: bool
    token_set: LoginToken


class FinalizeWebAuthnLoginDto(Dto, kw_only=True):
    ticket: str
    credential: dict[str, Any]
    options: PasskeySignInOptions | None = None


class RegistrationOptionsDto(Dto, kw_only=True):
    registration_options: dict[str, Any]
    ticket: str


class VerifyRegistrationDto(Dto, kw_only=True):
    ticket: str
    registration_credential: dict[str, Any]
    authenticator_code: PasskeyKind | None = None
    name: str | None = None


class VerifyRegistrationResultDto(Dto, kw_only=True):
    verified: bool


class PasskeyDto(Dto, kw_only=True):
    id: str
    user_pool_id: str
    user_id: str
    credential_id: str = field(name="credentialID")
    authenticator_code: PasskeyKind
    name: str
    initiator_platform: str
    rp_id: str
    app_id: str | None
    backed_up: bool
    created_at: str
    used_at: str | None


class PasskeyPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[PasskeyDto] = field(name="list")


class ListOwnPasskeysQuery(Dto, kw_only=True):
    page: Int | None = None
    limit: Int | None = None


class ListPasskeysOfUserQuery(Dto, kw_only=True):
    user_id: str
    app_id: str | None = None
    page: Int | None = None
    limit: Int | None = None


class ListPasskeysOfKindDto(Dto, kw_only=True):
    authenticator_code: PasskeyKind | None = None


class CheckPasskeysDto(Dto, kw_only=True):
    credential_ids: list[str]
    authenticator_code: PasskeyKind | None = None


class UpdatePasskeyDto(Dto, kw_only=True):
    credential_id: str
    name: str


class DeletePasskeyQuery(Dto, kw_only=True):
    credential_id: str


class DeletePasskeyOfUserQuery(Dto, kw_only=True):
    credential_id: str
    user_id: str
    app_id: str


class RemovePasskeyDto(Dto, kw_only=True):
    credential_id: str = field(name="credentialID")


class RemovePasskeysOfKindDto(Dto, kw_only=True):
    authenticator_code: PasskeyKind
