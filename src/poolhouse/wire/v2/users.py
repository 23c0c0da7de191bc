"""The users of a pool over GraphQL: managementClient.users. Source: docs/contract/v2.md#users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from poolhouse.accounts.service import NewAccount
from poolhouse.caller import Caller
from poolhouse.errors import InvalidInput, Missing, NodeNotFound, UserNotFound
from poolhouse.misfits import STRING, expected, listed, one_of
from poolhouse.paging import Page
from poolhouse.users.model import (
    DepartmentFilter,
    IdentityDraft,
    KeyKind,
    RoleFilter,
    Sort,
    Status,
    UserDraft,
    UserKey,
    UserQuery,
)
from poolhouse.users.profile_fields import SEARCHED_FIELDS
from poolhouse.wire.json_body import json_text
from poolhouse.wire.sentences import message
from poolhouse.wire.v2.pages import page_of
from poolhouse.wire.v2.request import Arguments, Operation, V2Request
from poolhouse.wire.v2.shapes import snake
from poolhouse.wire.v2.user_loader import CUSTOM_DATA, granted_person, people, person

KEYS: dict[str, KeyKind] = {
    "username": "username",
    "email": "email",
    "phone": "phone",
    "externalId": "external_id",
}
RELATIONS = frozenset({"groups", "roles", "departments", "authorizedResources"})
SORTS = {
    "CREATEDAT_DESC": Sort("created_at", True),
    "CREATEDAT_ASC": Sort("created_at", False),
    "UPDATEDAT_DESC": Sort("updated_at", True),
    "UPDATEDAT_ASC": Sort("updated_at", False),
}


LONG_AGO, EPOCH = "0", "1970-01-01T00:00:00Z"
"""`tokenExpiredAt: "0"` is how older clients log out: docs/contract/v2.md#the-own-account."""


# -- reading ---------------------------------------------------------------------------------------------


async def users(request: V2Request, args: Arguments) -> Any:
    query = UserQuery(
        page=page_of(args),
        not_in_org=bool(args.get("excludeUsersInOrg")),
        sort=_sort(args.get("sortBy")),
    )
    return await people(request, await request.services.users.list(request.caller, query))


async def archived_users(request: V2Request, args: Arguments) -> Any:
    query = UserQuery(page=page_of(args), statuses=(Status.ARCHIVED,))
    return await people(request, await request.services.users.list(request.caller, query))


async def search_user(request: V2Request, args: Arguments) -> Any:
    fields = [field for field in args.get("fields") or [] if field]
    query = UserQuery(
        page=page_of(args),
        keyword=args["query"],
        fields=tuple(snake(field) for field in fields) if fields else SEARCHED_FIELDS,
        fields_named=bool(fields),
        departments=tuple(
            DepartmentFilter(option["departmentId"], bool(option.get("includeChildrenDepartments")))
            for option in args.get("departmentOpts") or []
            if option and option.get("departmentId")
        ),
        groups=tuple(
            option["code"] for option in args.get("groupOpts") or [] if option and option.get("code")
        ),
        roles=tuple(
            RoleFilter(option["code"], option.get("namespace") or "default")
            for option in args.get("roleOpts") or []
            if option
        ),
    )
    return await people(request, await request.services.users.search(request.caller, query))


async def user(request: V2Request, args: Arguments) -> Any:
    """By id; without one the user who asks. Null for an unknown id, but an error where a relation is selected:
    the clients take those apart without looking (docs/contract/v2.md#users, listGroups)."""
    if request.granted and args.get("id") in (None, "", request.granted.actor_id):
        return await granted_person(request, request.granted)
    user_id = args.get("id") or _own_id(request.caller)
    try:
        found = await request.services.users.get(request.caller, user_id)
    except UserNotFound:
        if request.selected & RELATIONS:
            raise
        return None
    return await person(request, found)


async def user_batch(request: V2Request, args: Arguments) -> Any:
    found = await request.services.users.find_many(request.caller, batch_keys(args["ids"], args.get("type")))
    await people(request, Page(len(found), found))
    return found


async def find_user(request: V2Request, args: Arguments) -> Any:
    """Everything given must be the same user's. Null when nobody is meant, but an error with customData
    selected, which the client takes apart without looking."""
    keys = _keys(args)
    if not keys:
        raise InvalidInput("username", "至少需要一个查询条件", "at least one key is needed")
    services = request.services
    users = [await services.users.find(request.caller, key) for key in keys]
    first = users[0]
    if first is None or any(user is None or user.id != first.id for user in users):
        if CUSTOM_DATA in request.selected:
            raise UserNotFound()
        return None
    return await person(request, first)


async def is_user_exists(request: V2Request, args: Arguments) -> bool:
    return await request.services.users.exists(request.caller, _keys(args))


# -- writing ---------------------------------------------------------------------------------------------


