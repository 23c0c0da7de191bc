"""A user's second factor, stored password and real name. Source: docs/contract/v3/users.md.

What shows a secret asks for the scope `secrets:read`, not `users:read`.
"""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.aside import aside
from poolhouse.crypto.fields import decrypt
from poolhouse.errors import InvalidOperation
from poolhouse.users.model import User
from poolhouse.wire.v3.conversions import the_user, the_user_ids
from poolhouse.wire.v3.dto.apps import GetMfaTriggerDataQuery
from poolhouse.wire.v3.dto.common import ApplicationMfaDto, GetMfaInfoDataDto, IsSuccessDto
from poolhouse.wire.v3.dto.users import (
    GetMfaStatusQuery,
    GetOtpSecretByUserQuery,
    GetUserEncryptPasswordBatchDataDto,
    GetUserEncryptPasswordBatchDto,
    GetUserMfaInfoQuery,
    GetUserPasswordCiphertextDataDto,
    GetUserPasswordCiphertextDto,
    GetUserPrincipalAuthenticationInfoQuery,
    ImportOtpReqDto,
    OtpSecretRespDto,
    PrincipalAuthenticationInfoPagingDto,
    ResetUserPrincipalAuthenticationInfoDto,
    SetMfaStatusDto,
    UserFieldDecryptReqDto,
    UserFieldDecryptRespItemDto,
    UserMfaRespDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


async def get_user_mfa_info(request: V3Request, query: GetUserMfaInfoQuery) -> UserMfaRespDto:
    user = await the_user(request, query.user_id, query.user_id_type)
    return UserMfaRespDto(
        totp_status=_status(await _has_totp(request, user)),
        face_mfa_status="disabled",
        sms_mfa_status=_status(bool(user.phone)),
        email_mfa_status=_status(bool(user.email)),
    )


async def get_mfa_status(request: V3Request, query: GetMfaStatusQuery) -> GetMfaInfoDataDto:
    """`mfaToken` belongs to a login under way; none is here."""
    user = await the_user(request, query.user_id, query.user_id_type)
    return _second_step(user, totp=await _has_totp(request, user))


async def get_mfa_trigger_data(request: V3Request, query: GetMfaTriggerDataQuery) -> GetMfaInfoDataDto:
    """With this token `mfa-totp-verify` signs the user in: the administrator vouches for the first step."""
    user = await the_user(request, query.user_id, query.user_id_type)
    asked = await request.services.login.open_second_step(request.caller, query.app_id, user)
    return _second_step(
        user,
        totp=bool(asked.facts["totp"]),
        token=str(asked.facts["mfa_token"]),
        policies=[ApplicationMfaDto(mfa_policy="OTP", status=1, sort=0)],
    )


def _second_step(
    user: User, *, totp: bool, token: str = "", policies: Sequence[ApplicationMfaDto] = ()
) -> GetMfaInfoDataDto:
    return GetMfaInfoDataDto(
        mfa_token=token,
        mfa_phone=user.phone,
        mfa_phone_country_code=user.phone_country_code,
        mfa_email=user.email,
        nickname=user.nickname,
        username=user.username,
        phone=user.phone,
        phone_country_code=user.phone_country_code,
        face_mfa_enabled=False,
        totp_mfa_enabled=totp,
        application_mfa=list(policies),
    )


async def set_mfa_status(request: V3Request, body: SetMfaStatusDto) -> IsSuccessDto:
    """Takes a factor away; only the user, or import-otp, can bring one."""
    user = await the_user(request, body.user_id, body.user_id_type)
    wanted, has = bool(body.mfa_trigger_data.totp_mfa_enabled), await _has_totp(request, user)
    if body.mfa_trigger_data.face_mfa_enabled or (wanted and not has):
        raise InvalidOperation("用户尚未绑定该认证因素", "the user has no such factor")
    if has and not wanted:
        await request.services.mfa.delete(request.caller, user.id)
    return IsSuccessDto(success=True)


async def import_otp(request: V3Request, body: ImportOtpReqDto) -> None:
    await request.services.users.require_all(request.caller, [one.user_id for one in body.items])
    factors = [(one.user_id, one.otp.secret, one.otp.recovery_code) for one in body.items]
    await request.services.mfa.import_secrets(request.caller, factors)


async def get_otp_secret(request: V3Request, query: GetOtpSecretByUserQuery) -> OtpSecretRespDto:
    user = await the_user(request, query.user_id, query.user_id_type)
    return OtpSecretRespDto(secret=await request.services.mfa.export_secret(request.caller, user.id))


async def get_user_password_ciphertext(
    request: V3Request, body: GetUserPasswordCiphertextDto
) -> GetUserPasswordCiphertextDataDto:
    """The stored hash, as `options.keepPassword` takes it back; "" for a user without a password."""
    (user_id,) = await the_user_ids(request, [body.user_id], body.user_id_type)
    hashes = await request.services.accounts.export_passwords(request.caller, [user_id])
    return GetUserPasswordCiphertextDataDto(ciphertext=hashes[user_id] or "")


async def get_user_encrypted_passwords(
    request: V3Request, body: GetUserEncryptPasswordBatchDto
) -> list[GetUserEncryptPasswordBatchDataDto]:
    """A real array, where the contract's type has one object for many ids."""
    hashes = await request.services.accounts.export_passwords(request.caller, body.user_ids)
    return [
        GetUserEncryptPasswordBatchDataDto(user_id=user_id, encrypted_password=stored or "")
        for user_id, stored in hashes.items()
    ]


async def decrypt_fields(
    request: V3Request, body: UserFieldDecryptReqDto
) -> list[UserFieldDecryptRespItemDto]:
    sealed = [one.encrypted_content for one in body.data]
    contents = await aside(request.caller.pool_id, decrypt, sealed, body.private_key)
    return [
        UserFieldDecryptRespItemDto(user_id=one.user_id, field_name=one.field_name, decrypted_content=content)
        for one, content in zip(body.data, contents, strict=True)
    ]


async def get_user_principal_authentication_info(
    request: V3Request, query: GetUserPrincipalAuthenticationInfoQuery
) -> PrincipalAuthenticationInfoPagingDto:
    """Nobody has proved a real name: there is no service here to prove it to."""
    await the_user(request, query.user_id, query.user_id_type)
    return PrincipalAuthenticationInfoPagingDto(total_count=0, items=[])


async def reset_user_principal_authentication_info(
    request: V3Request, body: ResetUserPrincipalAuthenticationInfoDto
) -> IsSuccessDto:
    await the_user(request, body.user_id, body.options.user_id_type if body.options else None)
    raise InvalidOperation("没有认证记录", "there is no authentication to reset")


async def _has_totp(request: V3Request, user: User) -> bool:
    return await request.services.mfa.is_enabled(request.caller.pool_id, user.id)


def _status(enabled: bool) -> str:
    return "enabled" if enabled else "disabled"


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-user-mfa-info",
        request=GetUserMfaInfoQuery,
        response=UserMfaRespDto,
        handler=get_user_mfa_info,
        scope="users:read",
        summary="Which second factors a user has",
    ),
    Endpoint(
        "GET",
        "get-mfa-status",
        request=GetMfaStatusQuery,
        response=GetMfaInfoDataDto,
        handler=get_mfa_status,
        scope="users:read",
        summary="What a user's second step would offer",
    ),
    Endpoint(
        "POST",
        "set-mfa-status",
        request=SetMfaStatusDto,
        response=IsSuccessDto,
        handler=set_mfa_status,
        scope="users:write",
        summary="Take a user's second factor away",
    ),
    Endpoint(
        "POST",
        "import-otp",
        request=ImportOtpReqDto,
        response=None,
        handler=import_otp,
        scope="users:write",
        summary="Bring TOTP secrets, all or none",
    ),
    Endpoint(
        "GET",
        "get-otp-secret-by-user",
        request=GetOtpSecretByUserQuery,
        response=OtpSecretRespDto,
        handler=get_otp_secret,
        scope="secrets:read",
        summary="A user's TOTP secret",
    ),
    Endpoint(
        "POST",
        "get-user-password-ciphertext",
        request=GetUserPasswordCiphertextDto,
        response=GetUserPasswordCiphertextDataDto,
        handler=get_user_password_ciphertext,
        scope="secrets:read",
        summary="A user's stored password hash, to take along",
    ),
    Endpoint(
        "POST",
        "batch-get-user-encrypt-password",
        request=GetUserEncryptPasswordBatchDto,
        response=list[GetUserEncryptPasswordBatchDataDto],
        handler=get_user_encrypted_passwords,
        scope="secrets:read",
        summary="Stored password hashes of users, to take along",
    ),
    Endpoint(
        "POST",
        "users/field/decrypt",
        request=UserFieldDecryptReqDto,
        response=list[UserFieldDecryptRespItemDto],
        handler=decrypt_fields,
        scope="users:read",
        summary="Decrypt field contents with the given RSA private key",
    ),
    Endpoint(
        "GET",
        "get-user-principal-authentication-info",
        request=GetUserPrincipalAuthenticationInfoQuery,
        response=PrincipalAuthenticationInfoPagingDto,
        handler=get_user_principal_authentication_info,
        scope="users:read",
        summary="Real-name authentications of a user",
    ),
    Endpoint(
        "POST",
        "reset-user-principal-authentication-info",
        request=ResetUserPrincipalAuthenticationInfoDto,
        response=IsSuccessDto,
        handler=reset_user_principal_authentication_info,
        scope="users:write",
        summary="Reset a user's real-name authentication",
    ),
    Endpoint(
        "GET",
        "get-mfa-trigger-data",
        request=GetMfaTriggerDataQuery,
        response=GetMfaInfoDataDto,
        handler=get_mfa_trigger_data,
        scope="secrets:read",
        summary="A token for a user's second step at an application",
    ),
]
