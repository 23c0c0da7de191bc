"""Passkeys (WebAuthn) of users: signing in with one, one's own, and those of others for administrators.

Source: docs/contract/v3/signin.md, and the vendor's clients: Node 4.0.1, Guard, and the guides of those for phones.
What no client shows the shape of is not built. The page that asks is told by `Origin`, and by nobody for our own pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from poolhouse.errors import InvalidInput, PasskeyNotFound, TooLarge
from poolhouse.mfa.model import AskedPasskey, UserPasskey
from poolhouse.mfa.passkeys import text_of
from poolhouse.oidc.requests import known_scopes
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import page, refuse_unbuilt
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.signin import (
    AuthenticationOptionsDto,
    CheckPasskeysDto,
    DeletePasskeyOfUserQuery,
    DeletePasskeyQuery,
    FinalizeWebAuthnLoginDto,
    ListOwnPasskeysQuery,
    ListPasskeysOfKindDto,
    ListPasskeysOfUserQuery,
    LoginToken,
    PasskeyChallengeDto,
    PasskeyDto,
    PasskeyPagingDto,
    PasskeySignInOptions,
    RegistrationOptionsDto,
    RemovePasskeyDto,
    RemovePasskeysOfKindDto,
    UpdatePasskeyDto,
    VerifyAuthenticationDto,
    VerifyAuthenticationResultDto,
    VerifyRegistrationDto,
    VerifyRegistrationResultDto,
)
from poolhouse.wire.v3.endpoint import Access, Endpoint, V3Request
from poolhouse.wire.v3.signin import login_token, visitor

MOST_CHECKED = 100
"""Of check-valid-credentials-by-credIds. Source: the guide of the vendor's client for Android."""


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
    return await request.services.passkey_login.ask(visitor(request), _own(request), _origin(request))


async def _signed_in(
    request: V3Request, ticket: str, credential: Mapping[str, Any], options: PasskeySignInOptions | None
) -> LoginToken:
    scope = None
    if options:
        refuse_unbuilt(customData=options.custom_data)
        scope = " ".join(known_scopes(options.scope)) if options.scope else None
    logged_in = await request.services.passkey_login.sign_in(
        visitor(request), _own(request), ticket, _text(credential), origin=_origin(request), scope=scope
    )
    return await login_token(request, logged_in)


# -- one's own -------------------------------------------------------------------------------------------


async def registration_options(request: V3Request, _: None) -> RegistrationOptionsDto:
    asked = await request.services.passkey_login.begin(request.caller, _own(request), _origin(request))
    return RegistrationOptionsDto(registration_options=dict(asked.options), ticket=asked.ticket)


async def verify_registration(request: V3Request, body: VerifyRegistrationDto) -> VerifyRegistrationResultDto:
    await request.services.passkey_login.add(
        request.caller,
        _own(request),
        body.ticket,
        _text(body.registration_credential),
        origin=_origin(request),
        name=body.name or "",
        kind=body.authenticator_code or "other",
    )
    return VerifyRegistrationResultDto(verified=True)


async def list_own(request: V3Request, query: ListOwnPasskeysQuery) -> PasskeyPagingDto:
    return _paged(await _own_passkeys(request), query.page, query.limit)


async def list_of_kind(request: V3Request, body: ListPasskeysOfKindDto) -> PasskeyPagingDto:
    found = _of_kind(await _own_passkeys(request), body.authenticator_code)
    return PasskeyPagingDto(total_count=len(found), items=[_dto(one) for one in found])


async def check_credentials(request: V3Request, body: CheckPasskeysDto) -> list[PasskeyDto]:
    """Those of the named that are one's own still."""
    if len(body.credential_ids) > MOST_CHECKED:
        raise TooLarge("credentialIds", f"最多 {MOST_CHECKED} 个", f"at most {MOST_CHECKED}")
    named = set(body.credential_ids)
    found = _of_kind(await _own_passkeys(request), body.authenticator_code)
    return [_dto(one) for one in found if text_of(one.credential_id) in named]


async def rename_own(request: V3Request, body: UpdatePasskeyDto) -> IsSuccessDto:
    passkeys, user_id = request.services.passkeys, request.caller.require_user()
    meant = await passkeys.of_credential(request.caller, body.credential_id, user_id)
    await passkeys.rename(request.caller, meant, body.name)
    return IsSuccessDto(success=True)


