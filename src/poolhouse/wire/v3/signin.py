"""Signing in and up, codes, forgotten passwords: for people, not administrators.

Source: docs/contract/v3.md#authentication-client.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from msgspec import UNSET

from poolhouse.apps.proofs import Proof
from poolhouse.caller import Caller
from poolhouse.crypto.transport import Encryption
from poolhouse.errors import InvalidInput, Missing, NotAuthenticated
from poolhouse.federation.directories import Kind
from poolhouse.login.codes import Purpose
from poolhouse.login.model import Channel, LoggedIn, Registration
from poolhouse.login.model import SignIn as How
from poolhouse.login.recovery import TICKET_LIFETIME
from poolhouse.oidc.requests import known_scopes
from poolhouse.users.model import UserKey
from poolhouse.users.same_person import keys_typed
from poolhouse.wire.v3.conversions import refuse_unbuilt, user_dto
from poolhouse.wire.v3.dto.common import PasswordEncryptType, UserDto
from poolhouse.wire.v3.dto.signin import (
    CaptchaDto,
    LoginToken,
    PassCodePayload,
    PasswordPayload,
    ResetPassword,
    ResetToken,
    SendEmail,
    SendSms,
    SignIn,
    SignUp,
    SignUpProfile,
    TotpDto,
    VerifyResetPassword,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

PURPOSES: dict[str, Purpose] = {
    "CHANNEL_LOGIN": "login",
    "CHANNEL_REGISTER": "register",
    "CHANNEL_RESET_PASSWORD": "reset_password",
    "CHANNEL_UPDATE_EMAIL": "change",
    "CHANNEL_UPDATE_PHONE": "change",
    "CHANNEL_BIND_EMAIL": "bind",
    "CHANNEL_BIND_PHONE": "bind",
    "CHANNEL_UNBIND_EMAIL": "unbind",
    "CHANNEL_UNBIND_PHONE": "unbind",
    "CHANNEL_VERIFY_MFA": "mfa",
    "CHANNEL_BIND_MFA": "mfa",
    "CHANNEL_UNBIND_MFA": "mfa",
    "CHANNEL_UNLOCK_ACCOUNT": "unlock",
    "CHANNEL_COMPLETE_EMAIL": "complete",
    "CHANNEL_COMPLETE_PHONE": "complete",
    "CHANNEL_IDENTITY_VERIFICATION": "any",
    "CHANNEL_DELETE_ACCOUNT": "delete_account",
}


async def sign_in(request: V3Request, body: SignIn) -> LoginToken:
    caller = await of_client(request, body.client_id, body.client_secret)
    if options := body.options:
        refuse_unbuilt(
            tenantId=options.tenant_id, customData=options.custom_data, captchaToken=options.captcha_token
        )
    how = How(
        captcha=options.captcha_code if options else None,
        auto_register=bool(options and options.auto_register),
        scope=" ".join(known_scopes(options.scope)) if options and options.scope else None,
    )
    if body.connection == "PASSWORD":
        given = present(body.password_payload, "passwordPayload")
        password = await request.services.transport.read(
            given.password, _encryption(options.password_encrypt_type if options else None)
        )
        logged_in = await request.services.login.with_any_password(caller, _keys(given), password, how)
    elif body.connection in ("LDAP", "AD"):
        logged_in = await _by_directory(request, body, caller, how)
    else:
        channel, target, code, country_code = _pass_code(present(body.pass_code_payload, "passCodePayload"))
        logged_in = await request.services.code_login.login(caller, channel, target, code, how, country_code)
    return await login_token(request, logged_in)


async def _by_directory(request: V3Request, body: SignIn, caller: Caller, how: How) -> LoggedIn:
    """At the company's directory, of which the application has one of the kind."""
    kind: Kind = "ldap" if body.connection == "LDAP" else "ad"
    given = present(body.ldap_payload if kind == "ldap" else body.ad_payload, f"{kind}Payload")
    password = await request.services.transport.read(
        given.password, _encryption(body.options.password_encrypt_type if body.options else None)
    )
    return await request.services.directory_sign_in.sign_in_by_kind(
        caller, kind, given.s_am_account_name, password, how.captcha
    )


