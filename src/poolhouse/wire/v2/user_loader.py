"""A user as the v2 wire shows one: the 51 fields, identities, custom data. Source: docs/contract/v2.md#types.

Rows learn nothing from the database one by one: a resolver that gives users calls `people` or `person`
first, which fetches what the document selects for all of them at once and leaves it in `request.known`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from graphql import is_leaf_type
from graphql.execution.values import VariableValues

from poolhouse.caller import Caller
from poolhouse.fields.model import DataType, FieldValue, TargetType
from poolhouse.fields.values import epoch_ms
from poolhouse.paging import Page
from poolhouse.users.model import Status, User
from poolhouse.wire.v2 import plans
from poolhouse.wire.v2.documents import compile_document
from poolhouse.wire.v2.plans import Plan
from poolhouse.wire.v2.request import Arguments, Field, V2Request
from poolhouse.wire.v2.schema import SCHEMA

IDENTITIES, CUSTOM_DATA, TOKENS, NEW = "identities", "customData", "token", "newlyCreated"
MAIN_CODE = "mainDepartmentCode"

_STATUSES: dict[str, str] = {Status.DEACTIVATED: Status.SUSPENDED}
"""v2 has no word for a deactivated user but this one, which also may not log in."""


async def people(request: V2Request, page: Page[User]) -> Page[User]:
    await _fetch(request, page.items)
    return page


async def person(request: V2Request, user: User | None) -> User | None:
    if user is not None:
        await _fetch(request, [user])
    return user


async def signed_in(
    request: V2Request, user: User, token: str | None, *, created: bool = False
) -> User | None:
    """A user who has just signed in: from here on the request is theirs, so they may read themselves."""
    request.known.setdefault(TOKENS, {})[user.id] = token
    request.known.setdefault(NEW, {})[user.id] = created
    request.caller = replace(request.caller, kind="user", actor_id=user.id)
    return await person(request, user)


async def _fetch(request: V2Request, users: Sequence[User], wanted: Iterable[str] | None = None) -> None:
    wanted = request.selected if wanted is None else wanted
    ids = [user.id for user in users]
    caller = request.caller
    if not ids:
        return
    if IDENTITIES in wanted:
        known = request.known.setdefault(IDENTITIES, {})
        known.update(await request.services.identities.list_of_users(caller, ids))
    if CUSTOM_DATA in wanted:
        known = request.known.setdefault(CUSTOM_DATA, {})
        known.update(await request.services.fields.values(caller, TargetType.USER, ids))
    mains = {one.main_department_id for one in users if one.main_department_id}
    if MAIN_CODE in wanted and mains:
        codes = await request.services.orgs.codes_of(caller.pool_id, sorted(mains))
        request.known.setdefault(MAIN_CODE, {}).update(codes)


async def granted_person(request: V2Request, granted: Caller) -> User:
    """Who asks about themself by an access token: no identities and no custom data, which its scopes do not name."""
    user = await request.services.oidc_tokens.user_within(granted)
    request.known.update(
        {IDENTITIES: {}, CUSTOM_DATA: {}, MAIN_CODE: {}, TOKENS: {user.id: request.http.bearer}}
    )
    return user


# -- REST ------------------------------------------------------------------------------------------------


async def users_json(request: V2Request, users: Sequence[User], *, custom_data: bool = False) -> list[Any]:
    """Users with every field of the type, as the REST half gives them; customData when asked for."""
    await _fetch(request, users, {IDENTITIES, MAIN_CODE, *([CUSTOM_DATA] if custom_data else [])})
    plan = _with_custom_data if custom_data else _without_custom_data
    return [plan.complete(user, request) for user in users]


def known_json(request: V2Request, user: User) -> Any:
    """Of what is in `request.known` already."""
    return _without_custom_data.complete(user, request)


def _whole_user(*more: str) -> Plan:
    """A plan for all fields of User that are not relations, in the schema's order."""
    kinds = SCHEMA.type_map
    fields = getattr(kinds["User"], "fields")  # noqa: B009
    leaves = [name for name, field in fields.items() if is_leaf_type(_inner(field.type))]
    identity = " ".join(getattr(kinds["Identity"], "fields"))  # noqa: B009
    source = f"{{ user {{ {' '.join(leaves)} identities {{ {identity} }} {' '.join(more)} }} }}"
    document = compile_document(source)
    plan = plans.plan(document, document.operation(None), VariableValues({}, {}), FIELDS)
    if plan is None:
        raise RuntimeError("a whole user must have a plan")
    return plan