async def delete_own(request: V3Request, query: DeletePasskeyQuery) -> IsSuccessDto:
    return await _remove(request, query.credential_id, request.caller.require_user())


async def remove_own(request: V3Request, body: RemovePasskeyDto) -> IsSuccessDto:
    return await _remove(request, body.credential_id, request.caller.require_user())


async def remove_of_kind(request: V3Request, body: RemovePasskeysOfKindDto) -> IsSuccessDto:
    """All of one's own of that kind, or none where there is none."""
    found = _of_kind(await _own_passkeys(request), body.authenticator_code)
    await request.services.passkeys.remove(request.caller, request.caller.require_user(), found)
    return IsSuccessDto(success=True)


# -- for administrators ----------------------------------------------------------------------------------


async def list_of_user(request: V3Request, query: ListPasskeysOfUserQuery) -> PasskeyPagingDto:
    """`appId`: those that were made at that application."""
    user = await request.services.users.get(request.caller, query.user_id)
    found = await request.services.passkeys.list(request.caller, user.id)
    if query.app_id:
        found = [one for one in found if one.app_id == query.app_id]
    return _paged(found, query.page, query.limit)


async def rename_of_user(request: V3Request, body: UpdatePasskeyDto) -> IsSuccessDto:
    meant = await request.services.passkeys.of_credential(request.caller, body.credential_id)
    await request.services.passkeys.rename(request.caller, meant, body.name)
    return IsSuccessDto(success=True)


async def delete_of_user(request: V3Request, query: DeletePasskeyOfUserQuery) -> IsSuccessDto:
    """`appId`: at which it was made; `-` for any, and for one that was made at none."""
    passkeys = request.services.passkeys
    meant = await passkeys.of_credential(request.caller, query.credential_id, query.user_id)
    if query.app_id not in ("-", meant.app_id):
        raise PasskeyNotFound()
    return await _remove(request, query.credential_id, query.user_id)


# -- common ----------------------------------------------------------------------------------------------


async def _remove(request: V3Request, credential_id: str, user_id: str) -> IsSuccessDto:
    passkeys = request.services.passkeys
    meant = await passkeys.of_credential(request.caller, credential_id, user_id)
    if not await passkeys.remove(request.caller, user_id, [meant]):
        raise PasskeyNotFound()
    return IsSuccessDto(success=True)


async def _own_passkeys(request: V3Request) -> list[UserPasskey]:
    return await request.services.passkeys.list(request.caller, request.caller.require_user())


def _of_kind(passkeys: list[UserPasskey], kind: str | None) -> list[UserPasskey]:
    return [one for one in passkeys if kind in (None, one.kind)]


def _paged(passkeys: list[UserPasskey], number: int | None, size: int | None) -> PasskeyPagingDto:
    """There are few of them, so that a page is cut from all."""
    asked = page(number, size)
    shown = passkeys[asked.offset : asked.offset + asked.size]
    return PasskeyPagingDto(total_count=len(passkeys), items=[_dto(one) for one in shown])


def _dto(one: UserPasskey) -> PasskeyDto:
    return PasskeyDto(
        id=one.id,
        user_pool_id=one.pool_id,
        user_id=one.user_id,
        credential_id=text_of(one.credential_id),
        authenticator_code=one.kind,
        name=one.name,
        initiator_platform=one.platform,
        rp_id=one.rp_id,
        app_id=one.app_id,
        backed_up=one.backed_up,
        created_at=v3_time(one.created_at),
        used_at=v3_time(one.used_at) if one.used_at else None,
    )


def _own(request: V3Request) -> str:
    """Our own address, as the issuer of our tokens has it."""
    return request.issuer().removesuffix("/oidc")


def _origin(request: V3Request) -> str | None:
    return request.headers.get("origin")


def _text(credential: Mapping[str, Any]) -> str:
    """As the ceremony reads it: JSON. Raises InvalidInput."""
    if not credential:
        raise InvalidInput("credential", "不能为空", "must not be empty")
    return msgspec.json.encode(credential).decode()


