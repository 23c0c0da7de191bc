"""The users of a pool over REST: the rest of managementClient.users. Source: docs/contract/v2.md#users."""

from __future__ import annotations

from typing import Any

from poolhouse.errors import AppNotFound, InvalidInput, Missing, NotAuthenticated, UserNotFound
from poolhouse.misfits import STRING, expected
from poolhouse.users.model import CUSTOM, Condition, Operator, UserQuery
from poolhouse.wire.spelling import texts
from poolhouse.wire.v2 import users
from poolhouse.wire.v2.arguments import arguments_of
from poolhouse.wire.v2.pages import page_of
from poolhouse.wire.v2.request import Answer, Route, V2Request, unsupported
from poolhouse.wire.v2.schema import MUTATION, SCHEMA
from poolhouse.wire.v2.shapes import snake
from poolhouse.wire.v2.user_loader import granted_person, known_json, users_json
from poolhouse.wire.v2.users import batch_keys

OPERATORS: dict[str, Operator] = {
    "EQ": "EQUAL",
    "NEQ": "NOT_EQUAL",
    "CONTAINS": "CONTAINS",
    "NOT_CONTAINS": "NOT_CONTAINS",
    "IS_NULL": "IS_NULL",
    "NOT_NULL": "NOT_NULL",
    "IN": "IN",
    "GT": "GREATER",
    "LT": "LESSER",
}


async def detail(request: V2Request) -> Any:
    """Null for an unknown, deleted or malformed id."""
    try:
        user = await request.services.users.get(request.caller, request.path["userId"])
    except UserNotFound:
        return None
    flag = request.query.flag("with_custom_data")
    return (await users_json(request, [user], custom_data=bool(flag)))[0]


async def me(request: V2Request) -> Any:
    """Who asks with a token of their own, or by an access token that they let an application have."""
    if request.granted:
        return known_json(request, await granted_person(request, request.granted))
    user = await request.services.users.get(request.caller, request.caller.require_user())
    flag = request.query.flag("with_custom_data")
    return (await users_json(request, [user], custom_data=bool(flag)))[0]


async def exists(request: V2Request) -> Any:
    return await users.is_user_exists(request, arguments_of("isUserExists", request.query.pairs()))


async def create(request: V2Request) -> Any:
    """`createUser` with its arguments as the body."""
    request.caller.require_administrator()
    args = arguments_of("createUser", {name: request.body.get(name) for name in _CREATE})
    return (await users_json(request, [await users.create_user(request, args)], custom_data=True))[0]


async def update(request: V2Request) -> Any:
    """`updateUser` with its input as the body. A field that is null stays as it is."""
    request.caller.require_administrator()
    given = {name: value for name in _UPDATE if (value := request.body.get(name)) is not None}
    args = arguments_of("updateUser", {"id": request.path["userId"], "input": given})
    return (await users_json(request, [await users.update_user(request, args)]))[0]


async def batch(request: V2Request) -> Any:
    body = request.body
    ids, kind, flag = texts(body.get("ids"), "ids"), body.get("type"), body.get("withCustomData")
    if kind is not None and not isinstance(kind, str):
        raise InvalidInput("type", *expected(STRING))
    found = await request.services.users.find_many(request.caller, batch_keys(ids, kind))
    return await users_json(request, found, custom_data=flag is True)


async def filter_users(request: V2Request) -> Any:
    """`filter`: triples [{type, value}, operator, operand] that must all hold."""
    body = request.body
    triples = body.get("filter") or []
    if not isinstance(triples, list) or len(triples) > 20:
        raise InvalidInput("filter", "应为最多 20 项的列表", "expected a list of at most 20")
    query = UserQuery(
        page=page_of(body),
        conditions=tuple(_condition(triple) for triple in triples),
    )
    page = await request.services.users.list(request.caller, query)
    return {"totalCount": page.total, "list": await users_json(request, page.items)}


