"""Words every family shares: pages, how a user is named, how one is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from msgspec import UNSET, UnsetType

from poolhouse.errors import InvalidInput, NotSupported, UserNotFound
from poolhouse.fields.model import FieldValue, TargetType
from poolhouse.identities.model import Identity
from poolhouse.paging import PageRequest
from poolhouse.pools.model import DEFAULT_PHOTO
from poolhouse.times import v3_time
from poolhouse.users.model import KeyKind, User, UserKey
from poolhouse.users.rules import GENDERS
from poolhouse.wire.v3.dto.common import IdentityDto, UserDto, UserStatus
from poolhouse.wire.v3.endpoint import V3Request

LARGEST_PAGE = 50

_KEY_KINDS: dict[str, KeyKind] = {
    "user_id": "id",
    "external_id": "external_id",
    "phone": "phone",
    "email": "email",
    "username": "username",
    "identity": "identity",
    "sync_relation": "identity",
}
_STATUSES = frozenset({"Suspended", "Resigned", "Activated", "Archived", "Deactivated"})
_SOURCES = frozenset({"excel", "register", "adminCreated", "sync"})
_FIRST_MILLISECOND = 100_000_000_000
"""A number of seconds this large is the year 5138; of milliseconds, 1973."""


def page(number: int | None, size: int | None, largest: int = LARGEST_PAGE) -> PageRequest:
    """What a caller sent as page and limit. Source: reference/v3.md 3.7."""
    return PageRequest.of(number, size, largest=largest)


def moment(value: int | None, field: str) -> datetime | None:
    """Unix seconds as documented, or milliseconds as in every example."""
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(value / 1000 if abs(value) >= _FIRST_MILLISECOND else value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidInput(field) from error


def shown_time(value: datetime | None) -> str | None:
    return v3_time(value) if value else None


def time_in_ms(value: datetime | None) -> int | None:
    return int(value.timestamp() * 1000) if value else None


def user_key(value: str, kind: str | None = None) -> UserKey:
    """How a user is named: `userId` and `userIdType`. An identity is `extIdpId:userIdInIdp`."""
    if not value:
        raise InvalidInput("userId")
    known = _KEY_KINDS.get(kind or "user_id")
    if known is None:
        raise NotSupported(what=f"userIdType {kind}")
    if known == "identity" and ":" not in value:
        raise InvalidInput("userId", "应为 extIdpId:userIdInIdp", "expected extIdpId:userIdInIdp")
    return UserKey(known, value)


async def the_user(request: V3Request, value: str, kind: str | None = None) -> User:
    """Raises UserNotFound."""
    user = await request.services.users.find(request.caller, user_key(value, kind))
    if user is None:
        raise UserNotFound(user_id=value)
    return user


async def the_user_ids(request: V3Request, values: Sequence[str], kind: str | None = None) -> list[str]:
    """Ids as they are; anything else is looked up. Raises UserNotFound naming the first nobody has."""
    keys = [user_key(value, kind) for value in values]
    if all(key.kind == "id" for key in keys):
        return [key.value for key in keys]
    found: list[str] = []
    for key in keys:
        user = await request.services.users.find(request.caller, key)
        if user is None:
            raise UserNotFound(user_id=key.value)
        found.append(user.id)
    return found


def user_dto(
    user: User,
    *,
    custom_data: dict[str, Any] | UnsetType = UNSET,
    identities: list[IdentityDto] | UnsetType = UNSET,
    department_ids: list[str] | UnsetType = UNSET,
) -> UserDto:
    """The documented 57 fields; those asked for by a `with...` option are absent otherwise."""
    status = user.status if user.status in _STATUSES else "Activated"
    if user.blocked and status == "Activated":
        status = "Suspended"
    source = user.user_source_type if user.user_source_type in _SOURCES else "adminCreated"
    return UserDto(
        user_id=user.id,
        created_at=shown_time(user.created_at),
        updated_at=shown_time(user.updated_at),
        status=cast(UserStatus, status),
        work_status="Closed" if status == "Resigned" else "Active",
        external_id=user.external_id,
        email=user.email,
        phone=user.phone,
        phone_country_code=user.phone_country_code,
        username=user.username,
        name=user.name,
        nickname=user.nickname,
        photo=user.photo or DEFAULT_PHOTO,
        logins_count=user.logins_count,
        last_login=shown_time(user.last_login),
        last_ip=user.last_ip,
        gender=cast(Any, GENDERS.get(user.gender, "U")),
        email_verified=user.email_verified,
        phone_verified=user.phone_verified,
        password_last_set_at=shown_time(user.password_last_set_at),
        birthdate=user.birthdate,
        country=user.country,
        province=user.province,
        city=user.city,
        address=user.address,
        street_address=user.street_address,
        postal_code=user.postal_code,
        company=user.company,
        browser=user.browser,
        device=user.device,
        given_name=user.given_name,
        family_name=user.family_name,
        middle_name=user.middle_name,
        profile=user.profile,
        preferred_username=user.preferred_username,
        website=user.website,
        zoneinfo=user.zoneinfo,
        locale=user.locale,
        formatted=user.formatted,
        region=user.region,
        user_source_type=cast(Any, source),
        user_source_id=user.user_source_id,
        last_login_app=user.last_login_app,
        main_department_id=user.main_department_id,
        last_mfa_time=shown_time(user.last_mfa_time),
        password_security_level=user.password_security_level,
        reset_password_on_next_login=user.reset_password_on_next_login,
        register_source=list(user.register_source),
        department_ids=department_ids,
        identities=identities,
        identity_number=user.identity_number,
        custom_data=custom_data,
        status_changed_at=shown_time(user.status_changed_at),
        signed_up=shown_time(user.signed_up),
    )


def identity_dto(identity: Identity) -> IdentityDto:
    """Its tokens are for the user alone."""
    return IdentityDto(
        identity_id=identity.id,
        ext_idp_id=identity.ext_idp_id,
        provider=identity.provider,
        type=identity.type,
        user_id_in_idp=identity.user_id_in_idp,
        user_info_in_idp=dict(identity.profile),
        origin_conn_ids=[identity.connection_id] if identity.connection_id else [],
    )


async def user_dtos(
    request: V3Request,
    users: Sequence[User],
    *,
    custom_data: bool | None = False,
    identities: bool | None = False,
    department_ids: bool | None = False,
    posts: bool | None = False,
) -> list[UserDto]:
    """A page of users with what was asked for, one query a kind however many users."""
    if posts:
        raise NotSupported(what="withPost")
    ids = [user.id for user in users]
    departments = (
        await request.services.department_members.department_ids(request.caller, ids)
        if department_ids and ids
        else {}
    )
    linked = (
        await request.services.identities.list_of_users(request.caller, ids) if identities and ids else {}
    )
    values = (
        await request.services.fields.values(request.caller, TargetType.USER, ids)
        if custom_data and ids
        else {}
    )
    return [
        user_dto(
            user,
            custom_data=custom_data_of(values.get(user.id, ())) if custom_data else UNSET,
            identities=[identity_dto(one) for one in linked.get(user.id, ())] if identities else UNSET,
            department_ids=departments.get(user.id, []) if department_ids else UNSET,
        )
        for user in users
    ]


def custom_data_of(values: Sequence[FieldValue]) -> dict[str, Any]:
    """Key -> value; times are UTC with milliseconds."""
    return {one.key: v3_time(one.value) if isinstance(one.value, datetime) else one.value for one in values}
