"""All SQL on identity sources and their connections."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from asyncpg import Record

from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Executor
from poolhouse.tenants.model import Connection, Place, Source, State
from poolhouse.tenants.secrets import masked, seal, unseal

_SOURCE = "s.id, s.pool_id, s.name, s.type, s.tenant_id, s.logo, s.auto_join, s.created_at, s.updated_at"
_CONNECTION = """
  c.id, c.source_id, c.type, c.identifier, c.display_name, c.fields, c.match_fields, c.logo, c.login_only,
  c.associable, c.created_at, c.updated_at
"""


async def insert_source(tx: Executor, source: Source) -> None:
    """Raises asyncpg's foreign key violation for an unknown tenant."""
    await tx.execute(
        """
        insert into identity_sources (pool_id, id, tenant_id, name, type, logo, auto_join)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        source.pool_id,
        source.id,
        source.tenant_id,
        source.name,
        source.type,
        source.logo,
        source.auto_join,
    )


async def rename_source(tx: Executor, pool_id: str, source_id: str, name: str) -> bool:
    tag = await tx.execute(
        "update identity_sources set name = $3, updated_at = now() where pool_id = $1 and id = $2",
        pool_id,
        source_id,
        name,
    )
    return tag != "UPDATE 0"


async def delete_source(tx: Executor, pool_id: str, source_id: str) -> bool:
    tag = await tx.execute("delete from identity_sources where pool_id = $1 and id = $2", pool_id, source_id)
    return tag != "DELETE 0"


async def find_source(db: Executor, pool_id: str, source_id: str, box: SecretBox) -> Source | None:
    row = await db.fetchrow(
        f"select {_SOURCE} from identity_sources s where s.pool_id = $1 and s.id = $2", pool_id, source_id
    )
    if row is None:
        return None
    [source] = await _with_connections(db, pool_id, [row], box)
    return source


async def origin(
    db: Executor, pool_id: str, source_id: str, identifier: str
) -> tuple[str, str, str | None] | None:
    """The source of this id, or else that of the connection with this identifier: its id, its type, and the
    connection's id where it is one of the source's."""
    row = await db.fetchrow(
        """
        select s.id, s.type, c.id as connection_id from identity_sources s
        left join identity_connections c
          on c.pool_id = s.pool_id and c.source_id = s.id and c.identifier = $3
        where s.pool_id = $1 and case when $2 = '' then c.id is not null else s.id = $2 end
        """,
        pool_id,
        source_id,
        identifier,
    )
    return (row["id"], row["type"], row["connection_id"]) if row else None


async def sources(
    db: Executor, pool_id: str, tenant_id: str | None, app_id: str | None, box: SecretBox
) -> list[Source]:
    """`tenant_id` None: of the pool and of every tenant. `app_id`: with a connection switched on there."""
    rows = await db.fetch(
        f"""
        select {_SOURCE} from identity_sources s
        where s.pool_id = $1 and ($2::text is null or s.tenant_id = $2)
          and ($3::text is null or exists (
            select 1 from identity_connections c
            join identity_connection_states e on e.pool_id = c.pool_id and e.connection_id = c.id
            where c.pool_id = s.pool_id and c.source_id = s.id
              and e.place = 'app' and e.place_id = $3 and e.enabled))
        order by s.created_at desc, s.id
        """,
        pool_id,
        tenant_id,
        app_id,
    )
    return await _with_connections(db, pool_id, rows, box)


async def insert_connection(tx: Executor, pool_id: str, connection: Connection, box: SecretBox) -> None:
    """Raises asyncpg's unique violation for a taken identifier."""
    await tx.execute(
        """
        insert into identity_connections
          (pool_id, id, source_id, type, identifier, display_name, fields, match_fields, logo, login_only)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        pool_id,
        connection.id,
        connection.source_id,
        connection.type,
        connection.identifier,
        connection.display_name,
        seal(connection.fields, pool_id, connection.id, box),
        list(connection.match_fields),
        connection.logo,
        connection.login_only,
    )


async def update_connection(tx: Executor, pool_id: str, connection: Connection, box: SecretBox) -> None:
    await tx.execute(
        """
        update identity_connections
        set display_name = $3, fields = $4, match_fields = $5, logo = $6, login_only = $7, associable = $8,
            updated_at = now()
        where pool_id = $1 and id = $2
        """,
        pool_id,
        connection.id,
        connection.display_name,
        seal(connection.fields, pool_id, connection.id, box),
        list(connection.match_fields),
        connection.logo,
        connection.login_only,
        connection.associable,
    )


async def delete_connection(tx: Executor, pool_id: str, connection_id: str) -> bool:
    tag = await tx.execute(
        "delete from identity_connections where pool_id = $1 and id = $2", pool_id, connection_id
    )
    return tag != "DELETE 0"


async def find_connection(
    db: Executor, pool_id: str, connection_id: str, box: SecretBox
) -> tuple[Connection, Mapping[str, Any]] | None:
    """The connection as it may be shown, and its configuration as it is."""
    row = await db.fetchrow(
        f"select {_CONNECTION} from identity_connections c where c.pool_id = $1 and c.id = $2",
        pool_id,
        connection_id,
    )
    if row is None:
        return None
    states = await _states(db, pool_id, [connection_id])
    fields = unseal(row["fields"], pool_id, connection_id, box)
    return _connection(row, masked(fields), states.get(connection_id, ())), fields


async def usable_connection(
    db: Executor, pool_id: str, name: str, box: SecretBox
) -> tuple[Connection, Mapping[str, Any], str] | None:
    """By its identifier or its id: what may be shown of it, its configuration, and its source's type."""
    row = await db.fetchrow(
        f"""
        select {_CONNECTION}, s.type as source_type from identity_connections c
        join identity_sources s on s.pool_id = c.pool_id and s.id = c.source_id
        where c.pool_id = $1 and (c.identifier = $2 or c.id = $2) order by c.identifier = $2 desc limit 1
        """,
        pool_id,
        name,
    )
    if row is None:
        return None
    values = dict(row.items())
    source_type, connection_id = values.pop("source_type"), values["id"]
    states = await _states(db, pool_id, [connection_id])
    fields = unseal(values["fields"], pool_id, connection_id, box)
    values |= {"fields": masked(fields), "match_fields": tuple(values["match_fields"])}
    return Connection(**values, states=states.get(connection_id, ())), fields, source_type


async def enabled_connections(
    db: Executor, pool_id: str, app_ids: Collection[str]
) -> list[tuple[str, Connection, str]]:
    """Those that are switched on in the applications, oldest first, without fields: the application's id, the
    connection, its source's type."""
    rows = await db.fetch(
        """
        select c.id, c.source_id, c.type, c.identifier, c.display_name, c.logo, c.login_only, c.associable,
               s.type as source_type, e.place_id
        from identity_connections c
        join identity_connection_states e on e.pool_id = c.pool_id and e.connection_id = c.id
        join identity_sources s on s.pool_id = c.pool_id and s.id = c.source_id
        where c.pool_id = $1 and e.place = 'app' and e.place_id = any($2) and e.enabled
        order by c.created_at, c.id
        """,
        pool_id,
        list(app_ids),
    )
    beside = ("source_type", "place_id")
    return [
        (
            row["place_id"],
            Connection(**{name: value for name, value in row.items() if name not in beside}),
            row["source_type"],
        )
        for row in rows
    ]


async def applications_of(db: Executor, pool_id: str, types: Collection[str]) -> list[str]:
    """Their ids, in which a connection of one of these types is switched on."""
    rows = await db.fetch(
        """
        select distinct e.place_id from identity_connections c
        join identity_connection_states e on e.pool_id = c.pool_id and e.connection_id = c.id
        where c.pool_id = $1 and c.type = any($2) and e.place = 'app' and e.enabled
        order by e.place_id
        """,
        pool_id,
        list(types),
    )
    return [row["place_id"] for row in rows]


async def identifier_taken(db: Executor, pool_id: str, identifier: str) -> bool:
    return bool(
        await db.fetchval(
            "select exists (select 1 from identity_connections where pool_id = $1 and identifier = $2)",
            pool_id,
            identifier,
        )
    )


async def put_states(
    tx: Executor, pool_id: str, connection_ids: Sequence[str], place: Place, place_id: str, enabled: bool
) -> None:
    await tx.executemany(
        """
        insert into identity_connection_states (pool_id, connection_id, place, place_id, enabled)
        values ($1, $2, $3, $4, $5)
        on conflict (pool_id, connection_id, place, place_id) do update set enabled = excluded.enabled
        """,
        [(pool_id, connection_id, place, place_id, enabled) for connection_id in connection_ids],
    )


async def forget_apps(tx: Executor, pool_id: str, app_ids: Sequence[str]) -> None:
    """In which of them a connection was switched on."""
    await delete_states(tx, pool_id, "app", app_ids)


async def delete_states(tx: Executor, pool_id: str, place: Place, ids: Sequence[str]) -> None:
    """Of applications or tenants that go: whether connections were switched on there."""
    await tx.execute(
        "delete from identity_connection_states where pool_id = $1 and place = $2 and place_id = any($3)",
        pool_id,
        place,
        list(ids),
    )


async def _with_connections(
    db: Executor, pool_id: str, rows: Sequence[Record], box: SecretBox
) -> list[Source]:
    ids = [row["id"] for row in rows]
    found = await db.fetch(
        f"""
        select {_CONNECTION} from identity_connections c
        where c.pool_id = $1 and c.source_id = any($2) order by c.created_at, c.id
        """,
        pool_id,
        ids,
    )
    states = await _states(db, pool_id, [row["id"] for row in found])
    connections: dict[str, list[Connection]] = {}
    for row in found:
        fields = masked(unseal(row["fields"], pool_id, row["id"], box))
        connections.setdefault(row["source_id"], []).append(
            _connection(row, fields, states.get(row["id"], ()))
        )
    return [
        replace(Source(**dict(row.items())), connections=tuple(connections.get(row["id"], ())))
        for row in rows
    ]


async def _states(db: Executor, pool_id: str, connection_ids: Sequence[str]) -> dict[str, tuple[State, ...]]:
    rows = await db.fetch(
        """
        select connection_id, place, place_id, enabled from identity_connection_states
        where pool_id = $1 and connection_id = any($2) order by place, place_id
        """,
        pool_id,
        list(connection_ids),
    )
    states: dict[str, tuple[State, ...]] = {}
    for row in rows:
        state = State(row["place"], row["place_id"], row["enabled"])
        states[row["connection_id"]] = (*states.get(row["connection_id"], ()), state)
    return states


def _connection(row: Record, fields: Mapping[str, Any], states: tuple[State, ...]) -> Connection:
    values = {**dict(row.items()), "fields": fields, "match_fields": tuple(row["match_fields"])}
    return Connection(**values, states=states)
