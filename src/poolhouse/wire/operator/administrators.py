"""Administrators, as the operator manages them: rows as those of `rows.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from poolhouse.administrators.model import Administrator, AdministratorSession, Passkey
from poolhouse.administrators.service import MOST
from poolhouse.errors import PoolNotFound
from poolhouse.paging import PageRequest
from poolhouse.times import v3_time
from poolhouse.wire.operator.row import Camel, row
from poolhouse.wire.v3.endpoint import V3Request


class AdministratorQuery(Camel):
    """By id or username."""

    administrator: str


class ListAdministratorsQuery(Camel):
    """`keywords`: in the username or the name. Without `page` and `limit`, all: there are a thousand at most."""

    page: int | None = None
    limit: int | None = None
    keywords: str = ""


class CreateAdministratorDto(Camel):
    username: str
    password: str
    name: str = ""
    owner: bool = False
    keep_password: bool = False


class UpdateAdministratorDto(Camel):
    administrator: str
    name: str | None = None
    owner: bool | None = None
    disabled: bool | None = None


class ResetAdministratorDto(Camel):
    administrator: str
    password: str
    keep_password: bool = False


class PasskeyDto(Camel):
    """`passkey`: its id, or its name where no other of theirs has it."""

    administrator: str
    passkey: str


class SetRolesDto(Camel):
    """`pool`: its id; without one, the caller's. `applications`, `departments`: ids of those that the role is limited
    to."""

    administrator: str
    roles: list[str]
    pool: str = ""
    applications: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()


class SignOutDto(Camel):
    """`session`: the one to end; without it, all."""

    administrator: str
    session: str = ""


async def list_administrators(request: V3Request, query: ListAdministratorsQuery) -> dict[str, Any]:
    size = MOST if query.limit is None and query.page is None else query.limit
    page = PageRequest.of(query.page, size)
    found = await request.services.administrators.list(request.caller, page, query.keywords)
    names = await _pool_names(request, {pool_id for one in found.items for pool_id in one.roles})
    return {"totalCount": found.total, "list": [_administrator(one, names) for one in found.items]}


async def get_administrator(request: V3Request, query: AdministratorQuery) -> dict[str, Any]:
    found = await request.services.administrators.get(request.caller, query.administrator)
    return _administrator(found, await _pool_names(request, found.roles))


async def create_administrator(request: V3Request, body: CreateAdministratorDto) -> dict[str, Any]:
    made = await request.services.administrators.create(
        request.caller,
        body.username,
        body.password,
        name=body.name,
        is_owner=body.owner,
        must_change_password=not body.keep_password,
    )
    return _administrator(made)


async def update_administrator(request: V3Request, body: UpdateAdministratorDto) -> dict[str, Any]:
    changed = await request.services.administrators.update(
        request.caller, body.administrator, name=body.name, is_owner=body.owner, disabled=body.disabled
    )
    return _administrator(changed)


async def delete_administrator(request: V3Request, body: AdministratorQuery) -> None:
    await request.services.administrators.delete(request.caller, body.administrator)


async def reset_administrator(request: V3Request, body: ResetAdministratorDto) -> dict[str, Any]:
    changed = await request.services.administrators.reset_password(
        request.caller, body.administrator, body.password, keep=body.keep_password
    )
    return _administrator(changed)


async def set_administrator_roles(request: V3Request, body: SetRolesDto) -> dict[str, Any]:
    changed = await request.services.administrators.set_roles(
        request.caller,
        body.administrator,
        body.pool or request.caller.pool_id,
        body.roles,
        body.applications,
        body.departments,
    )
    return _administrator(changed, await _pool_names(request, changed.roles))


async def list_administrator_sessions(request: V3Request, query: AdministratorQuery) -> dict[str, Any]:
    one = await request.services.administrators.get(request.caller, query.administrator)
    return {
        "list": [_session(each) for each in await request.services.administrator_sign_in.sessions(one.id)]
    }


async def sign_out_administrator(request: V3Request, body: SignOutDto) -> dict[str, Any]:
    one = await request.services.administrators.get(request.caller, body.administrator)
    return {"ended": await request.services.administrator_sign_in.end_all(request.caller, one, body.session)}


async def list_administrator_keys(request: V3Request, query: AdministratorQuery) -> dict[str, Any]:
    """In every pool, newest first."""
    one = await request.services.administrators.get(request.caller, query.administrator)
    keys = await request.services.access_keys.of_administrator(request.caller, one.id)
    names = await _pool_names(request, {key.pool_id for key in keys})
    return {
        "totalCount": len(keys),
        "list": [
            {
                "id": key.id,
                "pool": key.pool_id,
                "poolName": names[key.pool_id],
                "scopes": None if key.scopes is None else sorted(key.scopes),
                "enabled": key.enabled,
                "isUsable": await request.services.access_keys.limits(key) is not None,
                "createdAt": _time(key.created_at),
                "usedAt": _time(key.used_at),
            }
            for key in keys
        ],
    }


async def list_administrator_passkeys(request: V3Request, query: AdministratorQuery) -> dict[str, Any]:
    one = await request.services.administrators.get(request.caller, query.administrator)
    found = await request.services.administrator_passkeys.list(one.id)
    return {"totalCount": len(found), "list": [_passkey(each) for each in found]}


async def delete_administrator_passkey(request: V3Request, body: PasskeyDto) -> None:
    one = await request.services.administrators.get(request.caller, body.administrator)
    await request.services.administrator_passkeys.take_away(request.caller, one, body.passkey)


async def _pool_names(request: V3Request, pool_ids: Iterable[str]) -> dict[str, str]:
    """ "" for a pool that is gone: a role outlives it."""
    names = {}
    for pool_id in pool_ids:
        try:
            names[pool_id] = (await request.services.pools.get(pool_id)).name
        except PoolNotFound:
            names[pool_id] = ""
    return names


def _administrator(one: Administrator, pool_names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """`pool_names` of the pools they have a role in; where nobody asked, a role has the pool's id alone."""
    names = pool_names or {}
    return {
        "id": one.id,
        "username": one.username,
        "name": one.name,
        "owner": one.is_owner,
        "status": "disabled" if one.disabled else "active",
        "mustChangePassword": one.must_change_password,
        "secondFactor": one.second_factor,
        "passkeys": one.passkeys,
        "createdAt": _time(one.created_at),
        "passwordSetAt": _time(one.password_set_at),
        "lastLoginAt": _time(one.last_login_at),
        "roles": [f"{pool_id}: {', '.join(roles)}" for pool_id, roles in one.roles.items()],
        "inPools": [
            {
                "pool": pool_id,
                "name": names.get(pool_id, ""),
                "roles": list(roles),
                "applications": one.applications(pool_id),
                "departments": one.departments(pool_id),
            }
            for pool_id, roles in one.roles.items()
        ],
    }


