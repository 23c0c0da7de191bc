"""Shapes of more than one family. Source: docs/contract/v3/common.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from poolhouse.wire.v3.dto import Dto, Int

UserIdType = Literal[
    "user_id", "external_id", "phone", "email", "username", "identity", "sync_relation", "custom_field"
]

DepartmentIdType = Literal["department_id", "open_department_id", "sync_relation", "custom_field", "code"]

TargetType = Literal["USER", "ROLE", "GROUP", "DEPARTMENT"]

ResourceType = Literal["DATA", "API", "MENU", "BUTTON", "UI"]

UserStatus = Literal["Suspended", "Resigned", "Activated", "Archived", "Deactivated"]

PasswordEncryptType = Literal["sm2", "rsa", "none"]

Effect = Literal["ALLOW", "DENY"]

Gender = Literal["M", "F", "U"]

GivenGender = Literal["M", "F", "U", "W"]
"""W is what one page calls F (docs/contract/users.md#fields)."""

WorkStatus = Literal["Closed", "Active"]

Provider = Literal[
    "oidc",
    "oauth2",
    "saml",
    "ldap",
    "ad",
    "cas",
    "azure-ad",
    "wechat",
    "google",
    "qq",
    "wechatwork",
    "dingtalk",
    "weibo",
    "github",
    "alipay",
    "apple",
    "baidu",
    "lark",
    "gitlab",
    "twitter",
    "facebook",
    "slack",
    "linkedin",
    "yidun",
    "qingcloud",
    "gitee",
    "instagram",
    "welink",
    "huawei",
    "honor",
    "xiaomi",
    "oppo",
    "aws",
    "amazon",
    "douyin",
    "kuaishou",
    "line",
    "sdbz",
    "zjzwfw",
    "zzding",
    "seeyona8v5",
]

FactorType = Literal["OTP", "SMS", "EMAIL", "FACE"]

ExtIdpConnType = Literal[
    "oidc",
    "oauth",
    "saml",
    "ldap",
    "ad",
    "cas",
    "azure-ad",
    "alipay",
    "facebook",
    "facebook:mobile",
    "twitter",
    "google:mobile",
    "google",
    "wechat:pc",
    "wechat:mobile",
    "wechat:webpage-authorization",
    "wechatmp-qrcode",
    "wechat:miniprogram:default",
    "wechat:miniprogram:qrconnect",
    "wechat:miniprogram:app-launch",
    "github",
    "github:mobile",
    "qq",
    "qq:mobile",
    "wechatwork:corp:qrconnect",
    "wechatwork:agency:qrconnect",
    "wechatwork:service-provider:qrconnect",
    "wechatwork:mobile",
    "wechatwork:agency:mobile",
    "dingtalk",
    "dingtalk:mobile",
    "dingtalk:provider",
    "weibo",
    "weibo:mobile",
    "apple",
    "apple:web",
    "baidu",
    "baidu:mobile",
    "lark-internal",
    "lark-public",
    "lark-block",
    "gitlab",
    "gitlab:mobile",
    "linkedin",
    "linkedin:mobile",
    "slack",
    "slack:mobile",
    "yidun",
    "qingcloud",
    "gitee",
    "gitee:mobile",
    "instagram",
    "welink",
    "ad-kerberos",
    "huawei",
    "huawei:mobile",
    "honor",
    "xiaomi",
    "xiaomi:mobile",
    "aws",
    "amazon",
    "amazon:mobile",
    "douyin:mobile",
    "douyin:miniprogram:default",
    "kuaishou:mobile",
    "line:mobile",
    "oppo:mobile",
    "wechatwork:qrconnect:of:authing:agency",
    "sdbz",
    "zjzwfw-qrcode",
    "zzding",
    "seeyona8v5",
]

ConditionParam = Literal[
    "UserPoolId",
    "AppId",
    "RequestFrom",
    "UserId",
    "UserArn",
    "CurrentTime",
    "EpochTime",
    "SourceIp",
    "User",
    "MultiFactorAuthPresent",
    "MultiFactorAuthAge",
    "UserAgent",
    "Referer",
    "Device",
    "OS",
    "Country",
    "Province",
    "City",
    "DeviceChanged",
    "DeviceUntrusted",
    "ProxyUntrusted",
    "LoggedInApps",
    "Namespace",
]

ConditionOperator = Literal[
    "Bool",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "IpAddress",
    "NotIpAddress",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "ListContains",
]


class ApplicationMfaDto(Dto, kw_only=True):
    mfa_policy: str
    status: Int
    sort: Int


class AuthorizedResourceDto(Dto, kw_only=True):
    resource_code: str
    description: str | None = None
    condition: list[PolicyCondition] | None = None
    resource_type: ResourceType
    api_identifier: str
    actions: list[str]
    effect: Effect


class AuthorizedResourcePagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[AuthorizedResourceDto] = field(name="list")


class Config(Dto, kw_only=True):
    options: list[Option]


class DepartmentI18nDto(Dto, kw_only=True):
    name: LangObject


class ExtendField(Dto, kw_only=True):
    key: str
    value_type: Literal["STRING", "SELECT"]
    description: str | None = None
    label: str
    config: Config | None = None


class GetMfaInfoDataDto(Dto, kw_only=True):
    mfa_token: str
    mfa_phone: str | None = None
    mfa_phone_country_code: str | None = None
    mfa_email: str | None = None
    nickname: str | None = None
    username: str | None = None
    phone: str | None = None
    phone_country_code: str | None = None
    face_mfa_enabled: bool | None = None
    totp_mfa_enabled: bool | None = None
    application_mfa: list[ApplicationMfaDto]


class GroupPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[ResGroupDto] = field(name="list")


class IdentityDto(Dto, kw_only=True):
    identity_id: str
    ext_idp_id: str
    provider: Provider | None = None  # null for a source without a word here, which is then in originConnIds
    type: str
    user_id_in_idp: str
    user_info_in_idp: Any
    access_token: str | None = None
    refresh_token: str | None = None
    origin_conn_ids: list[str]


class IsSuccessDto(Dto, kw_only=True):
    success: bool


class LangObject(Dto, kw_only=True):
    """Every language is optional: nobody translates a department into all four."""

    zh_cn: LangUnit | None = field(name="zh-CN", default=None)
    en_us: LangUnit | None = field(name="en-US", default=None)
    zh_tw: LangUnit | None = field(name="zh-TW", default=None)
    ja_jp: LangUnit | None = field(name="ja-JP", default=None)


class LangUnit(Dto, kw_only=True):
    enabled: bool
    value: str


class MFASettingsDto(Dto, kw_only=True):
    enabled_factors: list[FactorType]


class Option(Dto, kw_only=True):
    value: str


class PaginationDto(Dto, kw_only=True):
    page: Int | None = None
    limit: Int | None = None


class PolicyCondition(Dto, kw_only=True):
    param: ConditionParam
    operator: ConditionOperator
    value: str


class ResGroupDto(Dto, kw_only=True):
    """`customData` only with withCustomData."""

    id: str
    code: str
    name: str
    description: str
    type: str
    metadata_source: list[str]
    members: list[UserDto]
    custom_data: dict[str, Any] | UnsetType = UNSET  # ours


class RoleDto(Dto, kw_only=True):
    id: str
    code: str
    name: str
    description: str
    namespace: str
    namespace_name: str
    status: str | None = None
    disable_time: Int | None = None
    enable_permission_apply: bool | None = None


class RolePagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[RoleDto] = field(name="list")


class UserDto(Dto):
    user_id: str
    created_at: str | None  # a script's user may lack it
    updated_at: str | None
    status: UserStatus
    work_status: WorkStatus
    gender: Gender
    user_source_type: Literal["excel", "register", "adminCreated", "sync"]
    photo: str
    register_source: list[str]
    last_login: str | None
    password_last_set_at: str | None
    last_mfa_time: str | None
    status_changed_at: str | None
    signed_up: str | None
    external_id: str | None
    email: str | None
    email_verified: bool
    phone: str | None
    phone_verified: bool
    phone_country_code: str | None
    username: str | None
    name: str | None
    nickname: str | None
    logins_count: Int
    last_ip: str | None
    birthdate: str | None
    country: str | None
    province: str | None
    city: str | None
    address: str | None
    street_address: str | None
    postal_code: str | None
    company: str | None
    browser: str | None
    device: str | None
    given_name: str | None
    family_name: str | None
    middle_name: str | None
    profile: str | None
    preferred_username: str | None
    website: str | None
    zoneinfo: str | None
    locale: str | None
    formatted: str | None
    region: str | None
    user_source_id: str | None
    last_login_app: str | None
    main_department_id: str | None
    password_security_level: Int | None
    reset_password_on_next_login: bool
    identity_number: str | None
    tenant_id: str | None = None
    department_ids: list[str] | UnsetType = UNSET
    identities: list[IdentityDto] | UnsetType = UNSET
    custom_data: dict[str, Any] | UnsetType = UNSET
    post_id_list: list[str] | UnsetType = UNSET


class UserPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[UserDto] = field(name="list")


class UserSyncRelationDto(Dto, kw_only=True):
    provider: str
    user_id_in_idp: str
    user_info_in_idp: Any
