"""Passkeys (WebAuthn) that are there: listed, renamed and removed, one's own and, for administrators, those of others.

Source: docs/contract/v3/signin.md, and the vendor's clients: Node 4.0.1 and the guides of those for phones.
"""

from __future__ import annotations

from typing import Any

from poolhouse.errors import PasskeyNotFound, TooLarge
from poolhouse.mfa.model import UserPasskey
from poolhouse.mfa.passkeys import text_of
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.dto.common import IsSuccessDto
from poolhouse.wire.v3.dto.signin import (
    CheckPasskeysDto,
    DeletePasskeyOfUserQuery,
    DeletePasskeyQuery,
    ListOwnPasskeysQuery,
    ListPasskeysOfKindDto,
    ListPasskeysOfUserQuery,
    PasskeyDto,
    PasskeyPagingDto,
    RemovePasskeyDto,
    RemovePasskeysOfKindDto,
    UpdatePasskeyDto,
)
from poolhouse.wire.v3.endpoint import Access, Endpoint, V3Request

MOST_CHECKED = 100
"""Of check-valid-credentials-by-credIds. Source: the guide of the vendor's client for Android."""


# -- one's own -------------------------------------------------------------------------------------------


async def list_own(request: V3Request, query: ListOwnPasskeysQuery) -> PasskeyPagingDto:
    return _paged(await _own_passkeys(request), query.page, query.limit)


async def list_of_kind(request: V3Request, body: ListPasskeysOfKindDto) -> PasskeyPagingDto:
    found = _of_kind(await _own_passkeys(request), body.authenticator_code)
    return PasskeyPagingDto(total_count=len(found), items=[passkey_dto(one) for one in found])


async def check_credentials(request: V3Request, body: CheckPasskeysDto) -> list[PasskeyDto]:
    """Those of the named that are one's own still."""
    if len(body.credential_ids) > MOST_CHECKED:
        raise TooLarge("credentialIds", f"最多 {MOST_CHECKED} 个", f"at most {MOST_CHECKED}")
    named = set(body.credential_ids)
    found = _of_kind(await _own_passkeys(request), body.authenticator_code)
    return [passkey_dto(one) for one in found if text_of(one.credential_id) in named]


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
    return PasskeyPagingDto(total_count=len(passkeys), items=[passkey_dto(one) for one in shown])


def passkey_dto(one: UserPasskey) -> PasskeyDto:
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


def row(
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


def mine(method: Any, path: str, request: Any, response: Any, handler: Any, summary: str) -> Endpoint:
    scope = "me:read" if method == "GET" else "me:write"
    return row(method, path, request, response, handler, summary, "user", scope)


def theirs(method: Any, path: str, request: Any, response: Any, handler: Any, summary: str) -> Endpoint:
    scope = "users:read" if method == "GET" else "users:write"
    return row(method, path, request, response, handler, summary, "administrator", scope)


ENDPOINTS: list[Endpoint] = [
    mine("GET", "credentials", ListOwnPasskeysQuery, PasskeyPagingDto, list_own, "The own passkeys"),
    mine(
        "POST",
        "page-authenticator-device",
        ListPasskeysOfKindDto,
        PasskeyPagingDto,
        list_of_kind,
        "The own passkeys of a kind",
    ),
    mine(
        "POST",
        "check-valid-credentials-by-credIds",
        CheckPasskeysDto,
        list[PasskeyDto],
        check_credentials,
        "Which of these credentials are passkeys of the own account",
    ),
    mine(
        "PUT",
        "credentials/{credentialId}",
        UpdatePasskeyDto,
        IsSuccessDto,
        rename_own,
        "Rename one of the own passkeys",
    ),
    mine(
        "DELETE",
        "credentials/{credentialId}",
        DeletePasskeyQuery,
        IsSuccessDto,
        delete_own,
        "Remove one of the own passkeys",
    ),
    mine(
        "POST",
        "remove-credential/{credentialID}",
        RemovePasskeyDto,
        IsSuccessDto,
        remove_own,
        "Remove one of the own passkeys",
    ),
    mine(
        "POST",
        "remove-credentials-by-authenticator-code",
        RemovePasskeysOfKindDto,
        IsSuccessDto,
        remove_of_kind,
        "Remove all of the own passkeys of a kind",
    ),
    theirs(
        "GET",
        "person/credentials",
        ListPasskeysOfUserQuery,
        PasskeyPagingDto,
        list_of_user,
        "A user's passkeys",
    ),
    theirs(
        "PUT",
        "admin/credentials/{credentialId}",
        UpdatePasskeyDto,
        IsSuccessDto,
        rename_of_user,
        "Rename a user's passkey",
    ),
    theirs(
        "DELETE",
        "admin/credentials/{credentialId}/{userId}/{appId}",
        DeletePasskeyOfUserQuery,
        IsSuccessDto,
        delete_of_user,
        "Remove a user's passkey",
    ),
]
