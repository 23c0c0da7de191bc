"""All SQL on tenants and their members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import asyncpg
from asyncpg import Record

from poolhouse.audit.person import Person
from poolhouse.db.database import Executor
from poolhouse.db.where import Where
from poolhouse.errors import TenantNotFound
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.tenants.model import Member, Membership, Tenant

_COLUMNS = """
  t.id, t.pool_id, t.code, t.name, t.description, t.logo, t.reject_hint, t.creator, t.source_app_id,
  t.enterprise_domains, t.css, t.settings, t.created_at, t.updated_at,
  array(select a.app_id from tenant_apps a
        where a.pool_id = t.pool_id and a.tenant_id = t.id order by a.app_id) as app_ids,
  (select count(*) from tenant_members m where m.pool_id = t.pool_id and m.tenant_id = t.id) as members
"""
_MEMBER = "m.id, m.tenant_id, m.user_id, m.enabled, m.administrator, m.joined_at"


async def insert(tx: Executor, tenant: Tenant) -> None:
    await tx.execute(
        """
        insert into tenants (pool_id, id, code, name, description, logo, reject_hint, creator, source_app_id,
          enterprise_domains, css, settings)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        *_written(tenant),
    )


async def update(tx: Executor, tenant: Tenant) -> None:
    await tx.execute(
        """
        update tenants set code = $3, name = $4, description = $5, logo = $6, reject_hint = $7, creator = $8,
          source_app_id = $9, enterprise_domains = $10, css = $11, settings = $12, updated_at = now()
        where pool_id = $1 and id = $2
        """,
        *_written(tenant),
    )


async def put_apps(tx: Executor, pool_id: str, tenant_id: str, app_ids: Sequence[str]) -> None:
    await tx.execute("delete from tenant_apps where pool_id = $1 and tenant_id = $2", pool_id, tenant_id)
    await tx.execute(
        "insert into tenant_apps (pool_id, tenant_id, app_id) select $1, $2, unnest($3::text[]) "
        "on conflict do nothing",
        pool_id,
        tenant_id,
        list(dict.fromkeys(app_ids)),
    )


async def delete(tx: Executor, pool_id: str, tenant_id: str) -> bool:
    tag = await tx.execute("delete from tenants where pool_id = $1 and id = $2", pool_id, tenant_id)
    return tag != "DELETE 0"


async def find(db: Executor, pool_id: str, tenant_id: str) -> Tenant | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from tenants t where t.pool_id = $1 and t.id = $2", pool_id, tenant_id
    )
    return _tenant(row) if row else None


async def find_by_code(db: Executor, pool_id: str, code: str) -> Tenant | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from tenants t where t.pool_id = $1 and t.code = $2", pool_id, code
    )
    return _tenant(row) if row else None


async def page(
    db: Executor, pool_id: str, request: PageRequest, keyword: str | None, app_id: str | None
) -> Page[Tenant]:
    where = Where(pool_id, "t")
    if keyword:
        where.add(f"strpos(lower(t.name), lower({where.arg(keyword)})) > 0")
    if app_id is not None:
        where.add(
            f"""exists (select 1 from tenant_apps a where a.pool_id = t.pool_id and a.tenant_id = t.id
                and a.app_id = {where.arg(app_id)})"""
        )
    total = await db.fetchval(f"select count(*) from tenants t where {where.sql}", *where.args)
    rows = await db.fetch(
        f"""
        select {_COLUMNS} from tenants t where {where.sql}
        order by t.created_at desc, t.id limit {request.size} offset {request.offset}
        """,
        *where.args,
    )
    return Page(total, [_tenant(row) for row in rows])


# -- members ---------------------------------------------------------------------------------------------


async def add_members(
    tx: Executor, pool_id: str, tenant_id: str, user_ids: Sequence[str], administrator: bool | None = None
) -> None:
    """Who is a member already stays one; `administrator` None leaves what they are.

    Raises TenantNotFound for one that is gone meanwhile.
    """
    await _insert_members(
        tx, [(pool_id, tenant_id, user_id, new_id(), administrator) for user_id in user_ids]
    )


