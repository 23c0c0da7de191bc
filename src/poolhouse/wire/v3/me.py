"""The own account of who is signed in. Source: docs/contract/v3.md#authentication-client."""

from __future__ import annotations

from typing import Any

from poolhouse.crypto.transport import Encryption
from poolhouse.errors import FactorNotFound, InvalidInput, NotSupported
from poolhouse.login.own_account import TICKET_LIFETIME, NewContact, OldAddress
from poolhouse.mfa.model import Factor
from poolhouse.wire.v3.conversions import identity_dto, user_dto, user_dtos
from poolhouse.wire.v3.dto.common import IdentityDto, UserDto
from poolhouse.wire.v3.dto.signin import (
    BindEmail,
    BindPhone,
    DeleteAccount,
    DeleteAccountToken,
    EnrollFactor,
    EnrollmentToken,
    FactorDto,
    FactorQuery,
    FactorToEnroll,
    OtpData,
    PassCode,
    ProfileQuery,
    ResetFactor,
    SecurityInfo,
    SendEnrollFactor,
    UnlinkExtIdp,
    UpdateEmail,
    UpdateEmailToken,
    UpdatePassword,
    UpdatePhone,
    UpdatePhoneToken,
    UpdateProfile,
    VerifyDeleteAccount,
    VerifyUpdateEmail,
    VerifyUpdatePhone,
)
from poolhouse.wire.v3.endpoint import Access, Endpoint, V3Request

EXPIRES_IN = int(TICKET_LIFETIME.total_seconds())


# -- profile ---------------------------------------------------------------------------------------------


async def get_profile(request: V3Request, query: ProfileQuery) -> UserDto:
    """Whoever came by an access token of OpenID Connect is told what its scopes say."""
    if request.caller.scopes is not None:
        return user_dto(
            await request.services.oidc_tokens.user_within(request.caller), request.services.avatar
        )
    user = await request.services.own_account.get(request.caller)
    shown = await user_dtos(
        request,
        [user],
        custom_data=query.with_custom_data,
        identities=query.with_identities,
        department_ids=query.with_department_ids,
    )
    return shown[0]


async def update_profile(request: V3Request, body: UpdateProfile) -> UserDto:
    """Absent fields stay. externalId and identityNumber are an administrator's to set."""
    values = {
        name: value
        for name in body.__struct_fields__
        if name != "custom_data" and (value := getattr(body, name)) is not None
    }
    user = await request.services.own_account.update_profile(request.caller, values, body.custom_data)
    shown = await user_dtos(request, [user], custom_data=bool(body.custom_data))
    return shown[0]


async def update_password(request: V3Request, body: UpdatePassword) -> None:
    if body.password_reset_token:
        raise NotSupported(what="passwordResetToken; use reset-password")
    transport = request.services.transport
    encryption: Encryption = body.password_encrypt_type or "auto"
    await request.services.own_account.update_password(
        request.caller,
        await transport.read_new(body.new_password, encryption),
        await transport.read(body.old_password, encryption) if body.old_password else None,
    )


async def get_security_info(request: V3Request, _: None) -> SecurityInfo:
    level = await request.services.own_account.security_level(request.caller)
    return SecurityInfo(
        password_security_level=level.password_security_level,
        mfa_enrolled=level.mfa,
        password_set=level.password,
        email_binded=level.email,
        phone_binded=level.phone,
        security_score=level.score,
    )


# -- addresses -------------------------------------------------------------------------------------------


async def bind_email(request: V3Request, body: BindEmail) -> None:
    await request.services.own_account.bind_address(
        request.caller, NewContact("email", body.email, body.pass_code)
    )


async def bind_phone(request: V3Request, body: BindPhone) -> None:
    new = NewContact("phone", body.phone_number, body.pass_code, body.phone_country_code)
    await request.services.own_account.bind_address(request.caller, new)


async def unbind_email(request: V3Request, body: PassCode) -> None:
    await request.services.own_account.unbind_address(request.caller, "email", body.pass_code)


async def unbind_phone(request: V3Request, body: PassCode) -> None:
    await request.services.own_account.unbind_address(request.caller, "phone", body.pass_code)