async def create_user(request: V2Request, args: Arguments) -> Any:
    request.caller.require_administrator()
    values = dict(args["userInfo"])
    draft = await draft_of(request, values, keep_password=bool(args.get("keepPassword")))
    if args.get("resetPasswordOnFirstLogin"):
        draft = replace(draft, values={**draft.values, "reset_password_on_next_login": True})
    identity = args.get("identity")
    account = NewAccount(
        draft,
        custom_data=pairs(args.get("params"), "params"),
        identities=[_identity(identity)] if identity else (),
    )
    [created] = await request.services.accounts.create(request.caller, [account])
    return await person(request, created)


async def update_user(request: V2Request, args: Arguments) -> Any:
    user_id = args.get("id") or _own_id(request.caller)
    draft = await draft_of(request, dict(args["input"]))
    return await person(request, await request.services.users.update(request.caller, user_id, draft))


async def delete_user(request: V2Request, args: Arguments) -> Any:
    await request.services.users.delete(request.caller, [args["id"]])
    return message(request.caller.lang, "删除成功")


async def delete_users(request: V2Request, args: Arguments) -> Any:
    await request.services.users.delete(request.caller, args["ids"])
    return message(request.caller.lang, "删除成功")


# -- arguments -------------------------------------------------------------------------------------------


async def draft_of(request: V2Request, values: dict[str, Any], *, keep_password: bool = False) -> UserDraft:
    """The wire's input as a draft. A password arrives encrypted; a kept one is somebody else's hash; any text
    may be the e-mail (docs/contract/v2.md#users, create)."""
    password, salt = values.pop("password", None), values.pop("salt", None)
    plain = None if password is None else await request.services.transport.read_new(password)
    if code := values.pop("mainDepartmentCode", None):
        values.setdefault("mainDepartmentId", await _department_of(request, code))
    if values.get("tokenExpiredAt") == LONG_AGO:
        values["tokenExpiredAt"] = EPOCH
    named = {snake(field): value for field, value in values.items()}
    password, kept = (None, plain) if keep_password else (plain, None)
    return UserDraft(named, password, kept, password_salt=salt, any_email=True)


async def _department_of(request: V2Request, code: str) -> str:
    found = await request.services.orgs.find_nodes_by_code(request.caller, [code])
    if len(found) > 1:
        raise InvalidInput(
            "mainDepartmentCode", "有多个部门使用此 code", "several departments have this code"
        )
    if not found:
        raise NodeNotFound(code=code)
    return found[0].id


def pairs(given: Any, field: str) -> dict[str, Any]:
    """`[{key, value}]`, as a list or as the JSON text the clients make of it; `{key: value}` too."""
    if isinstance(given, str):
        given = json_text(given, field) if given else None
    if given is None:
        return {}
    if isinstance(given, dict):
        return given
    if not isinstance(given, list) or not all(isinstance(pair, dict) and "key" in pair for pair in given):
        raise InvalidInput(field, "应为 [{key, value}]", "expected [{key, value}]")
    return {str(pair["key"]): pair.get("value") for pair in given}


def batch_keys(ids: list[Any], kind: str | None) -> list[UserKey]:
    """`kind`: id (default), username, phone, email or externalId."""
    kinds: dict[str, KeyKind] = {"id": "id", **KEYS}
    if (kind or "id") not in kinds:
        raise InvalidInput("type", *one_of(kinds))
    if not all(isinstance(value, str) for value in ids):
        raise InvalidInput("ids", *expected(listed(STRING)))
    return [UserKey(kinds[kind or "id"], value) for value in ids]


def _keys(args: Arguments) -> list[UserKey]:
    keys = [UserKey(kind, args[name]) for name, kind in KEYS.items() if args.get(name)]
    identity = args.get("identity")
    if identity:
        if not identity.get("provider") or not identity.get("userIdInIdp"):
            raise InvalidInput(
                "identity", "需要 provider 和 userIdInIdp", "provider and userIdInIdp are required"
            )
        keys.append(UserKey.identity(identity["provider"], identity["userIdInIdp"]))
    return keys


def _identity(given: Mapping[str, Any]) -> IdentityDraft:
    return IdentityDraft(
        provider=given["provider"],
        user_id_in_idp=given["userIdInIdp"],
        openid=given.get("openid"),
        is_social=bool(given.get("isSocial")),
        connection_id=given.get("connectionId"),
    )


def _sort(name: str | None) -> tuple[Sort, ...]:
    return (SORTS[name],) if name else ()


def _own_id(caller: Caller) -> str:
    if caller.kind == "user":
        return caller.actor_id
    if caller.kind == "anonymous":
        caller.require_user()
    raise Missing("id")


QUERIES: dict[str, Operation] = {
    "users": users,
    "archivedUsers": archived_users,
    "searchUser": search_user,
    "user": user,
    "userBatch": user_batch,
    "findUser": find_user,
    "isUserExists": is_user_exists,
}
MUTATIONS: dict[str, Operation] = {
    "createUser": create_user,
    "deleteUser": delete_user,
    "deleteUsers": delete_users,
}
