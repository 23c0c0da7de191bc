"""Passkeys (WebAuthn) of users: signing in with one, and making one. What becomes of it is `passkeys_kept`'s.

Source: docs/contract/v3/signin.md, and the vendor's clients: Node 4.0.1, Guard, and the guides of those for phones.
Of `registration/initialize` and `finalize` no client shows the shape: theirs is that of `login/`. The page that asks is
told by `Origin`, and by nobody for our own pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from poolhouse.errors import InvalidInput
from poolhouse.mfa.model import AskedPasskey, UserPasskey
from poolhouse.oidc.requests import known_scopes
from poolhouse.wire.v3.conversions import refuse_unbuilt
from poolhouse.wire.v3.dto.signin import (
    AuthenticationOptionsDto,
    FinalizePasskeyDto,
    FinalizeWebAuthnLoginDto,
    LoginToken,
    PasskeyChallengeDto,
    PasskeyCreationDto,
    PasskeyDto,
    PasskeySignInOptions,
    RegistrationOptionsDto,
    VerifyAuthenticationDto,
    VerifyAuthenticationResultDto,
    VerifyRegistrationDto,
    VerifyRegistrationResultDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.passkeys_kept import ENDPOINTS as KEPT
from poolhouse.wire.v3.passkeys_kept import mine, passkey_dto, row
from poolhouse.wire.v3.signin import login_token, visitor

# -- signing in ------------------------------------------------------------------------------------------


async def authentication_options(request: V3Request, _: None) -> AuthenticationOptionsDto:
    asked = await _ask(request)
    return AuthenticationOptionsDto(authentication_options=dict(asked.options), ticket=asked.ticket)


async def login_initialize(request: V3Request, _: None) -> PasskeyChallengeDto:
    """As `navigator.credentials.get` takes it, its bytes in base64url."""
    asked = await _ask(request)
    return PasskeyChallengeDto(public_key=dict(asked.options), ticket=asked.ticket)


async def verify_authentication(
    request: V3Request, body: VerifyAuthenticationDto
) -> VerifyAuthenticationResultDto:
    """What is refused is an error, as with every other sign-in, and never `verified: false`."""
    tokens = await _signed_in(request, body.ticket, body.authentication_credential, body.options)
    return VerifyAuthenticationResultDto(verified=True, token_set=tokens)


async def login_finalize(request: V3Request, body: FinalizeWebAuthnLoginDto) -> LoginToken:
    return await _signed_in(request, body.ticket, body.credential, body.options)


async def _ask(request: V3Request) -> AskedPasskey:
    return await request.services.passkey_login.ask(
        visitor(request), own_address(request), origin_of(request)
    )


async def _signed_in(
    request: V3Request, ticket: str, credential: Mapping[str, Any], options: PasskeySignInOptions | None
) -> LoginToken:
    scope = None
    if options:
        refuse_unbuilt(customData=options.custom_data)
        scope = " ".join(known_scopes(options.scope)) if options.scope else None
    logged_in = await request.services.passkey_login.sign_in(
        visitor(request),
        own_address(request),
        ticket,
        text_of_credential(credential),
        origin=origin_of(request),
        scope=scope,
    )
    return await login_token(request, logged_in)


# -- making one ------------------------------------------------------------------------------------------


async def registration_options(request: V3Request, _: None) -> RegistrationOptionsDto:
    asked = await _begin(request)
    return RegistrationOptionsDto(registration_options=dict(asked.options), ticket=asked.ticket)


async def registration_initialize(request: V3Request, _: None) -> PasskeyCreationDto:
    """As `navigator.credentials.create` takes it, its bytes in base64url."""
    asked = await _begin(request)
    return PasskeyCreationDto(public_key=dict(asked.options), ticket=asked.ticket)


async def verify_registration(request: V3Request, body: VerifyRegistrationDto) -> VerifyRegistrationResultDto:
    await _add(request, body, body.registration_credential)
    return VerifyRegistrationResultDto(verified=True)


async def registration_finalize(request: V3Request, body: FinalizePasskeyDto) -> PasskeyDto:
    return passkey_dto(await _add(request, body, body.credential))


async def _begin(request: V3Request) -> AskedPasskey:
    return await request.services.passkey_login.begin(
        request.caller, own_address(request), origin_of(request)
    )


async def _add(
    request: V3Request, body: VerifyRegistrationDto | FinalizePasskeyDto, credential: Mapping[str, Any]
) -> UserPasskey:
    return await request.services.passkey_login.add(
        request.caller,
        own_address(request),
        body.ticket,
        text_of_credential(credential),
        origin=origin_of(request),
        name=body.name or "",
        kind=body.authenticator_code or "other",
    )


# -- common ----------------------------------------------------------------------------------------------


def own_address(request: V3Request) -> str:
    """Our own address, as the issuer of our tokens has it."""
    return request.issuer().removesuffix("/oidc")


def origin_of(request: V3Request) -> str | None:
    return request.headers.get("origin")


def text_of_credential(credential: Mapping[str, Any]) -> str:
    """As the ceremony reads it: JSON. Raises InvalidInput."""
    if not credential:
        raise InvalidInput("credential", "不能为空", "must not be empty")
    return msgspec.json.encode(credential).decode()


def open_to_anyone(
    method: Any, path: str, request: Any, response: Any, handler: Any, summary: str
) -> Endpoint:
    return row(method, path, request, response, handler, summary, "anyone", "signin:write")


ENDPOINTS: list[Endpoint] = [
    open_to_anyone(
        "GET",
        "authentication",
        None,
        AuthenticationOptionsDto,
        authentication_options,
        "What a browser is to ask for, to sign in with a passkey",
    ),
    open_to_anyone(
        "POST",
        "authentication",
        VerifyAuthenticationDto,
        VerifyAuthenticationResultDto,
        verify_authentication,
        "Sign in with a passkey",
    ),
    open_to_anyone(
        "POST",
        "login/initialize",
        None,
        PasskeyChallengeDto,
        login_initialize,
        "What a browser is to ask for, to sign in with a passkey",
    ),
    open_to_anyone(
        "POST",
        "login/finalize",
        FinalizeWebAuthnLoginDto,
        LoginToken,
        login_finalize,
        "Sign in with a passkey",
    ),
    mine(
        "GET",
        "registration",
        None,
        RegistrationOptionsDto,
        registration_options,
        "What a browser is to ask for, to make a passkey; within an hour of the sign-in",
    ),
    mine(
        "POST",
        "registration",
        VerifyRegistrationDto,
        VerifyRegistrationResultDto,
        verify_registration,
        "Add a passkey to the own account",
    ),
    mine(
        "POST",
        "registration/initialize",
        None,
        PasskeyCreationDto,
        registration_initialize,
        "What a browser is to ask for, to make a passkey; within an hour of the sign-in",
    ),
    mine(
        "POST",
        "registration/finalize",
        FinalizePasskeyDto,
        PasskeyDto,
        registration_finalize,
        "Add a passkey to the own account",
    ),
    *KEPT,
]