async def sign_up(request: V3Request, body: SignUp) -> UserDto:
    """The new user, not logged in."""
    caller, services, options = visitor(request), request.services, body.options
    if options:
        refuse_unbuilt(
            phonePassCodeForInformationCompletion=options.phone_pass_code_for_information_completion,
            emailPassCodeForInformationCompletion=options.email_pass_code_for_information_completion,
        )
    encryption = _encryption(options.password_encrypt_type if options else None)
    if body.connection == "PASSWORD":
        given = present(body.password_payload, "passwordPayload")
        (key, *_) = _keys(given)
        registration = Registration(
            "email" if key.kind == "email" else "username",
            {**_values(body.profile), key.kind: key.value},
            await services.transport.read_new(given.password, encryption),
            custom_data=_custom_data(body.profile),
        )
        made = await services.registrations.register(caller, registration)
        return user_dto(made.user, services.avatar)
    channel, target, code, country_code = _pass_code(present(body.pass_code_payload, "passCodePayload"))
    password = options.password_for_phone_pass_code if options else None
    registration = Registration(
        "email_code" if channel == "email" else "phone_code",
        _values(body.profile),
        await services.transport.read_new(password, encryption) if password else None,
        custom_data=_custom_data(body.profile),
    )
    registered = await services.code_login.register(caller, channel, target, code, registration, country_code)
    return user_dto(registered.user, services.avatar)


async def send_sms(request: V3Request, body: SendSms) -> None:
    purpose = PURPOSES[body.channel]
    await request.services.codes.send(
        visitor(request), "phone", body.phone_number, purpose, body.phone_country_code
    )


async def send_email(request: V3Request, body: SendEmail) -> None:
    caller = visitor(request)
    if body.channel == "CHANNEL_VERIFY_EMAIL_LINK":
        await request.services.links.send(caller, body.email, "VERIFY_EMAIL")
    else:
        await request.services.codes.send(caller, "email", body.email, PURPOSES[body.channel])


async def verify_reset_password_request(request: V3Request, body: VerifyResetPassword) -> ResetToken:
    caller, recovery = visitor(request), request.services.recovery
    if body.verify_method == "EMAIL_PASSCODE":
        by_mail = present(body.email_pass_code_payload, "emailPassCodePayload")
        email = present(by_mail.email, "email")
        token = await recovery.prove(caller, "email", email, by_mail.pass_code)
    else:
        by_sms = present(body.phone_pass_code_payload, "phonePassCodePayload")
        token = await recovery.prove(
            caller, "phone", by_sms.phone_number, by_sms.pass_code, by_sms.phone_country_code
        )
    return ResetToken(password_reset_token=token, token_expires_in=int(TICKET_LIFETIME.total_seconds()))


async def unlock_account(request: V3Request, body: PassCodePayload) -> None:
    """Self-unlock after too many wrong passwords; the code is of CHANNEL_UNLOCK_ACCOUNT."""
    channel, target, code, country_code = _pass_code(body)
    await request.services.recovery.unlock(visitor(request), channel, target, code, country_code)


async def reset_password(request: V3Request, body: ResetPassword) -> None:
    password = await request.services.transport.read_new(
        body.password, _encryption(body.password_encrypt_type)
    )
    await request.services.recovery.by_ticket(visitor(request), body.password_reset_token, password)


async def mfa_totp_verify(request: V3Request, body: TotpDto) -> LoginToken:
    """The second step: the credentials are the mfaToken of a sign-in that answered 1635."""
    ticket = second_step_ticket(request)
    logged_in = await request.services.mfa_login.by_totp(visitor(request), ticket, body.totp)
    return await login_token(request, logged_in)


async def get_captcha_code(request: V3Request, _: None) -> CaptchaDto:
    challenge = await request.services.captchas.issue(visitor(request))
    return CaptchaDto(
        id=challenge.id,
        image=f"data:image/png;base64,{base64.b64encode(challenge.image).decode()}",
        audio=f"/api/v2/security/captcha/{challenge.id}/audio",
    )


# -- common ----------------------------------------------------------------------------------------------


async def login_token(request: V3Request, logged_in: LoggedIn) -> LoginToken:
    session, login = logged_in.session, logged_in.token
    assert session is not None
    assert login is not None
    tokens = await request.services.login_tokens.of(session, logged_in.user, login, request.issuer())
    return LoginToken(
        scope=tokens.scope,
        access_token=tokens.access_token,
        id_token=tokens.id_token or UNSET,
        refresh_token=tokens.refresh_token or UNSET,
        token_type=tokens.token_type,
        expire_in=tokens.expires_in,
    )


