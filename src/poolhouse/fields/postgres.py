"""All SQL of custom fields and their values (the conditions for other queries: conditions.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg
import msgspec
from asyncpg import Record

from poolhouse.db.database import Executor, Reads, Tx
from poolhouse.errors import FieldValueTaken, InvalidInput
from poolhouse.fields import postgres_index
from poolhouse.fields.model import (
    BaseFieldChanges,
    DataType,
    Field,
    FieldQuery,
    IndexProgress,
    IndexState,
    Option,
    Rule,
    TargetType,
)
from poolhouse.paging import Page, PageRequest

_COLUMNS = """
  d.target_type, d.key, d.data_type, d.label, d.description, d.options, d.rules, d.is_unique, d.encrypted,
  d.user_editable, d.visible_in_admin_console, d.visible_in_user_center, d.desensitized, d.app_ids, d.i18n,
  d.created_at, d.updated_at, d.indexed
"""
_WITH_INDEX = f"{_COLUMNS}, i.state as index_state, i.done as index_done, i.total as index_total"
_ORDER = "d.place nulls last, d.created_at, d.key"
"""As somebody placed them, and those that nobody has behind, oldest first."""
_INDEX = "field_indexes i on i.pool_id = d.pool_id and i.target_type = d.target_type and i.key = d.key"


def _field(row: Record) -> Field:
    values = dict(row)
    values["target_type"] = TargetType(values["target_type"])
    values["data_type"] = DataType(values["data_type"])
    values["options"] = tuple(Option(**option) for option in values["options"])
    values["rules"] = tuple(Rule(**rule) for rule in values["rules"])
    values["app_ids"] = tuple(values["app_ids"])
    values["unique"] = values.pop("is_unique")
    if state := values.pop("index_state", None):
        values["index"] = IndexProgress(IndexState(state), values["index_done"], values["index_total"])
    values.pop("index_done", None)
    values.pop("index_total", None)
    return Field(**values)


async def list_fields(
    db: Executor | Reads, pool_id: str, target_type: TargetType, keys: Sequence[str] | None = None
) -> dict[str, Field]:
    """By key, in their order."""
    rows = await db.fetch(
        f"""
        select {_WITH_INDEX} from field_definitions d left join {_INDEX}
        where d.pool_id = $1 and d.target_type = $2 and ($3::text[] is null or d.key = any($3))
        order by {_ORDER}
        """,
        pool_id,
        target_type,
        None if keys is None else list(keys),
    )
    return {row["key"]: _field(row) for row in rows}


async def reread(tx: Tx, pool_id: str, field: Field) -> Field:
    """With how far its index is."""
    found = await list_fields(tx, pool_id, field.target_type, [field.key])
    return found[field.key]


async def fields_to_write(
    tx: Tx, pool_id: str, target_type: TargetType, keys: Sequence[str]
) -> dict[str, Field]:
    """By key. None of them is marked for the index, or no longer so, before the transaction ends."""
    rows = await tx.fetch(
        f"""
        select {_COLUMNS} from field_definitions d
        where d.pool_id = $1 and d.target_type = $2 and d.key = any($3::text[])
        order by d.created_at, d.key for share
        """,
        pool_id,
        target_type,
        list(keys),
    )
    return {row["key"]: _field(row) for row in rows}


async def list_page(db: Executor, pool_id: str, query: FieldQuery, page: PageRequest) -> Page[Field]:
    where = """
      d.pool_id = $1 and d.target_type = $2 and ($3::text is null or d.data_type = $3)
      and ($4 = '' or strpos(lower(concat_ws(e'\\n', d.key, d.label)), lower($4)) > 0)
      and ($5::bool is null or d.visible_in_user_center = $5)
      and ($6::bool is null or d.visible_in_admin_console = $6)
    """
    args = (
        pool_id,
        query.target_type,
        query.data_type,
        query.keyword,
        query.visible_to_users,
        query.visible_to_administrators,
    )
    total = await db.fetchval(f"select count(*) from field_definitions d where {where}", *args)
    rows = await db.fetch(
        f"""
        select {_WITH_INDEX} from field_definitions d left join {_INDEX} where {where}
        order by {_ORDER} limit $7 offset $8
        """,
        *args,
        page.size,
        page.offset,
    )
    return Page(total, [_field(row) for row in rows])


async def save_field(tx: Tx, pool_id: str, field: Field) -> Field:
    """Inserts it, or replaces all of it but what never changes."""
    row = await tx.fetchrow(
        f"""
        insert into field_definitions as d (
          pool_id, target_type, key, data_type, label, description, options, rules, is_unique, encrypted,
          user_editable, visible_in_admin_console, visible_in_user_center, desensitized, app_ids, i18n, indexed
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        on conflict (pool_id, target_type, key) do update set
          label = excluded.label,
          description = excluded.description,
          options = excluded.options,
          rules = excluded.rules,
          is_unique = excluded.is_unique,
          user_editable = excluded.user_editable,
          visible_in_admin_console = excluded.visible_in_admin_console,
          visible_in_user_center = excluded.visible_in_user_center,
          desensitized = excluded.desensitized,
          app_ids = excluded.app_ids,
          i18n = excluded.i18n,
          indexed = excluded.indexed,
          updated_at = excluded.updated_at
        returning {_COLUMNS}
        """,
        pool_id,
        field.target_type,
        field.key,
        field.data_type,
        field.label,
        field.description,
        msgspec.to_builtins(field.options),
        msgspec.to_builtins(field.rules),
        field.unique,
        field.encrypted,
        field.user_editable,
        field.visible_in_admin_console,
        field.visible_in_user_center,
        field.desensitized,
        list(field.app_ids),
        field.i18n,
        field.indexed,
    )
    assert row is not None
    return _field(row)


async def mark_unique(tx: Tx, pool_id: str, field: Field) -> None:
    """Lets the values stored so far take part in uniqueness, or no longer."""
    try:
        await tx.execute(
            """
            update field_values v set unique_digest = case when $4 then digest_of_value(v.value) end
            where v.pool_id = $1 and v.target_type = $2 and v.key = $3
            """,
            pool_id,
            field.target_type,
            field.key,
            field.unique,
        )
    except asyncpg.UniqueViolationError as error:
        raise FieldValueTaken(field=field.key) from error


async def delete_field(tx: Tx, pool_id: str, target_type: TargetType, key: str) -> bool:
    """Its values go with it. False if there was none."""
    await postgres_index.lock(tx, pool_id, target_type, key)
    deleted = await tx.fetchval(
        """
        delete from field_definitions
        where pool_id = $1 and target_type = $2 and key = $3 returning true
        """,
        pool_id,
        target_type,
        key,
    )
    if target_type is TargetType.USER:
        await postgres_index.delete_entries(tx, pool_id, key)
    return deleted is not None


async def save_order(tx: Tx, pool_id: str, target_type: TargetType, keys: Sequence[str]) -> None:
    """Of the definitions that `postgres_index.hold` holds: those of `keys` first."""
    await tx.execute(
        """
        update field_definitions d set place = null
        where d.pool_id = $1 and d.target_type = $2 and d.place is not null
        """,
        pool_id,
        target_type,
    )
    await tx.execute(
        """
        update field_definitions d set place = o.place
        from unnest($3::text[], $4::int[]) o (key, place)
        where d.pool_id = $1 and d.target_type = $2 and d.key = o.key
        """,
        pool_id,
        target_type,
        list(keys),
        list(range(1, len(keys) + 1)),
    )


async def require_matching(db: Executor, text: str, expression: str, field: str) -> bool:
    """PostgreSQL's engine: it cannot be driven into exponential time, and a statement has a timeout."""
    try:
        return bool(await db.fetchval("select $1::text ~ $2::text", text, expression))
    except asyncpg.InvalidRegularExpressionError as error:
        raise InvalidInput(field, "正则表达式无效", "not a regular expression") from error


async def list_values(
    db: Executor,
    pool_id: str,
    target_type: TargetType,
    target_ids: Sequence[str],
    keys: Sequence[str] | None = None,
    visible_to_users: bool | None = None,
) -> list[Record]:
    """target_id, key, data_type, label, value, sealed; in the order of the fields."""
    return await db.fetch(
        f"""
        select v.target_id, v.key, d.data_type, d.label, v.value, v.sealed
        from field_values v
        join field_definitions d
          on d.pool_id = v.pool_id and d.target_type = v.target_type and d.key = v.key
        where v.pool_id = $1 and v.target_type = $2 and v.target_id = any($3::text[])
          and ($4::text[] is null or v.key = any($4))
          and ($5::bool is null or d.visible_in_user_center = $5)
        order by v.target_id, {_ORDER}
        """,
        pool_id,
        target_type,
        list(target_ids),
        None if keys is None else list(keys),
        visible_to_users,
    )


async def save_values(
    tx: Tx, pool_id: str, field: Field, forms: Sequence[tuple[str, Any, bytes | None]]
) -> None:
    """`forms`: (target id, stored form or None, sealed form or None). `field` is as `fields_to_write` gave it.

    Raises FieldValueTaken.
    """
    save = """
        insert into field_values (pool_id, target_type, target_id, key, value, sealed, unique_digest)
        select $1, $2, g.target_id, $3, g.value::jsonb, g.sealed,
               case when $4 then digest_of_value(g.value::jsonb) end
        from unnest($5::text[], $6::text[], $7::bytea[]) g (target_id, value, sealed)
        on conflict (pool_id, target_type, target_id, key) do update set
          value = excluded.value, sealed = excluded.sealed, unique_digest = excluded.unique_digest,
          updated_at = excluded.updated_at
        """
    try:
        await tx.execute(
            save,
            pool_id,
            field.target_type,
            field.key,
            field.unique,
            [target_id for target_id, _, _ in forms],
            [None if value is None else msgspec.json.encode(value).decode() for _, value, _ in forms],
            [sealed for _, _, sealed in forms],
        )
    except asyncpg.UniqueViolationError as error:
        raise FieldValueTaken(field=field.key) from error
    if field.indexed:
        ids = [target_id for target_id, _, _ in forms]
        await postgres_index.note(tx, pool_id, field.target_type, field.key, ids)


async def delete_values(
    tx: Tx, pool_id: str, target_type: TargetType, target_ids: Sequence[str], key: str | None = None
) -> None:
    await tx.execute(
        """
        delete from field_values
        where pool_id = $1 and target_type = $2 and target_id = any($3::text[])
          and ($4::text is null or key = $4)
        """,
        pool_id,
        target_type,
        list(target_ids),
        key,
    )
    if target_type is TargetType.USER:
        await postgres_index.forget(tx, pool_id, target_ids, key)


async def forget_targets(tx: Tx, pool_id: str, ids: Sequence[str], *, kind: TargetType) -> None:
    """The values of things that are gone."""
    await delete_values(tx, pool_id, kind, ids)


async def count_targets(db: Executor, pool_id: str, target_type: TargetType, key: str) -> int:
    counted: int = await db.fetchval(
        "select count(*) from field_values where pool_id = $1 and target_type = $2 and key = $3",
        pool_id,
        target_type,
        key,
    )
    return counted


async def list_base_changes(db: Executor, pool_id: str) -> list[BaseFieldChanges]:
    rows = await db.fetch(
        """
        select key, label, description, user_editable, visible_in_admin_console, visible_in_user_center, i18n
        from base_field_settings where pool_id = $1
        """,
        pool_id,
    )
    return [BaseFieldChanges(*row) for row in rows]


async def save_base_changes(tx: Tx, pool_id: str, changes: BaseFieldChanges) -> None:
    await tx.execute(
        """
        insert into base_field_settings as s (
          pool_id, key, label, description, user_editable, visible_in_admin_console, visible_in_user_center,
          i18n
        ) values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (pool_id, key) do update set
          label = coalesce(excluded.label, s.label),
          description = coalesce(excluded.description, s.description),
          user_editable = coalesce(excluded.user_editable, s.user_editable),
          visible_in_admin_console = coalesce(excluded.visible_in_admin_console, s.visible_in_admin_console),
          visible_in_user_center = coalesce(excluded.visible_in_user_center, s.visible_in_user_center),
          i18n = coalesce(excluded.i18n, s.i18n)
        """,
        pool_id,
        changes.key,
        changes.label,
        changes.description,
        changes.user_editable,
        changes.visible_in_admin_console,
        changes.visible_in_user_center,
        changes.i18n,
    )