def _inner(kind: Any) -> Any:
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return kind


# -- fields ----------------------------------------------------------------------------------------------


def arn(user: User, request: V2Request, args: Arguments) -> str:
    return f"arn:cn:authing:{user.pool_id}:user:{user.id}"


def user_pool_id(user: User, request: V2Request, args: Arguments) -> str:
    return user.pool_id


def photo(user: User, request: V2Request, args: Arguments) -> str:
    return user.photo or request.services.avatar


def status(user: User, request: V2Request, args: Arguments) -> str:
    return _STATUSES.get(user.status, user.status)


def identities(user: User, request: V2Request, args: Arguments) -> Any:
    return request.known[IDENTITIES].get(user.id, ())


def identity_pool(identity: Any, request: V2Request, args: Arguments) -> str:
    return request.caller.pool_id


def identity_connection(identity: Any, request: V2Request, args: Arguments) -> str | None:
    return identity.connection_ids[0] if identity.connection_ids else None


def identity_profile(identity: Any, request: V2Request, args: Arguments) -> str | None:
    return msgspec.json.encode(identity.profile).decode() if identity.profile else None


def token(user: User, request: V2Request, args: Arguments) -> str | None:
    """The fresh one after a login; for who asks about themselves the one they asked with, because the
    clients replace theirs by what comes back. An administrator sees what the pool's own database says."""
    known: dict[str, str | None] = request.known.get(TOKENS, {})
    if user.id in known:
        return known[user.id]
    if request.caller.kind == "user":
        return request.http.bearer if request.caller.actor_id == user.id else None
    return getattr(user, "token", None) if request.caller.kind == "administrator" else None


def newly_created(user: User, request: V2Request, args: Arguments) -> bool | None:
    found: bool | None = request.known.get(NEW, {}).get(user.id)
    return found


def main_department_code(user: User, request: V2Request, args: Arguments) -> str | None:
    found: str | None = request.known.get(MAIN_CODE, {}).get(user.main_department_id or "")
    return found


def custom_data(user: User, request: V2Request, args: Arguments) -> Sequence[FieldValue]:
    values: Sequence[FieldValue] = request.known[CUSTOM_DATA].get(user.id, ())
    return values


def custom_value(value: FieldValue, request: V2Request, args: Arguments) -> str:
    return encoded(value)


def encoded(value: FieldValue) -> str:
    """A custom value as text: STRING and SELECT bare, DATETIME as epoch milliseconds, the rest JSON."""
    if value.data_type in (DataType.STRING, DataType.SELECT) and isinstance(value.value, str):
        return value.value
    if value.data_type is DataType.DATETIME:
        return str(epoch_ms(value.value))
    return msgspec.json.encode(value.value).decode()


FIELDS: dict[tuple[str, str], Field] = {
    ("User", "arn"): arn,
    ("User", "userPoolId"): user_pool_id,
    ("User", "photo"): photo,
    ("User", "status"): status,
    ("User", "identities"): identities,
    ("User", "token"): token,
    ("User", "newlyCreated"): newly_created,
    ("User", "mainDepartmentCode"): main_department_code,
    ("User", "customData"): custom_data,
    ("UserCustomData", "value"): custom_value,
    ("Identity", "userPoolId"): identity_pool,
    ("Identity", "connectionId"): identity_connection,
    ("Identity", "userInfoInIdp"): identity_profile,
}

_without_custom_data = _whole_user()
_with_custom_data = _whole_user("customData { key value dataType label }")
