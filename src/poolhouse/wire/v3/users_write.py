"""Users: created, changed, deleted, resigned. Source: docs/contract/v3.md#creating-users and the section below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from poolhouse.accounts.service import AccountChange, NewAccount
from poolhouse.crypto.policy import generated_password
from poolhouse.crypto.transport import Encryption
from poolhouse.errors import InvalidInput, NotSupported
from poolhouse.misfits import OBJECT, expected, one_of
from poolhouse.orgs.service import NodeRef
from poolhouse.users.model import IdentityDraft, Status, User, UserDraft
from poolhouse.wire.v3.conversions import the_user_ids, user_dtos
from poolhouse.wire.v3.dto.common import IsSuccessDto, UserDto
from poolhouse.wire.v3.dto.users import (
    CreateIdentityDto,
    CreateUserBatchReqDto,
    CreateUserInfoDto,
    CreateUserOptionsDto,
    CreateUserReqDto,
    DeleteUsersBatchDto,
    ResignUserBatchReqDto,
    ResignUserDataDto,
    ResignUserReqDto,
    UpdateUserBatchOptionsDto,
    UpdateUserBatchReqDto,
    UpdateUserInfoDto,
    UpdateUserOptionsDto,
    UpdateUserReqDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

_ASIDE = frozenset(
    {
        "user_id",
        "password",
        "salt",
        "tenant_ids",
        "otp",
        "department_ids",
        "custom_data",
        "metadata_source",
        "metadata",
        "identities",
        "options",
    }
)


async def create_user(request: V3Request, body: CreateUserReqDto) -> UserDto:
    account = await _account(request, body, body.options)
    (user,) = await request.services.accounts.create(request.caller, [account])
    return (await _user_dtos(request, [user], [account.custom_data]))[0]


async def create_users(request: V3Request, body: CreateUserBatchReqDto) -> list[UserDto]:
    accounts = [await _account(request, one, body.options) for one in body.items]
    users = await request.services.accounts.create(request.caller, accounts)
    return await _user_dtos(request, users, [account.custom_data for account in accounts])


async def update_user(request: V3Request, body: UpdateUserReqDto) -> UserDto:
    options = body.options or None
    kind = options.user_id_type if options else None
    (user_id,) = await the_user_ids(request, [body.user_id], kind)
    change = await _change(request, user_id, body, options)
    (user,) = await request.services.accounts.update(request.caller, [change])
    return (await _user_dtos(request, [user], [change.custom_data]))[0]


async def update_users(request: V3Request, body: UpdateUserBatchReqDto) -> list[UserDto]:
    changes = [await _change(request, one.user_id, one, body.options) for one in body.items]
    users = await request.services.accounts.update(request.caller, changes)
    return await _user_dtos(request, users, [change.custom_data for change in changes])


async def delete_users(request: V3Request, body: DeleteUsersBatchDto) -> IsSuccessDto:
    kind = body.options.user_id_type if body.options else None
    await request.services.users.delete(request.caller, await the_user_ids(request, body.user_ids, kind))
    return IsSuccessDto(success=True)


async def resign_user(request: V3Request, body: ResignUserReqDto) -> ResignUserDataDto:
    user_ids = await the_user_ids(request, [body.user_id], body.user_id_type)
    await request.services.accounts.resign(request.caller, user_ids)
    return ResignUserDataDto(success=True)


async def resign_users(request: V3Request, body: ResignUserBatchReqDto) -> ResignUserDataDto:
    user_ids = await the_user_ids(request, body.user_ids, body.user_id_type)
    await request.services.accounts.resign(request.caller, user_ids)
    return ResignUserDataDto(success=True)


async def _user_dtos(request: V3Request, users: Sequence[User], custom_data: Sequence[Any]) -> list[UserDto]:
    return await user_dtos(request, users, custom_data=any(custom_data))


async def _account(
    request: V3Request, body: CreateUserReqDto | CreateUserInfoDto, options: CreateUserOptionsDto | None
) -> NewAccount:
    for unbuilt in ("tenant_ids", "metadata_source"):
        if getattr(body, unbuilt):
            raise NotSupported(what=f"create-user {unbuilt}")
    if body.phone_country_code and not body.phone:
        raise InvalidInput("phone", "不能为空", "phone cannot be empty")
    values = _values(body)
    if options:
        notify = options.send_notification
        if notify and (notify.send_email_notification or notify.send_phone_notification):
            raise NotSupported(what="sendNotification")
        if options.reset_password_on_first_login:
            values["reset_password_on_next_login"] = True
    password, generated = await _new_password(request, body.password, options)
    keep = bool(options and options.keep_password) and not generated
    kind = (options and options.department_id_type) or "department_id"
    departments = [
        (await request.services.orgs.resolve(request.caller, NodeRef(value, kind=kind))).id
        for value in body.department_ids or ()
    ]
    return NewAccount(
        UserDraft(
            values,
            None if keep else password,
            password if keep else None,
            password_salt=body.salt,
            judged=generated,
        ),
        _custom_data(body.custom_data),
        departments,
        [_identity(identity) for identity in body.identities or ()],
        # The Go client sends an empty one of everybody.
        (body.otp.secret, body.otp.recovery_code) if body.otp and body.otp.secret else None,
    )


async def _change(
    request: V3Request,
    user_id: str,
    body: UpdateUserReqDto | UpdateUserInfoDto,
    options: UpdateUserOptionsDto | UpdateUserBatchOptionsDto | None,
) -> AccountChange:
    if getattr(body, "metadata", None):
        raise NotSupported(what="update-user metadata")
    values = _values(body)
    if options:
        notify = options.send_password_reseted_notification
        if notify and (
            notify.send_default_email_notification
            or notify.send_default_phone_notification
            or notify.input_send_email_notification
            or notify.input_send_phone_notification
        ):
            raise NotSupported(what="sendPasswordResetedNotification")
        if options.reset_password_on_next_login or getattr(options, "reset_password_on_first_login", None):
            values["reset_password_on_next_login"] = True
    password, generated = await _new_password(request, body.password, options)
    return AccountChange(
        user_id, UserDraft(values, password, judged=generated), _custom_data(body.custom_data)
    )


async def _new_password(request: V3Request, given: Any, options: Any) -> tuple[str | None, bool]:
    """The password to set, if any, and whether it was made here."""
    if options and options.auto_generate_password and not given:
        return generated_password(), True
    if not given:
        return None, False
    kept = bool(options and getattr(options, "keep_password", None))
    encryption: Encryption = (options and options.password_encrypt_type) or ("none" if kept else "auto")
    if kept and encryption == "none":
        return given, False
    return await request.services.transport.read_new(given, encryption), False


def _values(body: Any) -> dict[str, Any]:
    """The profile fields given. In an update absent is left out and null clears; elsewhere null is absent."""
    clears = isinstance(body, UpdateUserReqDto | UpdateUserInfoDto)
    values = {}
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if name in _ASIDE or value is UNSET or (value is None and not clears):
            continue
        values[name] = value
    if values.get("status", "") is None:
        raise InvalidInput("status", *one_of(Status))
    if values.get("status") == Status.ACTIVATED:
        values["blocked"] = False
    return values


def _custom_data(given: Any) -> dict[str, Any]:
    if given is UNSET or given is None:
        return {}
    if not isinstance(given, dict):
        raise InvalidInput("customData", *expected(OBJECT))
    return given


def _identity(given: CreateIdentityDto) -> IdentityDraft:
    info = given.user_info_in_idp
    return IdentityDraft(
        provider=given.provider,
        user_id_in_idp=given.user_id_in_idp,
        type=given.type,
        ext_idp_id=given.ext_idp_id,
        connection_id=given.origin_conn_ids[0] if given.origin_conn_ids else None,
        profile=info if isinstance(info, dict) else {},
    )


ENDPOINTS = [
    Endpoint(
        "POST",
        "create-user",
        request=CreateUserReqDto,
        response=UserDto,
        handler=create_user,
        scope="users:write",
        summary="Create a user",
    ),
    Endpoint(
        "POST",
        "create-users-batch",
        request=CreateUserBatchReqDto,
        response=list[UserDto],
        handler=create_users,
        scope="users:write",
        summary="Create up to 50 users, all or none",
    ),
    Endpoint(
        "POST",
        "update-user",
        request=UpdateUserReqDto,
        response=UserDto,
        handler=update_user,
        scope="users:write",
        summary="Change a user; null clears a field, absent leaves it",
    ),
    Endpoint(
        "POST",
        "update-user-batch",
        request=UpdateUserBatchReqDto,
        response=list[UserDto],
        handler=update_users,
        scope="users:write",
        summary="Change up to 50 users, all or none",
    ),
    Endpoint(
        "POST",
        "delete-users-batch",
        request=DeleteUsersBatchDto,
        response=IsSuccessDto,
        handler=delete_users,
        scope="users:write",
        summary="Delete users for good, all or none",
    ),
    Endpoint(
        "POST",
        "resign-user",
        request=ResignUserReqDto,
        response=ResignUserDataDto,
        handler=resign_user,
        scope="users:write",
        summary="Mark a user as resigned: out of departments and sessions",
    ),
    Endpoint(
        "POST",
        "resign-user-batch",
        request=ResignUserBatchReqDto,
        response=ResignUserDataDto,
        handler=resign_users,
        scope="users:write",
        summary="Mark users as resigned, all or none",
    ),
]
