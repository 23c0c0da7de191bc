"""Roles and who holds them. Source: docs/contract/v2.md#roles."""

from __future__ import annotations

from functools import partial
from typing import Any

from poolhouse.errors import InvalidInput, Missing
from poolhouse.misfits import STRING, expected
from poolhouse.orgs.model import Node
from poolhouse.paging import Page, PageRequest
from poolhouse.roles.model import (
    DEFAULT_NAMESPACE,
    Role,
    RoleChanges,
    RoleDraft,
    RoleKey,
    Target,
    TargetType,
)
from poolhouse.users.model import RoleFilter, User, UserQuery
from poolhouse.wire.sentences import message
from poolhouse.wire.v2.arguments import arguments_of
from poolhouse.wire.v2.pages import asked_page, page_of
from poolhouse.wire.v2.request import Arguments, Field, Operation, Route, V2Request
from poolhouse.wire.v2.user_loader import people, users_json


def _namespace(args: Arguments) -> str:
    return args.get("namespace") or DEFAULT_NAMESPACE


def _key(args: Arguments) -> RoleKey:
    return RoleKey(args["code"], _namespace(args))


async def role(request: V2Request, args: Arguments) -> Any:
    return await request.services.roles.find(request.caller, _key(args))


async def roles(request: V2Request, args: Arguments) -> Any:
    page = page_of(args)
    return await request.services.roles.list(request.caller, _namespace(args), page)


async def create_role(request: V2Request, args: Arguments) -> Any:
    draft = RoleDraft(
        args["code"],
        _namespace(args),
        description=args.get("description"),
        parent=args.get("parent"),
    )
    return await request.services.roles.create(request.caller, draft)


async def update_role(request: V2Request, args: Arguments) -> Any:
    changes = RoleChanges(args.get("newCode"), description=args.get("description"))
    return await request.services.roles.update(request.caller, _key(args), changes)


async def delete_role(request: V2Request, args: Arguments) -> Any:
    await request.services.roles.delete(request.caller, [_key(args)])
    return message(request.caller.lang)


async def delete_roles(request: V2Request, args: Arguments) -> Any:
    """An empty list is success: an official spec sends one."""
    keys = [RoleKey(code, _namespace(args)) for code in args["codeList"]]
    request.caller.require_administrator()
    if keys:
        await request.services.roles.delete(request.caller, keys)
    return message(request.caller.lang)


async def assign_role(request: V2Request, args: Arguments) -> Any:
    await request.services.roles.assign(request.caller, _keys(args), await _targets(request, args))
    return message(request.caller.lang)


async def revoke_role(request: V2Request, args: Arguments) -> Any:
    await request.services.roles.revoke(request.caller, _keys(args), await _targets(request, args))
    return message(request.caller.lang)


def _keys(args: Arguments) -> list[RoleKey]:
    """`roleCode`, `roleCodes` or both."""
    codes = [args.get("roleCode"), *(args.get("roleCodes") or ())]
    keys = [RoleKey(code, _namespace(args)) for code in codes if code]
    if not keys:
        raise Missing("roleCodes")
    return keys


async def _targets(request: V2Request, args: Arguments) -> list[Target]:
    """Groups and departments are named by their codes here."""
    targets = await request.services.role_targets.named(
        request.caller,
        users=args.get("userIds") or (),
        groups=args.get("groupCodes") or (),
        node_codes=args.get("nodeCodes") or (),
    )
    if not targets:
        raise Missing("userIds")
    return targets


async def find_users(request: V2Request) -> Any:
    """POST /api/v2/roles/roleUsers: holders of a role, searched. An unknown role has none."""
    body = request.body
    page = page_of(body)
    key = RoleKey(_text(body, "code"), _text(body, "namespace") or DEFAULT_NAMESPACE)
    role = await request.services.roles.find(request.caller, key)
    if role is None:
        found: Page[User] = Page()
    elif search := _text(body, "search"):
        query = UserQuery(page, keyword=search, roles=(RoleFilter(key.code, key.namespace),))
        found = await request.services.users.search(request.caller, query)
    else:
        found = await _holders(request, key, page)
    return {"totalCount": found.total, "list": await users_json(request, found.items)}


async def list_roles(request: V2Request) -> Any:
    query = request.query
    page = asked_page(request)
    namespace = query.text("namespace") or DEFAULT_NAMESPACE
    found = await request.services.roles.list(request.caller, namespace, page)
    return {"totalCount": found.total, "list": [_role_json(request, role) for role in found.items]}


