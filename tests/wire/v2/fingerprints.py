"""What a pool's tables hold, so that two moments can be compared."""

from __future__ import annotations

from poolhouse.db.database import Database

_STATEMENTS: dict[tuple[str, ...], str] = {}
"""By the tables that are left out; the schema is the same in all databases of a run."""


async def fingerprints(
    database: Database, pool_id: str, *, skipped: tuple[str, ...] = (), without: str = ""
) -> dict[str, str]:
    """A digest of the pool, and of its rows of every table but those that begin with `skipped`; of the rows that do not
    name `without`, if it is given."""
    if skipped not in _STATEMENTS:
        _STATEMENTS[skipped] = await _statement(database, skipped)
    rows = await database.fetch(_STATEMENTS[skipped], pool_id, without)
    pool = await database.fetchval("select md5(t::text) from pools t where id = $1", pool_id)
    return {"pools": pool, **{row["name"]: row["digest"] for row in rows}}


async def _statement(database: Database, skipped: tuple[str, ...]) -> str:
    tables = await database.fetch(
        "select table_name from information_schema.columns c join information_schema.tables t "
        "using (table_schema, table_name) where column_name = 'pool_id' and table_schema = 'public' "
        "and t.table_type = 'BASE TABLE' order by 1"
    )
    return " union all ".join(
        f"select '{table}' as name, md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as digest "
        f"from {table} t where pool_id = $1 and ($2 = '' or position($2 in t::text) = 0)"
        for (table,) in tables
        if not table.startswith(skipped)
    )
