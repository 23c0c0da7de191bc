"""Every SQL statement of ours that touches a table of pools says which pool's rows it means.

The statements are read from the source: a query without `pool_id` is a hole between tenants that no other test
need have thought of. The few that mean all pools are listed, each with its reason.
"""

from __future__ import annotations

import re

import pytest
from tests.db.statements import statements

from poolhouse.db.database import Database

_SWEEP = "housekeeping, of what has expired or is too old in any pool"
_KEY = "authentication, which learns the pool from the id"
_METRIC = "a number of the whole server for /metrics, with nothing of anybody in it"
_DOCTOR = "what the operator of the server is told, ids alone"
OF_ALL_POOLS: dict[str, str] = {
    "customdb/postgres:migrations_of_all": _METRIC,
    "fields/postgres_index:unfinished": _METRIC,
    "fields/postgres_index:_next": "maintenance, which takes the indexes of all pools one after the other",
    "mail/postgres:waiting": _METRIC,
    "oidc/postgres_logout:waiting": _METRIC,
    "oidc/postgres_logout:lanes": "the delivery of all pools, which gives each its share of the places",
    "mail/postgres:claim": "the delivery of all pools, which gives each its share of the places",
    "db/postgres_lookup:pool_of": _KEY,
    "db/postgres_lookup:has_pools": "the start of a server",
    "db/postgres_lookup:all_of": "the keys of before of all pools, published for one issuer",
    "db/postgres_lookup:mismatches": _DOCTOR,
    "credentials/postgres:list_of_administrator": "what an administrator of the server has in which pools",
    "administrators/postgres:_roles": "in which pools an administrator of the server has which roles",
    "bulk/postgres:waiting": "the work for all pools, which gives each its turn",
    "audit/postgres:ensure_partition": _SWEEP,
    "audit/postgres:prune": _SWEEP,
    "statistics/postgres:count": "maintenance, which counts what is new of all pools, each by itself",
    "customdb/postgres_logs:prune": _SWEEP,
    "db/expiry:delete_old": _SWEEP,
    "migration/postgres_searching:write_orphaned": "housekeeping, of what imports of any pool have left",
    "sessions/postgres:delete_unneeded_keys": _SWEEP,
    "directory/postgres_duplicates:_of_names": _DOCTOR,
    "directory/postgres_duplicates:_of_phones": _DOCTOR,
    "db/doctor:_functions": "an operator's question about the whole server, grouped by pool",
    "commands/demo:_fill": "the demonstration's legacy table, which is no table of ours",
    "commands/demo_filling:_moved": "the same",
}


_TABLES = re.compile(r"\b(?:from|join|into|update|using)\s+(?:only\s+)?([a-z_]+)")


def _of_a_pool(text: str, whole: str) -> bool:
    if "{where.sql}" in text:
        return True  # db.where.Where, which begins with the pool
    if text.lstrip().startswith("exists ("):
        return "pool_id = " in text  # a term of a query, whose rows have their pool
    if re.search(r"insert into \w+\s*(as \w+\s+)?\(", text):
        return "pool_id" in (whole if "{" in text else text)
    return re.search(r"pool_id = (\$\d|any\(\$\d)", whole if "{" in text else text) is not None


@pytest.fixture
async def pool_tables(database: Database) -> set[str]:
    rows = await database.fetch(
        "select distinct table_name from information_schema.columns "
        "where column_name = 'pool_id' and table_schema = 'public'"
    )
    return {row[0] for row in rows}


async def test_every_statement_names_its_pool(pool_tables: set[str]) -> None:
    """In itself, or in the condition its function puts into it."""
    found = statements()
    assert len(found) > 200
    loose = {
        name: text
        for name, text, whole, _ in found
        if pool_tables & set(_TABLES.findall(text))
        and not _of_a_pool(text, whole)
        and name not in OF_ALL_POOLS
    }
    assert not loose, "\n".join(f"{name}: {text}" for name, text in sorted(loose.items()))


def test_the_exceptions_are_still_there() -> None:
    assert OF_ALL_POOLS.keys() <= {one.function for one in statements()}