async def verify_update_email_request(request: V3Request, body: VerifyUpdateEmail) -> UpdateEmailToken:
    given = body.email_pass_code_payload
    new = NewContact("email", given.new_email, given.new_email_pass_code)
    old = OldAddress(given.old_email, given.old_email_pass_code)
    token = await request.services.own_account.prove_address(request.caller, new, old)
    return UpdateEmailToken(update_email_token=token, token_expires_in=EXPIRES_IN)


async def verify_update_phone_request(request: V3Request, body: VerifyUpdatePhone) -> UpdatePhoneToken:
    given = body.phone_pass_code_payload
    new = NewContact("phone", given.new_phone_number, given.new_phone_pass_code, given.new_phone_country_code)
    old = OldAddress(given.old_phone_number, given.old_phone_pass_code, given.old_phone_country_code)
    token = await request.services.own_account.prove_address(request.caller, new, old)
    return UpdatePhoneToken(update_phone_token=token, token_expires_in=EXPIRES_IN)


async def update_email(request: V3Request, body: UpdateEmail) -> None:
    await request.services.own_account.update_by_ticket(request.caller, "email", body.update_email_token)


async def update_phone(request: V3Request, body: UpdatePhone) -> None:
    await request.services.own_account.update_by_ticket(request.caller, "phone", body.update_phone_token)


# -- leaving ---------------------------------------------------------------------------------------------


async def verify_delete_account_request(request: V3Request, body: VerifyDeleteAccount) -> DeleteAccountToken:
    account, caller = request.services.own_account, request.caller
    if body.verify_method == "PASSWORD" and body.password_payload:
        given = body.password_payload
        password = await request.services.transport.read(
            given.password, given.password_encrypt_type or "auto"
        )
        token = await account.prove_by_password(caller, password)
    elif body.verify_method == "EMAIL_PASSCODE" and body.email_pass_code_payload:
        token = await account.prove_by_code(caller, "email", body.email_pass_code_payload.pass_code)
    elif body.verify_method == "PHONE_PASSCODE" and body.phone_pass_code_payload:
        token = await account.prove_by_code(caller, "phone", body.phone_pass_code_payload.pass_code)
    else:
        raise InvalidInput("verifyMethod", "缺少对应的 payload", "its payload is missing")
    return DeleteAccountToken(delete_account_token=token, token_expires_in=EXPIRES_IN)


async def delete_account(request: V3Request, body: DeleteAccount) -> None:
    await request.services.own_account.delete(request.caller, body.delete_account_token)


# -- second factors --------------------------------------------------------------------------------------


async def send_enroll_factor_request(request: V3Request, body: SendEnrollFactor) -> EnrollmentToken:
    """OTP alone: a code by mail or SMS needs no enrollment, the address is bound."""
    _require_otp(body.factor_type)
    token, made = await request.services.mfa_enrollment.begin(request.caller)
    otp = OtpData(
        qr_code_uri=made.uri, qr_code_data_url=made.qrcode_data_url, recovery_code=made.recovery_code
    )
    return EnrollmentToken(enrollment_token=token, otp_data=otp)


async def enroll_factor(request: V3Request, body: EnrollFactor) -> None:
    _require_otp(body.factor_type)
    code = body.enrollment_data.pass_code or ""
    await request.services.mfa_enrollment.finish(request.caller, body.enrollment_token, code)


async def list_enrolled_factors(request: V3Request, _: None) -> list[FactorDto]:
    factors = await request.services.mfa.list(request.caller, request.caller.require_user())
    return [_factor(factor) for factor in factors if factor.confirmed]


async def list_factors_to_enroll(request: V3Request, _: None) -> list[FactorToEnroll]:
    enrolled = await request.services.mfa.is_enabled(request.caller.pool_id, request.caller.require_user())
    return [] if enrolled else [FactorToEnroll(factor_type="OTP")]


async def get_factor(request: V3Request, query: FactorQuery) -> FactorDto:
    for factor in await request.services.mfa.list(request.caller, request.caller.require_user()):
        if factor.id == query.factor_id:
            return _factor(factor)
    raise FactorNotFound()


async def reset_factor(request: V3Request, body: ResetFactor) -> None:
    factor = await get_factor(request, FactorQuery(factor_id=body.factor_id))
    assert factor.factor_id == body.factor_id
    await request.services.mfa.delete(request.caller, request.caller.require_user())


