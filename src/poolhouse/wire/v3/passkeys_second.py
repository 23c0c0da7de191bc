"""Passkeys (WebAuthn) as the second step of a sign-in: the credentials are the mfaToken, as with `mfa-totp-verify`.

`initialize` is as the vendor's login component reads it, which goes on by the flow of its own (wire/v2/guard_flow.py);
`finalize` is ours, for any other client. Source: docs/contract/v3/signin.md, docs/contract/guard.md.
"""

from __future__ import annotations

from typing import Any

from poolhouse.wire.v3.dto.signin import (
    FinalizeMfaBindDto,
    FinalizeMfaVerifyDto,
    LoginToken,
    MfaPasskeyCreationDto,
    PasskeyChallengeDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.passkeys import origin_of, own_address, text_of_credential
from poolhouse.wire.v3.signin import login_token, second_step_ticket, visitor


async def verify_initialize(request: V3Request, _: None) -> PasskeyChallengeDto:
    asked = await request.services.passkey_factor.ask(*_whose(request), origin_of(request))
    return PasskeyChallengeDto(public_key=dict(asked.options), ticket=asked.ticket)


async def verify_finalize(request: V3Request, body: FinalizeMfaVerifyDto) -> LoginToken:
    credential = text_of_credential(body.credential)
    logged_in = await request.services.passkey_factor.prove(
        *_whose(request), body.ticket, credential, origin_of(request)
    )
    return await login_token(request, logged_in)


async def bind_initialize(request: V3Request, _: None) -> MfaPasskeyCreationDto:
    asked = await request.services.passkey_factor.begin(*_whose(request), origin_of(request))
    return MfaPasskeyCreationDto(public_key=dict(asked.options))


async def bind_finalize(request: V3Request, body: FinalizeMfaBindDto) -> LoginToken:
    logged_in = await request.services.passkey_factor.bind(
        *_whose(request),
        text_of_credential(body.credential),
        origin_of(request),
        name=body.name or "",
        kind=body.authenticator_code or "other",
    )
    return await login_token(request, logged_in)


def _whose(request: V3Request) -> tuple[Any, str, str]:
    return visitor(request), second_step_ticket(request), own_address(request)


def _row(path: str, request: Any, response: Any, handler: Any, summary: str, *, ours: bool) -> Endpoint:
    return Endpoint(
        "POST",
        f"webauthn/{path}",
        request=request,
        response=response,
        handler=handler,
        scope="signin:write",
        access="anyone",
        summary=summary,
        ours=ours,
    )


ENDPOINTS: list[Endpoint] = [
    _row(
        "mfa-verify/initialize",
        None,
        PasskeyChallengeDto,
        verify_initialize,
        "What a browser is to ask for, to pass the second step by a passkey",
        ours=False,
    ),
    _row(
        "mfa-verify/finalize",
        FinalizeMfaVerifyDto,
        LoginToken,
        verify_finalize,
        "The second step of a sign-in, by a passkey",
        ours=True,
    ),
    _row(
        "mfa-bind/initialize",
        None,
        MfaPasskeyCreationDto,
        bind_initialize,
        "What a browser is to ask for, to make a passkey the first second factor",
        ours=False,
    ),
    _row(
        "mfa-bind/finalize",
        FinalizeMfaBindDto,
        LoginToken,
        bind_finalize,
        "The second step of a sign-in, by a passkey that is the first factor",
        ours=True,
    ),
]
