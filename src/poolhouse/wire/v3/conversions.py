"""Words every family shares: pages, how a user is named, how one is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol, TypeVar, cast, get_args

from msgspec import UNSET, UnsetType

from poolhouse.errors import InvalidInput, NotSupported, UserNotFound
from poolhouse.fields.model import FieldValue, TargetType
from poolhouse.identities.model import Identity
from poolhouse.paging import Page, PageRequest, everything
from poolhouse.resources.model import TargetType as GrantTarget
from poolhouse.texts import BLANK
from poolhouse.times import unix_time, v3_time
from poolhouse.users.model import KeyKind, Status, User, UserKey, UserQuery
from poolhouse.users.rules import GENDERS
from poolhouse.wire.spelling import whole_number
from poolhouse.wire.v3.dto.common import IdentityDto, Provider, UserDto, UserPagingDto
from poolhouse.wire.v3.endpoint import V3Request

T = TypeVar("T")

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
_SOURCES = frozenset({"excel", "register", "adminCreated", "sync"})
_COPIED = attrgetter(
    *UserDto.__struct_fields__[
        UserDto.__struct_fields__.index("external_id") : UserDto.__struct_fields__.index("tenant_id")
    ]
)
"""The fields of a user that are shown as they are."""
_TIMES = attrgetter(
    "created_at",
    "updated_at",
    "last_login",
    "password_last_set_at",
    "last_mfa_time",
    "status_changed_at",
    "signed_up",
)


def page(number: Any, size: Any, largest: int = LARGEST_PAGE) -> PageRequest:
    """What a caller sent as page and limit. Source: docs/contract/v3.md#paging."""
    return PageRequest.of(whole_number(number, "page"), whole_number(size, "limit"), largest=largest)


def walked(request: V3Request, page: PageRequest) -> PageRequest:
    """The page of a list that goes on behind a row if it is walked by cursor."""
    return request.walk.page(page) if request.walk else page


def counted(request: V3Request, page: PageRequest) -> PageRequest:
    """The page of any other list. Where no total is asked for it is not counted: one row more tells whether more
    follow."""
    is_counted = not request.walk or request.walk.counted
    return page if is_counted else replace(page, counted=False, one_more=True)


def note_end(request: V3Request, query: UserQuery, found: Page[User]) -> None:
    """Where the next page begins, which is known of a list in the order of creation; whether all were counted."""
    if request.walk:
        last = found.items[-1] if found.items and not query.sort else None
        request.walk.found(found, (last.created_at, last.id) if last and last.created_at else None)


async def page_or_all(
    request: V3Request,
    ask: Callable[[PageRequest], Awaitable[Page[T]]],
    number: Any,
    size: Any,
    *,
    everything_asked: bool | None,
) -> Page[T]:
    """One page; the whole list where the caller asks for everything (`all`, `fetchAll`), or TooLarge."""
    if everything_asked:
        found = await everything(ask)
        return Page(len(found), found)
    return await ask(counted(request, page(number, size)))


def refuse_unbuilt(**options: Any) -> None:
    """By their names on the wire: what nothing here acts on must not look like success. Sent as nothing (null, false,
    "", {}) they are what clients say without being asked. Raises NotSupported."""
    for name, wanted in options.items():
        if wanted:
            raise NotSupported(what=name)


def moment(value: int | None, field: str) -> datetime | None:
    """Unix seconds as documented, or milliseconds as in every example."""
    return None if value is None else unix_time(value, field)


_READERS = {
    GrantTarget.USER: "users:read",
    GrantTarget.ROLE: "roles:read",
    GrantTarget.GROUP: "groups:read",
    GrantTarget.ORG: "orgs:read",
}


def may_name(request: V3Request, kind: GrantTarget) -> bool:
    """Whether the key may know what a target of this kind is called, where the answer is about something else. To
    others a target is its id."""
    return request.caller.has_scope(_READERS[kind])