async def _insert_members(tx: Executor, rows: Sequence[tuple[str, str, str, str, bool | None]]) -> None:
    try:
        await tx.executemany(
            """
            insert into tenant_members (pool_id, tenant_id, user_id, id, administrator)
            values ($1, $2, $3, $4, coalesce($5, false))
            on conflict (pool_id, tenant_id, user_id)
              do update set administrator = coalesce($5, tenant_members.administrator)
            """,
            rows,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise TenantNotFound() from error


async def remove_members(tx: Executor, pool_id: str, tenant_id: str, user_ids: Sequence[str]) -> int:
    tag = await tx.execute(
        "delete from tenant_members where pool_id = $1 and tenant_id = $2 and user_id = any($3)",
        pool_id,
        tenant_id,
        list(user_ids),
    )
    return int(tag.split()[-1])


async def set_member(
    tx: Executor,
    pool_id: str,
    tenant_id: str,
    user_id: str,
    *,
    enabled: bool | None = None,
    administrator: bool | None = None,
) -> bool:
    tag = await tx.execute(
        """
        update tenant_members set enabled = coalesce($4, enabled), administrator = coalesce($5, administrator)
        where pool_id = $1 and tenant_id = $2 and user_id = $3
        """,
        pool_id,
        tenant_id,
        user_id,
        enabled,
        administrator,
    )
    return tag != "UPDATE 0"


async def members(
    db: Executor,
    pool_id: str,
    tenant_id: str,
    request: PageRequest,
    administrator: bool | None,
    keyword: str | None,
) -> Page[Member]:
    where = Where(pool_id, "m")
    where.add(f"m.tenant_id = {where.arg(tenant_id)}")
    if administrator is not None:
        where.add(f"m.administrator = {where.arg(administrator)}")
    source = "tenant_members m" + _searched(where, keyword)
    total = await db.fetchval(f"select count(*) from {source} where {where.sql}", *where.args)
    rows = await db.fetch(
        f"""
        select {_MEMBER} from {source} where {where.sql}
        order by m.joined_at desc, m.user_id limit {request.size} offset {request.offset}
        """,
        *where.args,
    )
    return Page(total, [_member(row) for row in rows])


def _searched(where: Where, keyword: str | None) -> str:
    """What `keyword` is looked for in; of users who live elsewhere nothing but the id stands here."""
    if not keyword:
        return ""
    texts = "m.user_id, u.name, u.nickname, u.username, u.email, u.phone"
    where.add(f"strpos(lower(concat_ws(e'\\n', {texts})), lower({where.arg(keyword)})) > 0")
    return " left join users u on u.pool_id = m.pool_id and u.id = m.user_id"


async def administrators(
    db: Executor, pool_id: str, request: PageRequest, keyword: str | None, user_id: str | None
) -> Page[str]:
    """Ids of who administers any tenant, each once, the longest first."""
    where = Where(pool_id, "m")
    where.add("m.administrator")
    if user_id is not None:
        where.add(f"m.user_id = {where.arg(user_id)}")
    source = "tenant_members m" + _searched(where, keyword)
    total = await db.fetchval(
        f"select count(distinct m.user_id) from {source} where {where.sql}", *where.args
    )
    rows = await db.fetch(
        f"""
        select m.user_id from {source} where {where.sql} group by m.user_id
        order by min(m.joined_at), m.user_id limit {request.size} offset {request.offset}
        """,
        *where.args,
    )
    return Page(total, [row["user_id"] for row in rows])


async def make_administrator(tx: Executor, pool_id: str, user_id: str, tenant_ids: Sequence[str]) -> None:
    """Of each of these tenants, and a member where they are none yet. Raises TenantNotFound as `add_members`."""
    await _insert_members(tx, [(pool_id, tenant_id, user_id, new_id(), True) for tenant_id in tenant_ids])


async def known_ids(db: Executor, pool_id: str, tenant_ids: Sequence[str]) -> set[str]:
    rows = await db.fetch(
        "select id from tenants where pool_id = $1 and id = any($2)", pool_id, list(tenant_ids)
    )
    return {row["id"] for row in rows}


async def member(db: Executor, pool_id: str, tenant_id: str, user_id: str) -> Member | None:
    row = await db.fetchrow(
        f"""
        select {_MEMBER} from tenant_members m
        where m.pool_id = $1 and m.tenant_id = $2 and m.user_id = $3
        """,
        pool_id,
        tenant_id,
        user_id,
    )
    return _member(row) if row else None


async def members_among(db: Executor, pool_id: str, tenant_id: str, user_ids: Sequence[str]) -> set[str]:
    rows = await db.fetch(
        "select m.user_id from tenant_members m "
        "where m.pool_id = $1 and m.tenant_id = $2 and m.user_id = any($3)",
        pool_id,
        tenant_id,
        list(user_ids),
    )
    return {row["user_id"] for row in rows}


async def user_ids_of_members(
    db: Executor, pool_id: str, tenant_id: str, member_ids: Sequence[str]
) -> list[str]:
    rows = await db.fetch(
        "select m.user_id from tenant_members m where m.pool_id = $1 and m.tenant_id = $2 and m.id = any($3)",
        pool_id,
        tenant_id,
        list(member_ids),
    )
    return [row["user_id"] for row in rows]


async def memberships(db: Executor, pool_id: str, user_id: str) -> list[Membership]:
    rows = await db.fetch(
        f"""
        select {_COLUMNS}, m.id as member_id, m.user_id, m.enabled, m.administrator, m.joined_at
        from tenant_members m join tenants t on t.pool_id = m.pool_id and t.id = m.tenant_id
        where m.pool_id = $1 and m.user_id = $2
        order by m.joined_at, t.id
        """,
        pool_id,
        user_id,
    )
    return [
        Membership(
            _tenant(row),
            Member(
                row["member_id"], row["id"], user_id, row["enabled"], row["administrator"], row["joined_at"]
            ),
        )
        for row in rows
    ]


async def forget_users(tx: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await tx.execute(
        "delete from tenant_members where pool_id = $1 and user_id = any($2)", pool_id, list(user_ids)
    )


def _written(tenant: Tenant) -> tuple[Any, ...]:
    return (
        tenant.pool_id,
        tenant.id,
        tenant.code,
        tenant.name,
        tenant.description,
        tenant.logo,
        tenant.reject_hint,
        tenant.creator,
        tenant.source_app_id,
        list(tenant.enterprise_domains),
        tenant.css,
        dict(tenant.settings),
    )


_FIELDS = frozenset(Tenant.__slots__)


def _tenant(row: Record) -> Tenant:
    tenant = Tenant(**{name: value for name, value in row.items() if name in _FIELDS})
    return replace(tenant, enterprise_domains=tuple(row["enterprise_domains"]), app_ids=tuple(row["app_ids"]))


def _member(row: Record) -> Member:
    return Member(**dict(row.items()))


async def erase_person(db: Executor, pool_id: str, person: Person) -> int:
    tag = await db.execute(
        "update tenants set creator = $3 where pool_id = $1 and creator = $2",
        pool_id,
        person.user_id,
        person.instead,
    )
    return int(tag.split()[-1])
