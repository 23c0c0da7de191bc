"""Which versions of the schema are in a database: each of them has a row in `schema_versions`.

`alembic_version` has the newest alone, which is what programs of before read and write. To them, a version that was
added to the program with a number below that was in. It is applied by what is recorded here.

A database that no version was applied to since has no table. It has what is not newer than its newest version, except
for those of `_MISSED` of which nothing is seen. Decision: docs/decisions/0125-every-version-is-recorded.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from poolhouse.db.errors import DatabaseUnfit

_MISSED = """
select version from (values
  ('0058', to_regclass('user_field_values') is not null),
  ('0059', to_regclass('user_import_errors') is not null),
  ('0073', to_regclass('custom_script_logs_read') is not null),
  ('0075', to_regclass('bulk_act_results') is not null),
  ('0077', to_regclass('administrator_passkeys') is not null),
  ('0083', exists (select 1 from pg_attribute
    where attrelid = to_regclass('access_keys') and attname = 'administrator_id')),
  ('0088', exists (select 1 from pg_attribute
    where attrelid = to_regclass('administrator_roles') and attname = 'applications')),
  ('0091', exists (select 1 from pg_attribute
    where attrelid = to_regclass('field_definitions') and attname = 'place')),
  ('0104', to_regclass('import_files') is not null),
  ('0117', to_regclass('user_logins_undated') is not null),
  ('0118', to_regclass('apps_newest') is not null),
  ('0136', to_regclass('audit_records_connection') is not null),
  ('0138', to_regclass('sessions_upstream') is not null),
  ('0143', to_regclass('audit_records_connection') is not null),
  ('0151', to_regclass('pool_lookup') is not null),
  ('0155', exists (select 1 from pg_class
    where oid = to_regclass('spent_signatures') and relpersistence = 'p'))
) shown (version, there) where not there
"""
"""Versions that were added behind a higher one, each with what it makes; 0143 makes nothing, was added before 0136, and
may be applied again."""


async def newest(connection: Any) -> str | None:
    """The version a database is at; None for an empty one."""
    if await connection.fetchval("select to_regclass('alembic_version')") is None:
        return None
    return await connection.fetchval("select version_num from alembic_version")  # type: ignore[no-any-return]


async def applied(connection: Any, known: Sequence[str]) -> tuple[str, ...]:
    """Those of `known`, which is in order, that are in. Raises DatabaseUnfit when it has one that is not known."""
    last = await newest(connection)
    if last is None:
        return ()
    up_to = known[: place(last, known) + 1]
    rows = await _recorded(connection)
    if rows is None:
        missed = {row["version"] for row in await connection.fetch(_MISSED)}
        return tuple(one for one in up_to if one not in missed)
    # A program of before may have taken back some of them, or applied newer ones.
    recorded = {row for row in rows if row <= last}
    for row in sorted(recorded):
        place(row, known)
    until = max(recorded, default="")
    return tuple(one for one in up_to if one in recorded or one > until)


async def _recorded(connection: Any) -> list[str] | None:
    if await connection.fetchval("select to_regclass('schema_versions')") is None:
        return None
    return [row["version"] for row in await connection.fetch("select version from schema_versions")]


def place(version: str, known: Sequence[str]) -> int:
    """Counted from 0. Raises DatabaseUnfit when it is none of them."""
    if version not in known:
        raise DatabaseUnfit(
            f"the database has version {version}, which this Poolhouse does not know (it knows up to "
            f"{known[-1]}): start the newer Poolhouse again, or take the schema back with it first",
            f"数据库有版本 {version}，本 Poolhouse 不认识（最新只到 {known[-1]}）：请启动较新的 Poolhouse，"
            "或先用它把结构降回来",
        )
    return known.index(version)


async def note(connection: Any, versions: Collection[str]) -> None:
    """Writes down that these are in, and no other, in the transaction that changes it."""
    await connection.execute(
        "create table if not exists alembic_version ("
        "version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num))"
    )
    await connection.execute("create table if not exists schema_versions (version text primary key)")
    await connection.execute("delete from alembic_version")
    await connection.execute("delete from schema_versions")
    if versions:
        await connection.execute("insert into alembic_version (version_num) values ($1)", max(versions))
        await connection.execute(
            "insert into schema_versions (version) select unnest($1::text[])", sorted(versions)
        )
