"""Users. Source: docs/contract/v3/users.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe
from poolhouse.wire.v3.dto.common import (
    DepartmentI18nDto,
    DepartmentIdType,
    GetMfaInfoDataDto,
    GivenGender,
    PaginationDto,
    PasswordEncryptType,
    ResourceType,
    UserIdType,
    UserStatus,
)

FilterOperator = Literal[
    "EQUAL",
    "NOT_EQUAL",
    "CONTAINS",
    "NOT_CONTAINS",
    "IS_NULL",
    "NOT_NULL",
    "IN",
    "GREATER",
    "LESSER",
    "BETWEEN",
]

FuzzyField = Literal[
    "id",
    "phone",
    "email",
    "name",
    "username",
    "externalId",
    "nickname",
    "company",
    "givenName",
    "familyName",
    "middleName",
    "profile",
    "preferredUsername",
    "website",
    "address",
    "formatted",
    "streetAddress",
    "postalCode",
    "identityNumber",
]

UserDepartmentSort = Literal["DepartmentCreatedAt", "JoinDepartmentAt", "DepartmentName", "DepartmemtCode"]


class AppDto(Dto, kw_only=True):
    app_id: str
    app_name: str
    app_logo: str
    app_login_url: str
    app_default_login_strategy: Literal["ALLOW_ALL", "DENY_ALL"]


class ArchivedUsersListPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[ListArchivedUsersRespDto] = field(name="list")


class CheckSessionStatusDataDto(Dto, kw_only=True):
    active: bool


class CheckSessionStatusDto(Dto, kw_only=True):
    app_id: str
    user_id: str


class CreateIdentityDto(Dto, kw_only=True):
    ext_idp_id: str
    provider: str
    type: str = "generic"  # the contract requires it
    user_id_in_idp: str
    user_info_in_idp: Any = None  # the contract requires it
    access_token: str | None = None
    refresh_token: str | None = None
    origin_conn_ids: list[str] | None = None  # the contract requires it


class CreateUserBatchReqDto(Dto, kw_only=True):
    items: list[CreateUserInfoDto] = field(name="list")
    options: CreateUserOptionsDto | None = None


class CreateUserInfoDto(Dto, kw_only=True):
    status: UserStatus | None = None
    email: str | None = None
    phone: str | None = None
    phone_country_code: str | None = None
    username: str | None = None
    external_id: str | None = None
    name: str | None = None
    nickname: str | None = None
    photo: str | None = None
    gender: GivenGender | None = None
    email_verified: bool | None = None
    phone_verified: bool | None = None
    birthdate: str | None = None
    country: str | None = None
    province: str | None = None
    city: str | None = None
    address: str | None = None
    street_address: str | None = None
    postal_code: str | None = None
    company: str | None = None
    browser: str | None = None
    device: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    profile: str | None = None
    preferred_username: str | None = None
    website: str | None = None
    zoneinfo: str | None = None
    locale: str | None = None
    formatted: str | None = None
    region: str | None = None
    password: str | None = None
    salt: str | None = None
    tenant_ids: list[str] | None = None
    otp: CreateUserOtpDto | None = None
    department_ids: list[str] | None = None
    custom_data: Any = None
    metadata_source: Any = None
    identities: list[CreateIdentityDto] | None = None
    identity_number: str | None = None


class CreateUserOptionsDto(Dto, kw_only=True):
    keep_password: bool | None = None
    auto_generate_password: bool | None = None
    reset_password_on_first_login: bool | None = None
    department_id_type: DepartmentIdType | None = None
    send_notification: SendCreateAccountNotificationDto | None = None
    password_encrypt_type: PasswordEncryptType | None = None


class CreateUserOtpDto(Dto, kw_only=True):
    secret: str
    recovery_code: str | None = None


class CreateUserReqDto(CreateUserInfoDto, kw_only=True):
    options: CreateUserOptionsDto | None = None


class DeleteUsersBatchDto(Dto, kw_only=True):
    user_ids: list[str]
    options: DeleteUsersBatchOptionsDto | None = None


class DeleteUsersBatchOptionsDto(Dto, kw_only=True):
    user_id_type: UserIdType | None = None


class DeleteUserSyncRelationReqDto(Dto, kw_only=True):
    provider: str
    user_id: str
    user_id_type: UserIdType | None = None


class GetUserEncryptPasswordBatchDataDto(Dto, kw_only=True):
    user_id: str
    encrypted_password: str


class GetUserEncryptPasswordBatchDto(Dto, kw_only=True):
    user_ids: list[str]


class GetUserPasswordCiphertextDataDto(Dto, kw_only=True):
    ciphertext: str


class GetUserPasswordCiphertextDto(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType | None = None


class HasAnyRoleDto(Dto, kw_only=True):
    has_any_role: bool


class HasAnyRoleOptionsDto(Dto, kw_only=True):
    user_id_type: UserIdType | None = None


class HasAnyRoleReqDto(Dto, kw_only=True):
    roles: list[HasRoleRolesDto]
    user_id: str
    options: HasAnyRoleOptionsDto | None = None


class HasRoleRolesDto(Dto, kw_only=True):
    namespace: str | None = None
    code: str


class ImportOtpItemDataDto(Dto, kw_only=True):
    secret: str
    recovery_code: str | None = None


class ImportOtpItemDto(Dto, kw_only=True):
    user_id: str
    otp: ImportOtpItemDataDto


class ImportOtpReqDto(Dto, kw_only=True):
    items: list[ImportOtpItemDto] = field(name="list")


class IsUserExistsDto(Dto, kw_only=True):
    exists: bool


class IsUserExistsReqDto(Dto, kw_only=True):
    username: str | None = None
    email: str | None = None
    phone: str | None = None
    external_id: str | None = None


class KickUsersDto(Dto, kw_only=True):
    app_ids: list[str]
    user_id: str
    options: KickUsersOptionsDto | None = None


class KickUsersOptionsDto(Dto, kw_only=True):
    user_id_type: UserIdType | None = None


class LinkIdentityDataDto(Dto, kw_only=True):
    success: bool


class LinkIdentityDto(Dto, kw_only=True):
    user_id_in_idp: str
    user_id: str
    ext_idp_id: str
    type: str | None = None
    is_social: bool | None = None


class ListArchivedUsersRespDto(Dto, kw_only=True):
    user_id: str
    archived_at: str


class ListUsersAdvancedFilterItemDto(Dto, kw_only=True):
    field: str
    operator: FilterOperator
    value: Any = None


class ListUsersOptionsDto(Dto, kw_only=True):
    pagination: PaginationDto | None = None
    sort: list[SortingDto] | None = None
    fuzzy_search_on: list[FuzzyField] | None = None
    with_custom_data: bool | None = None
    with_post: bool | None = None
    with_identities: bool | None = None
    with_department_ids: bool | None = None
    flat_custom_data: bool | None = None


class ListUsersRequestDto(Dto, kw_only=True):
    keywords: str | None = None
    advanced_filter: list[ListUsersAdvancedFilterItemDto] | None = None
    search_query: Any = None
    options: ListUsersOptionsDto | None = None


class OtpSecretRespDto(Dto, kw_only=True):
    secret: str


class PrincipalAuthenticationInfoDto(Dto, kw_only=True):
    authenticated: bool
    principal_type: str
    principal_code: str
    principal_name: str
    authenticated_at: str


class PrincipalAuthenticationInfoPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[PrincipalAuthenticationInfoDto] = field(name="list")


class ResetUserPrincipalAuthenticationInfoDto(Dto, kw_only=True):
    user_id: str
    options: ResetUserPrincipalAuthenticationInfoOptionsDto | None = None


class ResetUserPrincipalAuthenticationInfoOptionsDto(Dto, kw_only=True):
    user_id_type: UserIdType | None = None


class ResignUserBatchReqDto(Dto, kw_only=True):
    user_ids: list[str]
    user_id_type: UserIdType | None = None


class ResignUserDataDto(Dto, kw_only=True):
    success: bool


class ResignUserReqDto(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType | None = None


class SendCreateAccountNotificationDto(Dto, kw_only=True):
    send_email_notification: bool | None = None
    send_phone_notification: bool | None = None
    app_id: str | None = None


class SendResetPasswordNotificationDto(Dto, kw_only=True):
    send_default_email_notification: bool | None = None
    send_default_phone_notification: bool | None = None
    input_send_email_notification: str | None = None
    input_send_phone_notification: str | None = None
    app_id: str | None = None


class SetMfaStatusDto(Dto, kw_only=True):
    mfa_trigger_data: GetMfaInfoDataDto
    user_id: str
    user_id_type: UserIdType | None = None


class SetUserDepartmentDto(Dto, kw_only=True):
    department_id: str
    is_leader: bool | None = None
    is_main_department: bool | None = None


class SetUserDepartmentsDto(Dto, kw_only=True):
    user_id: str
    departments: list[SetUserDepartmentDto]
    options: SetUserDepartmentsOptionsDto | None = None


class SetUserDepartmentsOptionsDto(Dto, kw_only=True):
    user_id_type: UserIdType | None = None


class SortingDto(Dto, kw_only=True):
    field: str  # a SortField; ours: or the key of a custom field, as the first to sort by
    order: Literal["desc", "asc"] | None = None  # the contract requires it
    direction: Literal["desc", "asc"] | None = None  # what one documented example writes


class UnlinkIdentity(Dto, kw_only=True):
    user_id: str
    ext_idp_id: str
    type: str | None = None
    is_social: bool | None = None


class UnlinkIdentityDataDto(Dto, kw_only=True):
    success: bool


class UpdateUserBatchOptionsDto(Dto, kw_only=True):
    reset_password_on_next_login: bool | None = None
    password_encrypt_type: PasswordEncryptType | None = None
    auto_generate_password: bool | None = None
    send_password_reseted_notification: SendResetPasswordNotificationDto | None = None


class UpdateUserBatchReqDto(Dto, kw_only=True):
    items: list[UpdateUserInfoDto] = field(name="list")
    options: UpdateUserBatchOptionsDto | None = None


class UpdateUserInfoDto(Dto, kw_only=True):
    user_id: str
    phone_country_code: Maybe[str] = UNSET
    name: Maybe[str] = UNSET
    nickname: Maybe[str] = UNSET
    photo: Maybe[str] = UNSET
    external_id: Maybe[str] = UNSET
    status: Maybe[UserStatus] = UNSET
    email_verified: Maybe[bool] = UNSET
    phone_verified: Maybe[bool] = UNSET
    birthdate: Maybe[str] = UNSET
    country: Maybe[str] = UNSET
    province: Maybe[str] = UNSET
    city: Maybe[str] = UNSET
    address: Maybe[str] = UNSET
    street_address: Maybe[str] = UNSET
    postal_code: Maybe[str] = UNSET
    gender: Maybe[GivenGender] = UNSET
    username: Maybe[str] = UNSET
    email: Maybe[str] = UNSET
    phone: Maybe[str] = UNSET
    password: Maybe[str] = UNSET
    company: Maybe[str] = UNSET
    browser: Maybe[str] = UNSET
    device: Maybe[str] = UNSET
    given_name: Maybe[str] = UNSET
    family_name: Maybe[str] = UNSET
    middle_name: Maybe[str] = UNSET
    profile: Maybe[str] = UNSET
    preferred_username: Maybe[str] = UNSET
    website: Maybe[str] = UNSET
    zoneinfo: Maybe[str] = UNSET
    locale: Maybe[str] = UNSET
    formatted: Maybe[str] = UNSET
    region: Maybe[str] = UNSET
    identity_number: Maybe[str] = UNSET
    custom_data: Any | UnsetType = UNSET
    metadata: Any | UnsetType = UNSET


class UpdateUserOptionsDto(Dto, kw_only=True):
    user_id_type: UserIdType | None = None
    reset_password_on_first_login: bool | None = None
    reset_password_on_next_login: bool | None = None
    password_encrypt_type: PasswordEncryptType | None = None
    auto_generate_password: bool | None = None
    send_password_reseted_notification: SendResetPasswordNotificationDto | None = None


class UpdateUserReqDto(UpdateUserInfoDto, kw_only=True):
    options: Maybe[UpdateUserOptionsDto] = UNSET


class UserDepartmentPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[UserDepartmentRespDto] = field(name="list")


class UserDepartmentRespDto(Dto, kw_only=True):
    organization_code: str
    department_id: str
    is_root: bool
    created_at: str
    name: str
    description: str
    open_department_id: str | None = None
    is_leader: bool
    code: str
    is_main_department: bool
    joined_at: str
    is_virtual_node: bool
    i18n: DepartmentI18nDto | None = None
    custom_data: Any = None
    department_id_path: list[str] | None = None
    department_code_path: list[str] | None = None
    department_name_path: list[str] | None = None


class UserFieldDecryptReqDto(Dto, kw_only=True):
    data: list[UserFieldDecryptReqItemDto]
    private_key: str


class UserFieldDecryptReqItemDto(Dto, kw_only=True):
    user_id: str | None = None
    field_name: str | None = None
    encrypted_content: str


class UserFieldDecryptRespItemDto(Dto, kw_only=True):
    user_id: str | None = None
    field_name: str | None = None
    decrypted_content: str


class UserLoggedInAppsDto(Dto, kw_only=True):
    app_id: str
    app_name: str
    app_logo: str
    app_login_url: str


class UserLoggedInIdentitiesDto(Dto, kw_only=True):
    identity_id: str
    idp_name: str
    idp_name_en: str
    idp_logo: str
    idp_id: str


class UserLoginHistoryDto(Dto, kw_only=True):
    app_id: str
    app_name: str
    app_logo: str
    app_login_url: str
    client_ip: str
    user_agent: str | None = None
    time: str


class UserLoginHistoryPagingDto(Dto, kw_only=True):
    total_count: Int
    items: list[UserLoginHistoryDto] = field(name="list")


class UserMfaRespDto(Dto, kw_only=True):
    totp_status: str
    face_mfa_status: str
    sms_mfa_status: str
    email_mfa_status: str


class GetMfaStatusQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetOtpSecretByUserQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetUserAccessibleAppsQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetUserAuthorizedAppsQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetUserAuthorizedResourcesQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"
    namespace: str | None = None
    resource_type: ResourceType | None = None


class GetUserBatchQuery(Dto, kw_only=True):
    user_ids: list[str]
    user_id_type: UserIdType = "user_id"
    with_custom_data: bool = False
    flat_custom_data: bool = False
    with_identities: bool = False
    with_department_ids: bool = False


class GetUserDepartmentsQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"
    page: Int = 1
    limit: Int = 10
    with_custom_data: bool = False
    with_department_paths: bool = False
    sort_by: UserDepartmentSort = "JoinDepartmentAt"
    order_by: Literal["Asc", "Desc"] = "Desc"


class GetUserGroupsQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetUserIdentitiesQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetUserLoggedinAppsQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetUserLoggedInIdentitiesQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetUserLoginHistoryQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"
    app_id: str | None = None
    client_ip: str | None = None
    start: Int | None = None
    end: Int | None = None
    page: Int = 1
    limit: Int = 10


class GetUserMfaInfoQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetUserPrincipalAuthenticationInfoQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class GetUserQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"
    flat_custom_data: bool = False
    with_custom_data: bool = False
    with_post: bool = False
    with_identities: bool = False
    with_department_ids: bool = False


class GetUserRolesQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"
    namespace: str | None = None


class GetUserSyncRelationsQuery(Dto, kw_only=True):
    user_id: str
    user_id_type: UserIdType = "user_id"


class ListArchivedUsersQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    start_at: Int | None = None


class ListUsersQuery(Dto, kw_only=True):
    page: Int = 1
    limit: Int = 10
    status: UserStatus | None = None
    updated_at_start: Int | None = None
    updated_at_end: Int | None = None
    with_custom_data: bool = False
    with_post: bool = False
    with_identities: bool = False
    with_department_ids: bool = False
    with_user_password_expire_time: bool = False
