"""Applications. Source: docs/contract/v3/apps.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import (
    Effect,
    ExtIdpConnType,
    FactorType,
    PaginationDto,
    Provider,
    UserIdType,
)

PagePlace = Literal["LoginPage", "RegisterPage"]

AppLanguage = Literal["zh-CN", "en-US", "zh-TW", "ja-JP"]

ConnectionType = Literal["PASSCODE", "PASSWORD", "QRCODE", "LDAP", "AD"]

QrCodeType = Literal["SELF_BUILT_APP", "WECHAT_OFFICIAL_ACCOUNT", "WECHAT_MINI_PROGRAM"]

AppType = Literal["web", "spa", "native", "api", "mfa", "mini-program", "gateway-app", "gateway-agent"]

AppProtocol = Literal["oidc", "oauth", "saml", "cas", "asa"]

IdTokenAlgorithm = Literal["RS256", "ES256", "HS256"]

TokenEndpointAuthMethod = Literal[
    "client_secret", "client_secret_post", "client_secret_basic", "private_key_jwt", "none"
]

LoginMethod = Literal[
    "PHONE_CODE",
    "EMAIL_CODE",
    "PHONE_PASSWORD",
    "EMAIL_PASSWORD",
    "USERNAME_PASSWORD",
    "SELF_BUILT_APP_QRCODE",
]

RegisterMethod = Literal["PHONE_CODE", "EMAIL_CODE", "EMAIL_PASSWORD"]

SubjectType = Literal["USER", "ROLE", "GROUP", "ORG", "AK_SK"]


class ApplicationAgreementDto(Dto, kw_only=True):
    display_at: list[PagePlace]
    is_required: bool
    lang: AppLanguage
    content: str


class ApplicationBrandingConfig(Dto, kw_only=True):
    custom_css_enabled: bool = field(name="customCSSEnabled")
    custom_css: str | None = field(name="customCSS", default=None)
    guard_version: Literal["Advanced", "Classical"]
    custom_loading_image: str | None = None
    custom_background: str | None = None
    show_change_language_button: bool
    default_language: AppLanguage
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
    default_language: AppLanguage | None = None
    show_forget_password_button: bool | None = None
    show_enterprise_connections: bool | None = None
    show_social_connections: bool | None = None


class ApplicationDefaultLoginMethod(Dto, kw_only=True):
    """Of the last four the contract wants all; a login method has one at most."""

    connection_type: ConnectionType
    qrcode_type: QrCodeType | None = None  # the contract requires it
    qrcode_ext_idp_conn_id: str | None = None  # the contract requires it
    ad_ext_idp_conn_id: str | None = None  # the contract requires it
    ldap_ext_idp_conn_id: str | None = None  # the contract requires it


class ApplicationDefaultLoginMethodInput(Dto, kw_only=True):
    connection_type: ConnectionType
    qrcode_type: QrCodeType | None = None
    qrcode_ext_idp_conn_id: str | None = None
    ad_ext_idp_conn_id: str | None = None
    ldap_ext_idp_conn_id: str | None = None


class ApplicationDto(Dto, kw_only=True):
    app_id: str
    app_identifier: str
    app_name: str
    app_logo: str
    app_description: str | None = None
    app_type: AppType
    user_pool_id: str
    is_integrate_app: bool
    default_protocol: AppProtocol
    redirect_uris: list[str]
    logout_redirect_uris: list[str]
    init_login_uri: str
    sso_enabled: bool
    sso_enabled_at: str | None = None
    login_config: ApplicationLoginConfigDto
    register_config: ApplicationRegisterConfig
    branding_config: ApplicationBrandingConfig
    oidc_config: OIDCConfig
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
    ext_idp_conn_type: ExtIdpConnType
    ext_idp_conn_identifier: str
    ext_idp_conn_display_name: str
    ext_idp_conn_logo: str
    enabled: bool | None = None


class ApplicationEnabledExtIdpConnInputDto(Dto, kw_only=True):
    ext_idp_conn_id: str


class ApplicationLoginConfigDto(Dto, kw_only=True):
    merge_login_and_register_page: bool
    enabled_basic_login_methods: list[LoginMethod]
    default_login_method: ApplicationDefaultLoginMethod
    enabled_ext_idp_conns: list[ApplicationEnabledExtIdpConnDto]
    show_authorization_page: bool


class ApplicationLoginConfigInputDto(Dto, kw_only=True):
    merge_login_and_register_page: bool | None = None
    enabled_basic_login_methods: list[LoginMethod] | None = None
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
    enabled_basic_register_methods: list[RegisterMethod]
    default_register_method: Literal["PASSCODE", "PASSWORD"]


class ApplicationRegisterConfigInputDto(Dto, kw_only=True):
    enabled_basic_register_methods: list[RegisterMethod]
    default_register_method: Literal["PASSCODE", "PASSWORD"]


class ApplicationSimpleInfoDto(Dto, kw_only=True):
    app_id: str
    app_identifier: str
    app_name: str
    app_logo: str
    app_description: str | None = None
    app_type: AppType
    is_integrate_app: bool


class ApplicationSimpleInfoPaginatedDataDto(Dto, kw_only=True):
    items: list[ApplicationSimpleInfoDto] = field(name="list")
    total_count: Int


class AuthorizeApplicationAccessDto(Dto, kw_only=True):
    app_id: str
    items: list[ApplicationPermissionRecordItem] = field(name="list")


class CheckDomainAvailable(Dto, kw_only=True):
    """`domain` is what `appIdentifier` becomes in an address."""

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
    app_type: AppType | None = None
    default_protocol: AppProtocol | None = None
    redirect_uris: list[str] | None = None
    logout_redirect_uris: list[str] | None = None
    init_login_uri: str | None = None
    sso_enabled: bool | None = None
    oidc_config: Any = None  # an OIDCConfig
    saml_provider_enabled: bool | None = None
    saml_config: Any = None
    oauth_provider_enabled: bool | None = None
    oauth_config: Any = None
    cas_provider_enabled: bool | None = None
    cas_config: Any = None
    login_config: ApplicationLoginConfigInputDto | None = None
    register_config: ApplicationRegisterConfigInputDto | None = None
    branding_config: ApplicationBrandingConfigInputDto | None = None


class CreateApplicationRespDataDto(ApplicationDto, kw_only=True):
    pass


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
    """`SELF`: by a rule on the subject itself; `SUBJECT`: by one on something it is in, which `target...`
    names; `DEFAULT`: by the application's default. A denial goes before an allowance.
    """

    app_id: str
    app_name: str
    req_target_id: str
    req_target_name: str
    req_target_type: SubjectType
    target_type: SubjectType
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
    target_type: SubjectType
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
    """Applications with a rule on this very subject, newest rule first."""

    items: list[ListApplicationSubjectDataDto] = field(name="list")


class ListAuthSubjectDto(Dto, kw_only=True):
    target_type: SubjectType
    target_id: str
    app_name: str | None = None
    app_type_list: list[str] | None = None
    effect: list[str] | None = None
    enabled: bool | None = None


class OIDCConfig(Dto, kw_only=True):
    """The contract has this shape without fields, so the names are ours: those of RFC 7591 and OpenID
    Connect's registrations, in camel case. A field that is absent stays, and null is the default. Anything
    else in it is answered 501, never swallowed.
    """

    id_token_signed_response_alg: Maybe[IdTokenAlgorithm] = UNSET  # RS256 in new applications
    # client_secret is ours: the secret, in the form or in the header
    token_endpoint_auth_method: Maybe[TokenEndpointAuthMethod] = UNSET
    jwks: Maybe[dict[str, Any]] = UNSET  # the public keys of private_key_jwt: a JWK set, or one JWK
    require_pkce: Maybe[bool] = UNSET
    grant_types: Maybe[list[str]] = UNSET
    # what a token of the application itself may be good for
    client_credentials_scopes: Maybe[list[str]] = UNSET
    response_types: Maybe[list[str]] = UNSET
    response_modes: Maybe[list[str]] = UNSET
    refresh_token_rotation: Maybe[bool] = UNSET
    authorization_code_lifetime: Maybe[Int] = UNSET  # seconds, like every lifetime here
    id_token_lifetime: Maybe[Int] = UNSET  # of logins too: an id token ends with its session
    access_token_lifetime: Maybe[Int] = UNSET
    refresh_token_lifetime: Maybe[Int] = UNSET
    post_logout_redirect_uris: Maybe[list[str]] = UNSET  # the same as logoutRedirectUris
    frontchannel_logout_uri: Maybe[str] = UNSET  # https, or http on loopback
    frontchannel_logout_session_required: Maybe[bool] = UNSET
    backchannel_logout_uri: Maybe[str] = UNSET  # https, or http on loopback
    backchannel_logout_session_required: Maybe[bool] = UNSET  # logout tokens have a sid either way


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
    default_protocol: Maybe[AppProtocol] = UNSET
    redirect_uris: Maybe[list[str]] = UNSET
    logout_redirect_uris: Maybe[list[str]] = UNSET
    init_login_uri: Maybe[str] = UNSET
    sso_enabled: Maybe[bool] = UNSET
    oidc_config: Any | UnsetType = UNSET  # an OIDCConfig; its fields that are absent stay
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
    enabled_basic_login_methods: Maybe[list[LoginMethod]] = UNSET
    default_login_method: Maybe[ApplicationDefaultLoginMethodInput] = UNSET
    show_authorization_page: bool


class UpdateApplicationMfaSettingsDto(Dto, kw_only=True):
    app_id: str
    enabled_factors: Maybe[list[FactorType]] = UNSET
    disabled_factors: Maybe[list[FactorType]] = UNSET


class UpdateApplicationPermissionStrategyDataDto(Dto, kw_only=True):
    permission_strategy: Literal["ALLOW_ALL", "DENY_ALL"]
    app_id: str


class UpdateAuthEnabledDto(Dto, kw_only=True):
    enabled: bool
    id: str


class GetApplicationPermissionStrategyQuery(Dto, kw_only=True):
    app_id: str


class GetApplicationQuery(Dto, kw_only=True):
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
    target_type: SubjectType
    app_id: str


class ListApplicationSimpleInfoQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    is_integrate_app: bool = False
    is_self_built_app: bool = False
    sso_enabled: bool = False  # true: those alone that share the login of others
    keywords: str | None = None


class ListApplicationsQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    is_integrate_app: bool = False
    is_self_built_app: bool = False
    sso_enabled: bool = False  # true: those alone that share the login of others
    keywords: str | None = None
    all: bool | None = None


class ListTenantApplicationsQuery(Dto, kw_only=True):
    """The contract requires all four, and its clients leave them out. `x-authing-tenant-id` names the tenant;
    without it these are the applications of any tenant.
    """

    page: Int = 1  # the contract calls it a string
    limit: Int = 10  # the contract calls it a string
    keywords: str | None = None
    sso_enabled: bool | None = field(name="sso_enabled", default=None)  # as both clients send it


class BatchApplicationsAuthQuery(Dto, kw_only=True):
    """Of the contract the answer alone is recorded; the clients send this."""

    auth_ids: list[str]  # ids of `list-applications-auth`