def require_naming(request: V3Request, kinds: Iterable[GrantTarget]) -> None:
    """For a search in names. Raises NotPermitted."""
    request.caller.require_scopes({_READERS[kind] for kind in kinds})


def time_or_none(value: datetime | None) -> str | None:
    return v3_time(value) if value else None


def user_key(value: str, kind: str | None = None) -> UserKey:
    """How a user is named: `userId` and `userIdType`. An identity is `extIdpId:userIdInIdp`."""
    if not value:
        raise InvalidInput("userId", *BLANK)
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
    avatar: str,
    *,
    custom_data: dict[str, Any] | UnsetType = UNSET,
    post_ids: list[str] | UnsetType = UNSET,
    identities: list[IdentityDto] | UnsetType = UNSET,
    department_ids: list[str] | UnsetType = UNSET,
) -> UserDto:
    """The documented 57 fields; those asked for by a `with...` option are absent otherwise.

    `avatar` is shown of a user without a photo.
    """
    status = user.shown_status
    source = user.user_source_type if user.user_source_type in _SOURCES else "adminCreated"
    created, updated, login, password, factor, changed, up = _TIMES(user)
    fields: tuple[Any, ...] = (
        user.id,
        created and v3_time(created),
        updated and v3_time(updated),
        status,
        "Closed" if status == Status.RESIGNED else "Active",
        GENDERS.get(user.gender, "U"),
        source,
        user.photo or avatar,
        list(user.register_source),
        login and v3_time(login),
        password and v3_time(password),
        factor and v3_time(factor),
        changed and v3_time(changed),
        up and v3_time(up),
        *_COPIED(user),
        None,
        department_ids,
        identities,
        custom_data,
        post_ids,
    )
    return UserDto(*fields)


_PROVIDERS = frozenset(get_args(Provider))


def identity_dto(identity: Identity) -> IdentityDto:
    """Its tokens are for the user alone. A source the contract has no word for is told by what it was linked by."""
    word = identity.provider.partition(":")[0]
    origins = list(identity.connection_ids)
    known = cast(Provider, word) if word in _PROVIDERS else None
    if known is None and identity.provider and identity.provider not in origins:
        origins.append(identity.provider)
    return IdentityDto(
        identity_id=identity.id,
        ext_idp_id=identity.ext_idp_id,
        provider=known,
        type=identity.type,
        user_id_in_idp=identity.user_id_in_idp,
        user_info_in_idp=dict(identity.profile),
        origin_conn_ids=origins,
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
    held = await request.services.posts.ids_of_users(request.caller, ids) if posts and ids else {}
    avatar = request.services.avatar
    return [
        user_dto(
            user,
            avatar,
            post_ids=list(held.get(user.id, ())) if posts else UNSET,
            custom_data=custom_data_of(values.get(user.id, ())) if custom_data else UNSET,
            identities=[identity_dto(one) for one in linked.get(user.id, ())] if identities else UNSET,
            department_ids=departments.get(user.id, []) if department_ids else UNSET,
        )
        for user in users
    ]


class ShowsMembers(Protocol):
    """A query for the members of something: what of each is shown beside the profile."""

    @property
    def with_custom_data(self) -> bool: ...
    @property
    def with_identities(self) -> bool: ...
    @property
    def with_department_ids(self) -> bool: ...


async def members_page(request: V3Request, found: Page[User], query: ShowsMembers) -> UserPagingDto:
    shown = await user_dtos(
        request,
        found.items,
        custom_data=query.with_custom_data,
        identities=query.with_identities,
        department_ids=query.with_department_ids,
    )
    return UserPagingDto(total_count=found.total, items=shown)


def custom_data_of(values: Sequence[FieldValue]) -> dict[str, Any]:
    """Key -> value; times are UTC with milliseconds."""
    return {one.key: v3_time(one.value) if isinstance(one.value, datetime) else one.value for one in values}