def _row(
    method: Any,
    path: str,
    request: Any,
    response: Any,
    handler: Any,
    summary: str,
    access: Access,
    scope: str,
) -> Endpoint:
    return Endpoint(
        method,
        f"webauthn/{path}",
        request=request,
        response=response,
        handler=handler,
        scope=scope,
        access=access,
        summary=summary,
    )


def _open(method: Any, path: str, request: Any, response: Any, handler: Any, summary: str) -> Endpoint:
    return _row(method, path, request, response, handler, summary, "anyone", "signin:write")


def _mine(method: Any, path: str, request: Any, response: Any, handler: Any, summary: str) -> Endpoint:
    scope = "me:read" if method == "GET" else "me:write"
    return _row(method, path, request, response, handler, summary, "user", scope)


def _theirs(method: Any, path: str, request: Any, response: Any, handler: Any, summary: str) -> Endpoint:
    scope = "users:read" if method == "GET" else "users:write"
    return _row(method, path, request, response, handler, summary, "administrator", scope)


ENDPOINTS: list[Endpoint] = [
    _open(
        "GET",
        "authentication",
        None,
        AuthenticationOptionsDto,
        authentication_options,
        "What a browser is to ask for, to sign in with a passkey",
    ),
    _open(
        "POST",
        "authentication",
        VerifyAuthenticationDto,
        VerifyAuthenticationResultDto,
        verify_authentication,
        "Sign in with a passkey",
    ),
    _open(
        "POST",
        "login/initialize",
        None,
        PasskeyChallengeDto,
        login_initialize,
        "What a browser is to ask for, to sign in with a passkey",
    ),
    _open(
        "POST",
        "login/finalize",
        FinalizeWebAuthnLoginDto,
        LoginToken,
        login_finalize,
        "Sign in with a passkey",
    ),
    _mine(
        "GET",
        "registration",
        None,
        RegistrationOptionsDto,
        registration_options,
        "What a browser is to ask for, to make a passkey; within an hour of the sign-in",
    ),
    _mine(
        "POST",
        "registration",
        VerifyRegistrationDto,
        VerifyRegistrationResultDto,
        verify_registration,
        "Add a passkey to the own account",
    ),
    _mine("GET", "credentials", ListOwnPasskeysQuery, PasskeyPagingDto, list_own, "The own passkeys"),
    _mine(
        "POST",
        "page-authenticator-device",
        ListPasskeysOfKindDto,
        PasskeyPagingDto,
        list_of_kind,
        "The own passkeys of a kind",
    ),
    _mine(
        "POST",
        "check-valid-credentials-by-credIds",
        CheckPasskeysDto,
        list[PasskeyDto],
        check_credentials,
        "Which of these credentials are passkeys of the own account",
    ),
    _mine(
        "PUT",
        "credentials/{credentialId}",
        UpdatePasskeyDto,
        IsSuccessDto,
        rename_own,
        "Rename one of the own passkeys",
    ),
    _mine(
        "DELETE",
        "credentials/{credentialId}",
        DeletePasskeyQuery,
        IsSuccessDto,
        delete_own,
        "Remove one of the own passkeys",
    ),
    _mine(
        "POST",
        "remove-credential/{credentialID}",
        RemovePasskeyDto,
        IsSuccessDto,
        remove_own,
        "Remove one of the own passkeys",
    ),
    _mine(
        "POST",
        "remove-credentials-by-authenticator-code",
        RemovePasskeysOfKindDto,
        IsSuccessDto,
        remove_of_kind,
        "Remove all of the own passkeys of a kind",
    ),
    _theirs(
        "GET",
        "person/credentials",
        ListPasskeysOfUserQuery,
        PasskeyPagingDto,
        list_of_user,
        "A user's passkeys",
    ),
    _theirs(
        "PUT",
        "admin/credentials/{credentialId}",
        UpdatePasskeyDto,
        IsSuccessDto,
        rename_of_user,
        "Rename a user's passkey",
    ),
    _theirs(
        "DELETE",
        "admin/credentials/{credentialId}/{userId}/{appId}",
        DeletePasskeyOfUserQuery,
        IsSuccessDto,
        delete_of_user,
        "Remove a user's passkey",
    ),
]