async def kick(request: V2Request) -> Any:
    ids = texts(request.body.get("userIds"), "userIds")
    if not ids:
        raise InvalidInput("userIds", "应为非空字符串列表", "expected a non-empty list of strings")
    request.caller.require_administrator()
    await request.services.users.require_all(request.caller, ids)
    await request.services.sessions.kick(request.caller, ids)
    return Answer(None, "强制下线成功")


async def logout(request: V2Request) -> Any:
    """An administrator ends a user's sessions at one app or all, from one device or all; a user ends their own."""
    caller, sessions = request.caller, request.services.sessions
    app_id = request.query.text("appId") or request.query.text("app_id")
    user_id, device_id = request.query.text("userId"), request.query.text("deviceId")
    if caller.kind == "user" and user_id in (None, caller.actor_id):
        if device_id == "current" and caller.session_id:
            await sessions.end(caller, caller.session_id)
        else:
            await sessions.logout(caller, caller.actor_id, app_id, device_id)
        return Answer(None, "退出成功")
    if user_id is None:
        if caller.kind == "anonymous":
            raise NotAuthenticated()
        raise Missing("userId")
    caller.require_administrator()
    await request.services.users.require_all(caller, [user_id])
    await sessions.logout(caller, user_id, app_id, device_id)
    return Answer(None, "退出成功")


async def login_status(request: V2Request) -> Any:
    """`{isLogin, user, application}`."""
    user_id = request.query.required("userId")
    app_id, device_id = request.query.text("appId"), request.query.text("deviceId")
    request.caller.require_user_or_administrator(user_id)
    user = await request.services.users.get(request.caller, user_id)
    state = await request.services.sessions.login_state(request.caller, user_id, app_id, device_id)
    if not state.is_logged_in:
        return {"isLogin": False}
    return {
        "isLogin": True,
        "user": (await users_json(request, [user]))[0],
        "application": [await _application(request, one) for one in state.app_ids],
    }


async def _application(request: V2Request, app_id: str) -> dict[str, Any]:
    try:
        app = await request.services.apps.get_anywhere(app_id)
    except AppNotFound:
        return {"appId": app_id}
    return {"appId": app.id, "appName": app.name, "appLogo": app.logo, "id": app.id, "name": app.name}


def _condition(triple: Any) -> Condition:
    if not isinstance(triple, list) or len(triple) != 3 or not isinstance(triple[0], dict):
        raise InvalidInput(
            "filter", "应为 [{type, value}, op, operand]", "expected [{type, value}, op, operand]"
        )
    subject, operator, operand = triple
    kind, name = subject.get("type"), subject.get("value")
    if not isinstance(name, str) or not isinstance(operator, str) or operator not in OPERATORS:
        raise InvalidInput("filter", "未知的字段或操作符", "unknown field or operator")
    if isinstance(operand, dict):
        operand = operand.get("id")
    if kind == "userDefinedFields":
        return Condition(f"{CUSTOM}{name}", OPERATORS[operator], operand)
    if name == "app":
        return Condition("last_login_app", OPERATORS[operator], operand)
    return Condition(snake(name), OPERATORS[operator], operand)


_CREATE = tuple(MUTATION.fields["createUser"].args)
_UPDATE = tuple(getattr(SCHEMA.type_map["UpdateUserInput"], "fields"))  # noqa: B009

ROUTES = [
    Route("GET", "/api/v2/users/{userId}", detail),
    Route("POST", "/api/v2/users", create),
    Route("POST", "/api/v2/users/{userId}", update),
    Route("GET", "/api/v2/users/me", me),
    Route("GET", "/api/v2/users/is-user-exists", exists),
    Route("GET", "/api/v2/users/principal_authentication", unsupported("principal_authentication")),
    Route("POST", "/api/v2/users/batch", batch),
    Route("POST", "/api/v2/users/filter", filter_users),
    Route("POST", "/api/v2/users/kick", kick),
    Route("GET", "/api/v2/users/login-status", login_status),
    Route("GET", "/logout", logout),
    Route("GET", "/api/v2/logout", logout),
]
