"""All SQL of roles."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from poolhouse.db.database import Executor, Reads, Tx
from poolhouse.db.postgres_words import add_words
from poolhouse.db.where import Where
from poolhouse.errors import CodeTaken, RoleNotFound
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.pools.postgres_changes import note
from poolhouse.roles.model import (
    ADMIN_NAMESPACE,
    BUILT_IN,
    Assignment,
    Role,
    RoleChanges,
    RoleDraft,
    RoleKey,
    Target,
    TargetType,
    Validity,
)

_COLUMNS = """
  r.id, r.namespace, r.code, r.name, r.description, r.parent_id, r.is_system, r.enabled, r.disable_at,
  r.permission_apply, r.created_at, r.updated_at
"""
_WIDTH = 12

_ACTIVE = "coalesce(a.enabled_from <= now(), true) and coalesce(a.ends_at > now(), true)"
_ENABLED = "r.enabled and coalesce(r.disable_at > now(), true)"
_IN_FORCE = f"{_ENABLED} and {_ACTIVE}"


def holds_role(where: Where, user: str, code: str, namespace: str) -> str:
    """A term: the user of alias `user` was given the role themself and still has it."""
    return f"exists (select {_holders(where, code, namespace)} and a.target_id = {user}.id)"


def holds_role_of_id(where: Where, user: str, role_id: str) -> str:
    """As `holds_role`. The planner knows how many have the very role."""
    return f"exists (select {_holders_of_id(where, role_id)} and a.target_id = {user}.id)"


def holders_of_id(where: Where, role_id: str) -> str:
    """As `holders_of`."""
    return f"select a.target_id as id {_holders_of_id(where, role_id)}"


def _holders_of_id(where: Where, role_id: str) -> str:
    return (
        "from role_assignments a where a.pool_id = $1 and a.target_type = 'USER' "
        f"and a.role_id = {where.arg(role_id)} and {_ACTIVE}"
    )


def holders_of(where: Where, code: str, namespace: str) -> str:
    """A query: the `id` of every user who was given the role themself and still has it, wherever they live."""
    return f"select a.target_id as id {_holders(where, code, namespace)}"


def _holders(where: Where, code: str, namespace: str) -> str:
    return (
        "from role_assignments a join roles r on r.pool_id = a.pool_id and r.id = a.role_id "
        "where a.pool_id = $1 and a.target_type = 'USER' "
        f"and r.namespace = {where.arg(namespace)} and r.code = {where.arg(code)} and {_ACTIVE}"
    )


async def insert(db: Executor, pool_id: str, draft: RoleDraft, parent_id: str | None) -> Role:
    try:
        row = await db.fetchrow(
            f"""
            insert into roles as r (pool_id, id, namespace, code, name, description, parent_id, disable_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            returning {_COLUMNS}
            """,
            pool_id,
            new_id(),
            draft.namespace,
            draft.code,
            draft.name,
            draft.description,
            parent_id,
            draft.disable_at,
        )
    except asyncpg.UniqueViolationError as error:
        raise CodeTaken(field="code", value=draft.code) from error
    except asyncpg.ForeignKeyViolationError as error:
        if parent_id is None:
            raise
        raise RoleNotFound(code=draft.parent) from error  # deleted a moment ago
    assert row is not None
    return Role(*row)


async def pool_created(db: Executor, pool_id: str) -> None:
    """The built-in roles of a new pool."""
    await db.execute(
        """
        insert into roles (pool_id, id, namespace, code, name, description, is_system)
        select $1, b.id, $2, b.code, b.name, b.description, true
        from unnest($3::text[], $4::text[], $5::text[], $6::text[]) b (id, code, name, description)
        on conflict (pool_id, namespace, code) do nothing
        """,
        pool_id,
        ADMIN_NAMESPACE,
        [new_id() for _ in BUILT_IN],
        *(list(column) for column in zip(*BUILT_IN, strict=True)),
    )


async def find(db: Executor, pool_id: str, key: RoleKey) -> Role | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from roles r where r.pool_id = $1 and r.namespace = $2 and r.code = $3",
        pool_id,
        key.namespace,
        key.code,
    )
    return None if row is None else Role(*row)


async def find_by_ids(db: Executor, pool_id: str, ids: Sequence[str]) -> dict[str, Role]:
    rows = await db.fetch(
        f"select {_COLUMNS} from roles r where r.pool_id = $1 and r.id = any($2::text[])", pool_id, list(ids)
    )
    return {row["id"]: Role(*row) for row in rows}


async def find_many(db: Executor | Reads, pool_id: str, keys: Sequence[RoleKey]) -> dict[RoleKey, Role]:
    rows = await db.fetch(
        f"""
        select {_COLUMNS} from roles r
        join unnest($2::text[], $3::text[]) k (namespace, code)
          on r.namespace = k.namespace and r.code = k.code
        where r.pool_id = $1
        """,
        pool_id,
        [key.namespace for key in keys],
        [key.code for key in keys],
    )
    roles = [Role(*row) for row in rows]
    return {RoleKey(role.code, role.namespace): role for role in roles}


async def list_page(db: Reads, pool_id: str, namespace: str, keyword: str, page: PageRequest) -> Page[Role]:
    """Newest first. `keyword` is looked for, without case, in code, name and description; "" finds all."""
    where = Where(pool_id, "r")
    where.add(f"r.namespace = {where.arg(namespace)}")
    if keyword:
        await add_words(db, where, "roles", "r", ("code", "name", "description"), keyword)
    rows = await db.search_fetch(
        f"select {_COLUMNS} from roles r where {where.sql} "
        f"order by r.created_at desc, r.id desc limit {page.rows:d} offset {page.offset:d}",
        *where.args,
    )
    if (total := page.total_of(len(rows))) is None:
        total = await db.search_fetchval(f"select count(*) from roles r where {where.sql}", *where.args)
    return Page(total, [Role(*row) for row in rows[: page.size]])


async def update(db: Executor, pool_id: str, key: RoleKey, changes: RoleChanges) -> Role | None:
    try:
        row = await db.fetchrow(
            f"""
            update roles r set
              code = coalesce($4, code),
              name = coalesce($5, name),
              description = coalesce($6, description),
              enabled = coalesce($7, enabled),
              disable_at = case when $8 then null else coalesce($9, disable_at) end,
              permission_apply = coalesce($10, permission_apply),
              updated_at = now()
            where r.pool_id = $1 and r.namespace = $2 and r.code = $3
            returning {_COLUMNS}
            """,
            pool_id,
            key.namespace,
            key.code,
            changes.new_code,
            changes.name,
            changes.description,
            changes.enabled,
            changes.never_disable,
            changes.disable_at,
            changes.permission_apply,
        )
    except asyncpg.UniqueViolationError as error:
        raise CodeTaken(field="newCode", value=changes.new_code) from error
    return None if row is None else Role(*row)


async def delete(tx: Tx, pool_id: str, ids: Sequence[str]) -> None:
    """Their children are left without a parent, in one statement: foreign keys are checked at its end.

    First whoever is giving one of them a child is waited for, so that the statement sees it.
    """
    await tx.execute(
        "select 1 from roles where pool_id = $1 and id = any($2::text[]) order by id for update",
        pool_id,
        list(ids),
    )
    await tx.execute(
        "with orphaned as (update roles set parent_id = null "
        "where pool_id = $1 and parent_id = any($2::text[]) and id <> all($2::text[])) "
        "delete from roles where pool_id = $1 and id = any($2::text[])",
        pool_id,
        list(ids),
    )


async def list_of_namespace(db: Executor, pool_id: str, namespace: str) -> list[Role]:
    rows = await db.fetch(
        f"select {_COLUMNS} from roles r where r.pool_id = $1 and r.namespace = $2", pool_id, namespace
    )
    return [Role(*row) for row in rows]


async def assign(
    tx: Tx, pool_id: str, role_ids: Sequence[str], targets: Sequence[Target], validity: Validity
) -> None:
    """Every role to every target; what is assigned already takes the new validity."""
    await tx.execute(
        """
        insert into role_assignments (pool_id, role_id, target_type, target_id, enabled_from, ends_at)
        select $1, role_id, t.type, t.id, $5, $6
        from unnest($2::text[]) role_id, unnest($3::text[], $4::text[]) t (type, id)
        on conflict (pool_id, role_id, target_type, target_id) do update set
          enabled_from = excluded.enabled_from, ends_at = excluded.ends_at
        """,
        pool_id,
        list(role_ids),
        [target.type for target in targets],
        [target.id for target in targets],
        validity.enabled_from,
        validity.ends_at,
    )
    await _note(tx, pool_id, targets)


async def revoke(tx: Tx, pool_id: str, role_ids: Sequence[str], targets: Sequence[Target]) -> None:
    await tx.execute(
        """
        delete from role_assignments a
        using unnest($3::text[], $4::text[]) t (type, id)
        where a.pool_id = $1 and a.role_id = any($2::text[]) and a.target_type = t.type and a.target_id = t.id
        """,
        pool_id,
        list(role_ids),
        [target.type for target in targets],
        [target.id for target in targets],
    )
    await _note(tx, pool_id, targets)


async def _note(tx: Tx, pool_id: str, targets: Sequence[Target]) -> None:
    if any(target.type is TargetType.USER for target in targets):
        await note(tx, pool_id, "roles")


async def list_targets(
    db: Executor, pool_id: str, role_id: str, target_type: TargetType, page: PageRequest
) -> Page[str]:
    """Ids of those who have it now, latest given first."""
    where = f"a.pool_id = $1 and a.role_id = $2 and a.target_type = $3 and {_ACTIVE}"
    total = await db.fetchval(
        f"select count(*) from role_assignments a where {where}", pool_id, role_id, target_type
    )
    rows = await db.fetch(
        f"""
        select a.target_id from role_assignments a where {where}
        order by a.created_at desc, a.target_id desc limit $4 offset $5
        """,
        pool_id,
        role_id,
        target_type,
        page.size,
        page.offset,
    )
    return Page(total, [row["target_id"] for row in rows])


async def list_assignments(
    db: Executor, pool_id: str, role_id: str, target_types: Sequence[TargetType], page: PageRequest
) -> Page[Assignment]:
    """Also those not yet or no longer in force."""
    where = """
      a.pool_id = $1 and a.role_id = $2 and (cardinality($3::text[]) = 0 or a.target_type = any($3))
    """
    args = (pool_id, role_id, list(target_types))
    total = await db.fetchval(f"select count(*) from role_assignments a where {where}", *args)
    rows = await db.fetch(
        f"""
        select {_COLUMNS}, a.target_type, a.target_id, a.enabled_from, a.ends_at, {_IN_FORCE}, a.created_at
        from role_assignments a join roles r on r.pool_id = a.pool_id and r.id = a.role_id
        where {where}
        order by a.created_at desc, a.target_type, a.target_id desc limit $4 offset $5
        """,
        *args,
        page.size,
        page.offset,
    )
    return Page(
        total,
        [
            Assignment(
                Role(*row[:_WIDTH]), Target(TargetType(row[_WIDTH]), row[_WIDTH + 1]), *row[_WIDTH + 2 :]
            )
            for row in map(tuple, rows)
        ],
    )


async def list_in_force(
    db: Executor, pool_id: str, user_id: str, node_ids: Sequence[str], namespace: str | None
) -> list[Role]:
    """The user's own roles, their groups' and those of `node_ids`; of one namespace or (None) of all."""
    rows = await db.fetch(
        f"""
        select {_COLUMNS} from roles r
        where r.pool_id = $1 and ($4::text is null or r.namespace = $4) and {_ENABLED}
          and r.id in (
            select a.role_id from role_assignments a
            where a.pool_id = $1 and {_ACTIVE}
              and (a.target_type, a.target_id) in (
                select 'USER', $2
                union all
                select 'GROUP', m.group_id from group_members m where m.pool_id = $1 and m.user_id = $2
                union all
                select 'NODE', node_id from unnest($3::text[]) node_id
              )
          )
        order by r.created_at desc, r.id desc
        """,
        pool_id,
        user_id,
        list(node_ids),
        namespace,
    )
    return [Role(*row) for row in rows]


async def list_of_target(db: Executor, pool_id: str, target: Target, namespace: str | None) -> list[Role]:
    """Given to this very target and in force."""
    rows = await db.fetch(
        f"""
        select {_COLUMNS} from role_assignments a join roles r on r.pool_id = a.pool_id and r.id = a.role_id
        where a.pool_id = $1 and a.target_type = $2 and a.target_id = $3
          and ($4::text is null or r.namespace = $4) and {_IN_FORCE}
        order by r.created_at desc, r.id desc
        """,
        pool_id,
        target.type,
        target.id,
        namespace,
    )
    return [Role(*row) for row in rows]


async def list_holdings(db: Executor, pool_id: str, targets: Sequence[Target]) -> list[tuple[Role, Target]]:
    """Every role in force that was given to one of these, and to which."""
    rows = await db.fetch(
        f"""
        select {_COLUMNS}, a.target_type, a.target_id
        from role_assignments a join roles r on r.pool_id = a.pool_id and r.id = a.role_id
        join unnest($2::text[], $3::text[]) t (type, id) on t.type = a.target_type and t.id = a.target_id
        where a.pool_id = $1 and {_IN_FORCE}
        order by r.created_at desc, r.id desc, a.target_type, a.target_id
        """,
        pool_id,
        [target.type for target in targets],
        [target.id for target in targets],
    )
    return [
        (Role(*row[:_WIDTH]), Target(TargetType(row[_WIDTH]), row[_WIDTH + 1])) for row in map(tuple, rows)
    ]


async def list_holders(
    db: Executor, pool_id: str, role_ids: Sequence[str], limit: int
) -> list[tuple[str, Target]]:
    """(role's id, whom it is given to) of every assignment in force, at most `limit`."""
    rows = await db.fetch(
        f"""
        select a.role_id, a.target_type, a.target_id
        from role_assignments a join roles r on r.pool_id = a.pool_id and r.id = a.role_id
        where a.pool_id = $1 and a.role_id = any($2::text[]) and {_IN_FORCE} limit {int(limit)}
        """,
        pool_id,
        list(role_ids),
    )
    return [(row[0], Target(TargetType(row[1]), row[2])) for row in rows]


async def forget_targets(tx: Tx, pool_id: str, ids: Sequence[str], *, kind: TargetType) -> None:
    """Whatever roles were given to targets that are gone."""
    await tx.execute(
        "delete from role_assignments where pool_id = $1 and target_type = $2 and target_id = any($3::text[])",
        pool_id,
        kind,
        list(ids),
    )


async def rename_namespace(tx: Tx, pool_id: str, old: str, new: str) -> None:
    await tx.execute(
        "update roles set namespace = $3 where pool_id = $1 and namespace = $2", pool_id, old, new
    )