def second_step_ticket(request: V3Request) -> str:
    """The mfaToken, which is a second step's credentials."""
    return request.headers.get("authorization", "").removeprefix("Bearer ").strip()


def visitor(request: V3Request) -> Caller:
    """Who signs in is nobody yet; the application in the header says where."""
    if not request.caller.pool_id:
        raise InvalidInput("x-authing-app-id", "请提供应用 ID", "the application's id is needed")
    return replace(request.caller, kind="anonymous", actor_id="", session_id=None)


async def of_client(request: V3Request, named: str | None, given: str | None) -> Caller:
    """`named` and `given` are `client_id` and `client_secret` of the body, or of the header: they name the application
    too; a secret, where one is sent, must be right, and sent as it may be."""
    proof: Proof = "client_secret_post"
    client_id, secret = named, given
    basic = request.headers.get("authorization", "")
    if basic.lower().startswith("basic "):
        try:
            client_id, _, secret = base64.b64decode(basic[6:], validate=True).decode().partition(":")
            proof = "client_secret_basic"
        except ValueError as error:
            raise NotAuthenticated("malformed Basic credentials") from error
        if named not in (None, "", client_id):
            raise NotAuthenticated("header and body name two applications")
    if not client_id:
        return visitor(request)
    if secret is not None:
        app = await request.services.apps.authenticate(
            client_id, secret, proof, "sign-in", in_pool=request.caller.pool_id
        )
    else:
        app = await request.services.apps.get_anywhere(client_id)
        if request.caller.pool_id not in ("", app.pool_id):
            raise NotAuthenticated("the header names an application of another pool")
    return visitor(replace(request, caller=replace(request.caller, pool_id=app.pool_id, app_id=app.id)))


def _keys(given: PasswordPayload) -> list[UserKey]:
    """`account` may be any of the three."""
    if given.email:
        return [UserKey("email", given.email)]
    if given.username:
        return [UserKey("username", given.username)]
    if given.phone:
        return [UserKey("phone", given.phone)]
    return keys_typed(present(given.account, "account"))


def _pass_code(given: PassCodePayload) -> tuple[Channel, str, str, str | None]:
    if given.email:
        return "email", given.email, given.pass_code, None
    return "phone", present(given.phone, "phone"), given.pass_code, given.phone_country_code


def _values(profile: SignUpProfile | None) -> dict[str, Any]:
    if profile is None:
        return {}
    values = {name: getattr(profile, name) for name in profile.__struct_fields__ if name != "custom_data"}
    return {name: value for name, value in values.items() if value is not None}


def _custom_data(profile: SignUpProfile | None) -> dict[str, Any]:
    return dict(profile.custom_data or {}) if profile else {}


def _encryption(kind: PasswordEncryptType | None) -> Encryption:
    """Without a word about it the password is taken for what it looks like."""
    return kind or "auto"


def present(value: Any, name: str) -> Any:
    if not value:
        raise Missing(name)
    return value


def opening(
    path: str,
    request: Any,
    response: Any,
    handler: Any,
    summary: str,
    method: Any = "POST",
    *,
    ours: bool = False,
) -> Endpoint:
    """One that is open to people who are nobody yet."""
    return Endpoint(
        method,
        path,
        request=request,
        response=response,
        handler=handler,
        scope="signin:write",
        summary=summary,
        access="anyone",
        ours=ours,
    )


ENDPOINTS: list[Endpoint] = [
    opening("signin", SignIn, LoginToken, sign_in, "Sign in by password or code"),
    opening("signup", SignUp, UserDto, sign_up, "Sign up by password or code"),
    opening("send-sms", SendSms, None, send_sms, "Send a code by SMS"),
    opening("send-email", SendEmail, None, send_email, "Send a code by mail"),
    opening(
        "verify-reset-password-request",
        VerifyResetPassword,
        ResetToken,
        verify_reset_password_request,
        "Prove an address to reset the password",
    ),
    opening(
        "reset-password",
        ResetPassword,
        None,
        reset_password,
        "Set a new password with the token of verify-reset-password-request",
    ),
    opening("unlock-account", PassCodePayload, None, unlock_account, "Unlock the own account", ours=True),
    opening("mfa-totp-verify", TotpDto, LoginToken, mfa_totp_verify, "The second step of a sign-in"),
    opening(
        "get-captcha-code", None, CaptchaDto, get_captcha_code, "A captcha for `signin` and `signup`", "GET"
    ),
]
