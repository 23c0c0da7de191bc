"""Shapes of applications. Source: reference/v3.md 2 and 3, v3-models.json."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import Effect, PaginationDto, Provider, UpdateLoginConfig, UserIdType


class ApplicationAgreementDto(Dto, kw_only=True):
    display_at: list[Literal["LoginPage", "RegisterPage"]]
    is_required: bool
    lang: Literal["zh-CN", "en-US", "zh-TW", "ja-JP"]
    content: str


class ApplicationBrandingConfig(Dto, kw_only=True):
    custom_css_enabled: bool = field(name="customCSSEnabled")
    custom_css: str | None = field(name="customCSS", default=None)
    guard_version: Literal["Advanced", "Classical"]
    custom_loading_image: str | None = None
    custom_background: str | None = None
    show_change_language_button: bool
    default_language: Literal["zh-CN", "en-US", "zh-TW", "ja-JP"]
    show_forget_password_button: bool
    show_enterprise_connections: bool
    show_social_connections: bool
    show_agreement: bool
    agreements: list[ApplicationAgreementDto]


class ApplicationBrandingConfigInputDto(Dto, kw_only=True):
    custom_css_enabled: bool | None = field(name="customCSSEnabled", default=None)
    custom_css: str | None = field(name="customCSS", default=None)
    guard_version: Literal["Advanced", "Classical"] | None = None
    custom_loading_image: str | None = None
    custom_background: str | None = None
    show_change_language_button: bool | None = None
    default_language: Literal["zh-CN", "en-US", "zh-TW", "ja-JP"] | None = None
    show_forget_password_button: bool | None = None
    show_enterprise_connections: bool | None = None
    show_social_connections: bool | None = None


class ApplicationDefaultLoginMethod(Dto, kw_only=True):
    """Of the last four the contract wants all; a login method has one at most."""

    connection_type: Literal["PASSCODE", "PASSWORD", "QRCODE", "LDAP", "AD"]
    qrcode_type: Literal["SELF_BUILT_APP", "WECHAT_OFFICIAL_ACCOUNT", "WECHAT_MINI_PROGRAM"] | None = None
    qrcode_ext_idp_conn_id: str | None = None
    ad_ext_idp_conn_id: str | None = None
    ldap_ext_idp_conn_id: str | None = None


class ApplicationDefaultLoginMethodInput(Dto, kw_only=True):
    connection_type: Literal["PASSCODE", "PASSWORD", "QRCODE", "LDAP", "AD"]
    qrcode_type: Literal["SELF_BUILT_APP", "WECHAT_OFFICIAL_ACCOUNT", "WECHAT_MINI_PROGRAM"] | None = None
    qrcode_ext_idp_conn_id: str | None = None
    ad_ext_idp_conn_id: str | None = None
    ldap_ext_idp_conn_id: str | None = None


class ApplicationDto(Dto, kw_only=True):
    app_id: str
    app_identifier: str
    app_name: str
    app_logo: str
    app_description: str | None = None
    app_type: Literal["web", "spa", "native", "api", "mfa", "mini-program", "gateway-app", "gateway-agent"]
    user_pool_id: str
    is_integrate_app: bool
    default_protocol: Literal["oidc", "oauth", "saml", "cas", "asa"]
    redirect_uris: list[str]
    logout_redirect_uris: list[str]
    init_login_uri: str
    sso_enabled: bool
    sso_enabled_at: str | None = None
    login_config: ApplicationLoginConfigDto
    register_config: ApplicationRegisterConfig
    branding_config: ApplicationBrandingConfig
    oidc_config: Any
    saml_provider_enabled: bool
    saml_config: Any = None
    oauth_provider_enabled: bool
    oauth_config: Any = None
    cas_provider_enabled: bool
    cas_config: Any = None
    custom_branding_enabled: bool
    custom_security_enabled: bool
    template: str | None = None


class ApplicationEnabledExtIdpConnDto(Dto, kw_only=True):
    is_social: bool
    ext_idp_id: str
    ext_idp_type: Provider
    ext_idp_conn_id: str
    ext_idp_conn_type: Literal[
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
    ext_idp_conn_identifier: str
    ext_idp_conn_display_name: str
    ext_idp_conn_logo: str
    enabled: bool | None = None


class ApplicationEnabledExtIdpConnInputDto(Dto, kw_only=True):
    ext_idp_conn_id: str


class ApplicationLoginConfigDto(Dto, kw_only=True):
    merge_login_and_register_page: bool
    enabled_basic_login_methods: list[
        Literal[
            "PHONE_CODE",
            "EMAIL_CODE",
            "PHONE_PASSWORD",
            "EMAIL_PASSWORD",
            "USERNAME_PASSWORD",
            "SELF_BUILT_APP_QRCODE",
        ]
    ]
    default_login_method: ApplicationDefaultLoginMethod
    enabled_ext_idp_conns: list[ApplicationEnabledExtIdpConnDto]
    show_authorization_page: bool


class ApplicationLoginConfigInputDto(Dto, kw_only=True):
    merge_login_and_register_page: bool | None = None
    enabled_basic_login_methods: (
        list[
            Literal[
                "PHONE_CODE",
                "EMAIL_CODE",
                "PHONE_PASSWORD",
                "EMAIL_PASSWORD",
                "USERNAME_PASSWORD",
                "SELF_BUILT_APP_QRCODE",
            ]
        ]
        | None
    ) = None
    default_login_method: ApplicationDefaultLoginMethodInput | None = None
    enabled_ext_idp_conn_ids: list[ApplicationEnabledExtIdpConnInputDto] | None = None
    enabled_all_ext_idp_conns: bool | None = None
    show_authorization_page: bool


class ApplicationPaginatedDataDto(Dto, kw_only=True):
    items: list[ApplicationDto] = field(name="list")
    total_count: Int


class ApplicationPermissionRecordItem(Dto, kw_only=True):
    target_type: Literal["USER", "ROLE", "GROUP", "ORG"]
    namespace_code: str | None = None
    inherit_by_children: bool | None = None
    target_identifier: list[str]
    effect: Effect


class ApplicationRegisterConfig(Dto, kw_only=True):
    enabled_basic_register_methods: list[Literal["PHONE_CODE", "EMAIL_CODE", "EMAIL_PASSWORD"]]
    default_register_method: Literal["PASSCODE", "PASSWORD"]


class ApplicationRegisterConfigInputDto(Dto, kw_only=True):
    enabled_basic_register_methods: list[Literal["PHONE_CODE", "EMAIL_CODE", "EMAIL_PASSWORD"]]
    default_register_method: Literal["PASSCODE", "PASSWORD"]


class ApplicationSimpleInfoDto(Dto, kw_only=True):
    app_id: str
    app_identifier: str
    app_name: str
    app_logo: str
    app_description: str | None = None
    app_type: Literal["web", "spa", "native", "api", "mfa", "mini-program", "gateway-app", "gateway-agent"]
    is_integrate_app: bool


class ApplicationSimpleInfoPaginatedDataDto(Dto, kw_only=True):
    items: list[ApplicationSimpleInfoDto] = field(name="list")
    total_count: Int


class AuthorizeApplicationAccessDto(Dto, kw_only=True):
    app_id: str
    items: list[ApplicationPermissionRecordItem] = field(name="list")


class ChangeUserPoolTenantExtIdpConnDto(Dto, kw_only=True):
    enabled: bool
    conn_ids: list[str]


class CheckDomainAvailable(Dto, kw_only=True):
    domain: str


class CheckDomainAvailableDataDto(Dto, kw_only=True):
    available: bool


class CreateApplicationDto(Dto, kw_only=True):
    app_name: str
    template: str | None = None
    template_data: Any = None
    app_identifier: str | None = None
    app_logo: str | None = None
    app_description: str | None = None
    app_type: (
        Literal["web", "spa", "native", "api", "mfa", "mini-program", "gateway-app", "gateway-agent"] | None
    ) = None
    default_protocol: Literal["oidc", "oauth", "saml", "cas", "asa"] | None = None
    redirect_uris: list[str] | None = None
    logout_redirect_uris: list[str] | None = None
    init_login_uri: str | None = None
    sso_enabled: bool | None = None
    oidc_config: Any = None
    saml_provider_enabled: bool | None = None
    saml_config: Any = None
    oauth_provider_enabled: bool | None = None
    oauth_config: Any = None
    cas_provider_enabled: bool | None = None
    cas_config: Any = None
    login_config: ApplicationLoginConfigInputDto | None = None
    register_config: ApplicationRegisterConfigInputDto | None = None
    branding_config: ApplicationBrandingConfigInputDto | None = None


class CreateApplicationRespDataDto(Dto, kw_only=True):
    app_id: str
    app_identifier: str
    app_name: str
    app_logo: str
    app_description: str | None = None
    app_type: Literal["web", "spa", "native", "api", "mfa", "mini-program", "gateway-app", "gateway-agent"]
    user_pool_id: str
    is_integrate_app: bool
    default_protocol: Literal["oidc", "oauth", "saml", "cas", "asa"]
    redirect_uris: list[str]
    logout_redirect_uris: list[str]
    init_login_uri: str
    sso_enabled: bool
    sso_enabled_at: str | None = None
    login_config: ApplicationLoginConfigDto
    register_config: ApplicationRegisterConfig
    branding_config: ApplicationBrandingConfig
    oidc_config: Any
    saml_provider_enabled: bool
    saml_config: Any = None
    oauth_provider_enabled: bool
    oauth_config: Any = None
    cas_provider_enabled: bool
    cas_config: Any = None
    custom_branding_enabled: bool
    custom_security_enabled: bool
    template: str | None = None


class DeleteApplicationDto(Dto, kw_only=True):
    app_id: str


class DeleteApplicationPermissionRecordItem(Dto, kw_only=True):
    target_type: Literal["USER", "ROLE", "GROUP", "ORG"]
    namespace_code: str | None = None
    target_identifier: list[str]


class GetApplicationPermissionStrategyDataDto(Dto, kw_only=True):
    permission_strategy: Literal["ALLOW_ALL", "DENY_ALL"]


class GetApplicationSecretDataDto(Dto, kw_only=True):
    secret: str


class GetSubjectAuthDataDto(Dto, kw_only=True):
    app_id: str
    app_name: str
    req_target_id: str
    req_target_name: str
    req_target_type: Literal["USER", "ROLE", "GROUP", "ORG", "AK_SK"]
    target_type: Literal["USER", "ROLE", "GROUP", "ORG", "AK_SK"]
    target_name: str
    auth_type: Literal["DEFAULT", "ALL", "SELF", "SUBJECT"]


class ListApplicationActiveUsersDto(Dto, kw_only=True):
    app_id: str
    options: ListApplicationActiveUsersOptionsDto | None = None


class ListApplicationActiveUsersOptionsDto(Dto, kw_only=True):
    pagination: PaginationDto | None = None
    with_custom_data: bool | None = None
    with_identities: bool | None = None
    with_department_ids: bool | None = None


class ListApplicationAuthDataDto(Dto, kw_only=True):
    id: str
    target_id: str
    target_name: str
    target_type: Literal["USER", "ROLE", "GROUP", "ORG", "AK_SK"]
    effect: Effect
    enabled: bool
    permission_type: Literal["ALL", "SUBJECT"]


class ListApplicationAuthDto(Dto, kw_only=True):
    app_id: str
    page: Int | None = None
    limit: Int | None = None
    target_name: str | None = None
    target_type_list: list[str] | None = None
    effect: Effect | None = None
    enabled: bool | None = None


class ListApplicationAuthPaginatedDataDto(Dto, kw_only=True):
    items: list[ListApplicationAuthDataDto] = field(name="list")
    total_count: Int


class ListApplicationSubjectDataDto(Dto, kw_only=True):
    app_id: str
    logo: str
    ext: str
    template: str
    app_type: Literal["INTEGRATED", "SELFBUILT", "APP_PANEL"]
    effect: Effect


class ListApplicationSubjectDataListDto(Dto, kw_only=True):
    items: list[ListApplicationSubjectDataDto] = field(name="list")


class ListAuthSubjectDto(Dto, kw_only=True):
    target_type: Literal["USER", "ROLE", "GROUP", "ORG", "AK_SK"]
    target_id: str
    app_name: str | None = None
    app_type_list: list[str] | None = None
    effect: list[str] | None = None
    enabled: bool | None = None


class RefreshApplicationSecretDataDto(Dto, kw_only=True):
    secret: str


class RefreshApplicationSecretDto(Dto, kw_only=True):
    app_id: str


class RevokeApplicationAccessDto(Dto, kw_only=True):
    app_id: str
    items: list[DeleteApplicationPermissionRecordItem] = field(name="list")


class TenantApplicationDto(Dto, kw_only=True):
    user_pool_id: str
    tenant_app_id: str
    name: str
    description: str | None = None
    logo: str
    application_type: str
    sso_enabled: bool
    app_id: str


class TenantApplicationListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[TenantApplicationDto] = field(name="list")


class UpdateApplicationDto(Dto, kw_only=True):
    app_id: str
    app_name: Maybe[str] = UNSET
    template_data: Any | UnsetType = UNSET
    app_identifier: Maybe[str] = UNSET
    app_logo: Maybe[str] = UNSET
    app_description: Maybe[str] = UNSET
    default_protocol: Maybe[Literal["oidc", "oauth", "saml", "cas", "asa"]] = UNSET
    redirect_uris: Maybe[list[str]] = UNSET
    logout_redirect_uris: Maybe[list[str]] = UNSET
    init_login_uri: Maybe[str] = UNSET
    sso_enabled: Maybe[bool] = UNSET
    oidc_config: Any | UnsetType = UNSET
    saml_provider_enabled: Maybe[bool] = UNSET
    saml_config: Any | UnsetType = UNSET
    oauth_provider_enabled: Maybe[bool] = UNSET
    oauth_config: Any | UnsetType = UNSET
    cas_provider_enabled: Maybe[bool] = UNSET
    cas_config: Any | UnsetType = UNSET
    login_config: Maybe[UpdateApplicationLoginConfigInputDto] = UNSET
    register_config: Maybe[ApplicationRegisterConfigInputDto] = UNSET
    branding_config: Maybe[ApplicationBrandingConfigInputDto] = UNSET
    sso_show_launchpad: Maybe[bool] = UNSET
    enable_permission_apply: Maybe[bool] = UNSET


class UpdateApplicationLoginConfigInputDto(Dto, kw_only=True):
    merge_login_and_register_page: Maybe[bool] = UNSET
    enabled_basic_login_methods: Maybe[
        list[
            Literal[
                "PHONE_CODE",
                "EMAIL_CODE",
                "PHONE_PASSWORD",
                "EMAIL_PASSWORD",
                "USERNAME_PASSWORD",
                "SELF_BUILT_APP_QRCODE",
            ]
        ]
    ] = UNSET
    default_login_method: Maybe[ApplicationDefaultLoginMethodInput] = UNSET
    show_authorization_page: bool


class UpdateApplicationMfaSettingsDto(Dto, kw_only=True):
    app_id: str
    enabled_factors: Maybe[list[Literal["OTP", "SMS", "EMAIL", "FACE"]]] = UNSET
    disabled_factors: Maybe[list[Literal["OTP", "SMS", "EMAIL", "FACE"]]] = UNSET


class UpdateApplicationPermissionStrategyDataDto(Dto, kw_only=True):
    permission_strategy: Literal["ALLOW_ALL", "DENY_ALL"]
    app_id: str


class UpdateAuthEnabledDto(Dto, kw_only=True):
    enabled: bool
    id: str


class UpdateLoginConfigDto(Dto, kw_only=True):
    update: UpdateLoginConfig


class UpdateTenantAppqrcodeState(Dto, kw_only=True):
    enabled: bool


class UserPoolTenantConfigDto(Dto, kw_only=True):
    user_pool_id: str
    is_user_pool_as_tenant: bool
    enable_switch_type: Literal["tenant-console", "tenant-app", "tenant-launpad"]
    css: str
    css_enabled: bool
    custom_loading: str
    enable_guard_version_switch: bool
    guard_version: str
    loading_background: str
    enable_create_tenant: bool
    create_tenant_scenes: list[str]
    enable_join_tenant: bool
    join_tenant_scenes: list[str]
    enable_verify_domain: bool
    verify_domain_scenes: list[str]
    sso_page_customization_settings: Any
    enable_multiple_tenant_portal: bool
    login_config: ApplicationLoginConfigDto


class GetApplicationQuery(Dto, kw_only=True):
    app_id: str


class GetApplicationPermissionStrategyQuery(Dto, kw_only=True):
    app_id: str


class GetApplicationSecretQuery(Dto, kw_only=True):
    app_id: str


class GetApplicationSimpleInfoQuery(Dto, kw_only=True):
    app_id: str


class GetMfaTriggerDataQuery(Dto, kw_only=True):
    app_id: str
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetSubjectAuthDetailQuery(Dto, kw_only=True):
    target_id: str
    target_type: Literal["USER", "ROLE", "GROUP", "ORG", "AK_SK"]
    app_id: str


class ListApplicationSimpleInfoQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    is_integrate_app: bool = False
    is_self_built_app: bool = False
    sso_enabled: bool = False
    keywords: str | None = None


class ListApplicationsQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    is_integrate_app: bool = False
    is_self_built_app: bool = False
    sso_enabled: bool = False
    keywords: str | None = None
    all: bool | None = None


class ListTenantApplicationsQuery(Dto, kw_only=True):
    page: str
    limit: str
    keywords: str
    sso_enabled: bool
