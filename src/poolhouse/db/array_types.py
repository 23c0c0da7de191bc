"""What the driver asks a server about types, answered here where it is the same on every server.

A connection that first meets an array of numbers or moments asks how it is made up, by a query that looks at every
table for every type of a row: 0.1 s on a busy machine, and 8 s to many minutes for a coordinator of Citus, which asks
for each table whether it is a shard. A setting of Citus ends that, but then shards are seen as tables, and a pooler in
transaction mode does not keep it. The numbers of the server's own types never change (PostgreSQL's pg_type.dat).
"""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import asyncpg

ARRAYS = {
    1000: ("_bool", 16),
    1001: ("_bytea", 17),
    1002: ("_char", 18),
    1003: ("_name", 19),
    1005: ("_int2", 21),
    1007: ("_int4", 23),
    1015: ("_varchar", 1043),
    1016: ("_int8", 20),
    1021: ("_float4", 700),
    1022: ("_float8", 701),
    1041: ("_inet", 869),
    1115: ("_timestamp", 1114),
    1182: ("_date", 1082),
    1185: ("_timestamptz", 1184),
    1187: ("_interval", 1186),
    1231: ("_numeric", 1700),
    2951: ("_uuid", 2950),
    3807: ("_jsonb", 3802),
}
"""By the number of the array's type: its name, and the number of its elements' type."""

_NOBODY_ASKED = SimpleNamespace(name="nobody was asked, so the statement that was prepared is still there")


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """Of asyncpg, but for these questions."""

    async def _introspect_types(self, typeoids: Collection[int], timeout: float | None) -> Any:
        if ARRAYS.keys() >= set(typeoids):
            return [row_of(one) for one in typeoids], _NOBODY_ASKED
        return await super()._introspect_types(typeoids, timeout)


def row_of(array: int) -> dict[str, Any]:
    """What the driver's query answers about it."""
    name, element = ARRAYS[array]
    return {
        "oid": array,
        "ns": "pg_catalog",
        "name": name,
        "kind": b"b",
        "basetype": None,
        "elemtype": element,
        "elemdelim": b",",
        "range_subtype": None,
        "attrtypoids": None,
        "attrnames": None,
    }