async def create(request: V2Request) -> Any:
    """`createRole` with its arguments as the body."""
    request.caller.require_administrator()
    names = ("namespace", "code", "description", "parent")
    args = arguments_of("createRole", {name: request.body.get(name) for name in names})
    return _role_json(request, await create_role(request, args))


async def roles_held(request: V2Request) -> Any:
    """GET /api/v2/users/{userId}/roles: all of them on one page."""
    user_id = request.path["userId"]
    await request.services.users.get(request.caller, user_id)
    namespace = request.query.text("namespace") or DEFAULT_NAMESPACE
    found = await request.services.roles.list_of_user(request.caller, user_id, namespace)
    return {"totalCount": len(found), "list": [_role_json(request, role) for role in found]}


async def add_roles(request: V2Request) -> Any:
    """POST /api/v2/users/{userId}/roles: `list` holds codes."""
    request.caller.require_administrator()
    body = request.body
    given = {
        "namespace": body.get("namespace"),
        "roleCodes": body.get("list"),
        "userIds": [request.path["userId"]],
    }
    return await assign_role(request, arguments_of("assignRole", given))


async def has_role(request: V2Request) -> Any:
    """A bare boolean: whoever asks uses the answer as one."""
    query, user_id = request.query, request.path["userId"]
    request.caller.require_user_or_administrator(user_id)
    key = RoleKey(query.required("code"), query.text("namespace") or DEFAULT_NAMESPACE)
    await request.services.users.get(request.caller, user_id)
    return await request.services.roles.has_any(request.caller, user_id, [key])


def _role_json(request: V2Request, role: Role) -> dict[str, Any]:
    return {
        "id": role.id,
        "namespace": role.namespace,
        "code": role.code,
        "arn": arn(role, request, {}),
        "description": role.description,
        "isSystem": role.is_system,
        "createdAt": role.created_at,
        "updatedAt": role.updated_at,
    }


def _text(body: dict[str, Any], field: str) -> str:
    value = body.get(field) or ""
    if not isinstance(value, str):
        raise InvalidInput(field, *expected(STRING))
    return value


# -- fields ----------------------------------------------------------------------------------------------


def arn(role: Role, request: V2Request, args: Arguments) -> str:
    return f"arn:cn:authing:{request.caller.pool_id}:role:{role.id}"


async def parent(role: Role, request: V2Request, args: Arguments) -> Any:
    if role.parent_id is None:
        return None
    return await request.services.roles.find_by_id(request.caller, role.parent_id)


async def users_of_role(role: Role, request: V2Request, args: Arguments) -> Any:
    return await _holders(request, RoleKey(role.code, role.namespace), page_of(args))


async def _holders(request: V2Request, key: RoleKey, page: PageRequest) -> Page[User]:
    ids = partial(request.services.roles.list_targets, request.caller, key, TargetType.USER)
    return await people(request, await request.services.users.page_of(request.caller, ids, page))


async def roles_of_user(user: User, request: V2Request, args: Arguments) -> Any:
    """All of them on one page: `hasRole` of the clients looks at no other."""
    found = await request.services.roles.list_of_user(request.caller, user.id, _namespace(args))
    return Page(len(found), list(found))


async def roles_of_node(node: Node, request: V2Request, args: Arguments) -> Any:
    target = Target(TargetType.NODE, node.id)
    found = await request.services.roles.list_of_target(request.caller, target, _namespace(args))
    return Page(len(found), list(found))


QUERIES: dict[str, Operation] = {"role": role, "roles": roles}
MUTATIONS: dict[str, Operation] = {
    "createRole": create_role,
    "updateRole": update_role,
    "deleteRole": delete_role,
    "deleteRoles": delete_roles,
    "assignRole": assign_role,
    "revokeRole": revoke_role,
}
FIELDS: dict[tuple[str, str], Field] = {
    ("Role", "arn"): arn,
    ("Role", "parent"): parent,
    ("Role", "users"): users_of_role,
    ("User", "roles"): roles_of_user,
    ("Node", "roles"): roles_of_node,
}
ROUTES = [
    Route("POST", "/api/v2/roles/roleUsers", find_users),
    Route("GET", "/api/v2/roles", list_roles),
    Route("POST", "/api/v2/roles", create),
    Route("GET", "/api/v2/users/{userId}/roles", roles_held),
    Route("POST", "/api/v2/users/{userId}/roles", add_roles),
    Route("GET", "/api/v2/users/{userId}/has-role", has_role),
]
