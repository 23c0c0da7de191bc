"""Who administers the pool: read and said by its owners. Administrators themselves belong to the server, whose owners
make them (operator/administrators.py). No client's contract has this.

Source: docs/contract/fields.md, docs/guide/administrators.md.
"""

from __future__ import annotations

from msgspec import Struct, field

from poolhouse.administrators.model import Administrator
from poolhouse.administrators.service import READ_SCOPE, WRITE_SCOPE
from poolhouse.times import v3_time
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


class PoolAdministratorDto(Struct, rename="camel", kw_only=True):
    """`serverOwner`: may do everything in every pool, with no role."""

    id: str
    username: str
    name: str
    status: str
    roles: list[str]
    applications: list[str]
    departments: list[str]
    server_owner: bool
    second_factor: bool
    last_login_at: str | None


class PoolAdministratorsDto(Struct, rename="camel", kw_only=True):
    total_count: int
    items: list[PoolAdministratorDto] = field(name="list")


class SetPoolAdministratorRolesDto(Struct, rename="camel", kw_only=True):
    """None of them takes the pool away."""

    administrator: str
    roles: list[str]
    applications: list[str] = []
    departments: list[str] = []


async def list_pool_administrators(request: V3Request, _: None) -> PoolAdministratorsDto:
    found = await request.services.administrators.list_in_pool(request.caller)
    told = [_told(one, request.caller.pool_id) for one in found]
    return PoolAdministratorsDto(total_count=len(told), items=told)


async def set_pool_administrator_roles(
    request: V3Request, body: SetPoolAdministratorRolesDto
) -> PoolAdministratorDto:
    changed = await request.services.administrators.set_roles_in_pool(
        request.caller, body.administrator, body.roles, body.applications, body.departments
    )
    return _told(changed, request.caller.pool_id)


def _told(one: Administrator, pool_id: str) -> PoolAdministratorDto:
    return PoolAdministratorDto(
        id=one.id,
        username=one.username,
        name=one.name,
        status="disabled" if one.disabled else "active",
        roles=list(one.roles.get(pool_id, ())),
        applications=one.applications(pool_id),
        departments=one.departments(pool_id),
        server_owner=one.is_owner,
        second_factor=one.second_factor,
        last_login_at=v3_time(one.last_login_at) if one.last_login_at else None,
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-pool-administrators",
        request=None,
        response=PoolAdministratorsDto,
        handler=list_pool_administrators,
        scope=READ_SCOPE,
        summary="Who administers the pool, with which roles",
        ours=True,
    ),
    Endpoint(
        "POST",
        "set-pool-administrator-roles",
        request=SetPoolAdministratorRolesDto,
        response=PoolAdministratorDto,
        handler=set_pool_administrator_roles,
        scope=WRITE_SCOPE,
        summary="What an administrator may do in the pool; without a role, nothing",
        blank=frozenset({"roles", "applications", "departments"}),
        ours=True,
    ),
]