# -- identities ------------------------------------------------------------------------------------------


async def get_identities(request: V3Request, _: None) -> list[IdentityDto]:
    user_id = request.caller.require_user()
    return [identity_dto(one) for one in await request.services.identities.list(request.caller, user_id)]


async def unlink_extidp(request: V3Request, body: UnlinkExtIdp) -> None:
    await request.services.identities.unlink_own(request.caller, body.ext_idp_id)


def _factor(factor: Factor) -> FactorDto:
    return FactorDto(factor_id=factor.id, factor_type="OTP", profile={})


def _require_otp(kind: str) -> None:
    if kind != "OTP":
        raise NotSupported(what=f"factorType {kind}")


def _own(
    path: str,
    request: Any,
    response: Any,
    handler: Any,
    method: Any = "POST",
    access: Access = "user",
    *,
    summary: str,
) -> Endpoint:
    scope = "me:read" if method == "GET" else "me:write"
    return Endpoint(
        method,
        path,
        request=request,
        response=response,
        handler=handler,
        scope=scope,
        access=access,
        summary=summary,
    )


ENDPOINTS: list[Endpoint] = [
    _own("get-profile", ProfileQuery, UserDto, get_profile, "GET", "grant", summary="The own profile"),
    _own("update-profile", UpdateProfile, UserDto, update_profile, summary="Change the own profile"),
    _own("update-password", UpdatePassword, None, update_password, summary="Change the own password"),
    _own(
        "get-security-info",
        None,
        SecurityInfo,
        get_security_info,
        "GET",
        summary="What the own account has: password, addresses, second factor",
    ),
    _own(
        "bind-email",
        BindEmail,
        None,
        bind_email,
        summary="Give the own account an e-mail address that a code proves",
    ),
    _own(
        "bind-phone",
        BindPhone,
        None,
        bind_phone,
        summary="Give the own account a phone number that a code proves",
    ),
    _own("unbind-email", PassCode, None, unbind_email, summary="Take the own e-mail address away"),
    _own("unbind-phone", PassCode, None, unbind_phone, summary="Take the own phone number away"),
    _own(
        "verify-update-email-request",
        VerifyUpdateEmail,
        UpdateEmailToken,
        verify_update_email_request,
        summary="Prove a new e-mail address; the token is for update-email",
    ),
    _own(
        "verify-update-phone-request",
        VerifyUpdatePhone,
        UpdatePhoneToken,
        verify_update_phone_request,
        summary="Prove a new phone number; the token is for update-phone",
    ),
    _own("update-email", UpdateEmail, None, update_email, summary="Change the own e-mail address"),
    _own("update-phone", UpdatePhone, None, update_phone, summary="Change the own phone number"),
    _own(
        "verify-delete-account-request",
        VerifyDeleteAccount,
        DeleteAccountToken,
        verify_delete_account_request,
        summary="Prove oneself before deleting the own account; the token is for delete-account",
    ),
    _own("delete-account", DeleteAccount, None, delete_account, summary="Delete the own account for good"),
    _own(
        "send-enroll-factor-request",
        SendEnrollFactor,
        EnrollmentToken,
        send_enroll_factor_request,
        summary="Begin to bind a second factor",
    ),
    _own(
        "enroll-factor",
        EnrollFactor,
        None,
        enroll_factor,
        summary="Bind the second factor, proved by its code",
    ),
    _own(
        "list-enrolled-factors",
        None,
        list[FactorDto],
        list_enrolled_factors,
        "GET",
        summary="The second factors one has",
    ),
    _own(
        "list-factors-to-enroll",
        None,
        list[FactorToEnroll],
        list_factors_to_enroll,
        "GET",
        summary="The second factors one could bind",
    ),
    _own("get-factor", FactorQuery, FactorDto, get_factor, "GET", summary="One of the own second factors"),
    _own("reset-factor", ResetFactor, None, reset_factor, summary="Remove one of the own second factors"),
    _own(
        "get-identities",
        None,
        list[IdentityDto],
        get_identities,
        "GET",
        summary="The own identities at outside sources",
    ),
    _own("unlink-extidp", UnlinkExtIdp, None, unlink_extidp, summary="Unlink one of the own identities"),
]