def _passkey(one: Passkey) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "site": one.rp_id,
        "backedUp": one.backed_up,
        "createdAt": v3_time(one.created_at),
        "usedAt": _time(one.used_at),
    }


def _session(one: AdministratorSession) -> dict[str, Any]:
    return {
        "id": one.id,
        "ip": one.ip,
        "userAgent": one.user_agent,
        "createdAt": v3_time(one.created_at),
        "seenAt": v3_time(one.seen_at),
        "expiresAt": v3_time(one.expires_at),
    }


def _time(moment: datetime | None) -> str | None:
    return v3_time(moment) if moment else None


_NAME = frozenset({"name"})
ROWS = [
    row(
        "GET",
        "list-administrators",
        ListAdministratorsQuery,
        list_administrators,
        "The administrators of this server",
        frozenset({"keywords"}),
    ),
    row("GET", "get-administrator", AdministratorQuery, get_administrator, "One administrator"),
    row("POST", "create-administrator", CreateAdministratorDto, create_administrator, "Creates one", _NAME),
    row("POST", "update-administrator", UpdateAdministratorDto, update_administrator, "Changes one", _NAME),
    row("POST", "delete-administrator", AdministratorQuery, delete_administrator, "Deletes one"),
    row("POST", "reset-administrator", ResetAdministratorDto, reset_administrator, "Sets a new password"),
    row(
        "POST",
        "set-administrator-roles",
        SetRolesDto,
        set_administrator_roles,
        "What one may do in a pool",
        frozenset({"roles", "pool", "applications", "departments"}),
    ),
    row(
        "GET",
        "list-administrator-sessions",
        AdministratorQuery,
        list_administrator_sessions,
        "Where one is signed in",
    ),
    row(
        "POST",
        "sign-out-administrator",
        SignOutDto,
        sign_out_administrator,
        "Ends all of them, or one",
        frozenset({"session"}),
    ),
    row("GET", "list-administrator-keys", AdministratorQuery, list_administrator_keys, "Access keys of one"),
    row(
        "GET",
        "list-administrator-passkeys",
        AdministratorQuery,
        list_administrator_passkeys,
        "Passkeys of one",
    ),
    row(
        "POST",
        "delete-administrator-passkey",
        PasskeyDto,
        delete_administrator_passkey,
        "Takes one away",
    ),
]
OF_THE_SERVER = frozenset(one.name for one in ROWS if one.path != "set-administrator-roles")
"""They are of no pool."""
