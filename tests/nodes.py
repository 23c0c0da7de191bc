"""A database on all nodes of a Citus cluster, where POOLHOUSE_TEST_DATABASE_URL names one's coordinator."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from tests.postgres import await_in_thread, on_database, run_sql

TRIES = 5
SHARDS = 4
"""Few, as each is a table for every table."""

_NODES = "select nodename, nodeport, groupid from pg_dist_node where noderole = 'primary' order by groupid"
_EXTENSIONS = ("citus", "pg_trgm", "btree_gin")


def outside() -> str | None:
    """The server that the environment names."""
    return os.environ.get("POOLHOUSE_TEST_DATABASE_URL") or None


def on_citus() -> bool:
    """Whether the run's databases are distributed."""
    url = outside()
    return url is not None and is_citus(url)


@cache
def is_citus(url: str) -> bool:
    return bool(await_in_thread(_asked(url, "select to_regclass('pg_dist_node') is not null")))


def make_database(url: str, name: str) -> None:
    """On every node of the cluster that `url`'s database belongs to, known to each other."""
    await_in_thread(_make(url, name))


def clone_database(url: str, name: str, template: str) -> None:
    """A database with everything that `template` has, on one server or on every node."""
    if is_citus(url):
        await_in_thread(_clone(url, name, template))
    else:
        run_sql(url, f'create database "{name}" template "{template}"')


def drop_database(url: str, name: str) -> None:
    if is_citus(url):
        await_in_thread(_drop(url, name))
    else:
        run_sql(url, f'drop database if exists "{name}" with (force)')


def on_node(url: str, host: str, port: int, name: str) -> str:
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@{host}:{port}", path=f"/{name}"))


async def _asked(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _nodes(url: str) -> list[Any]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return await connection.fetch(_NODES)  # type: ignore[no-any-return]
    finally:
        await connection.close()


async def _make(url: str, name: str) -> None:
    nodes = await _nodes(url)
    own = urlsplit(url).path.removeprefix("/")
    for node in nodes:
        at = node["nodename"], node["nodeport"]
        await _run(
            on_node(url, *at, own),
            "set citus.enable_create_database_propagation = off",
            f"create database \"{name}\" template template0 encoding 'UTF8' locale 'C.UTF-8'",
        )
        await _run(on_node(url, *at, name), *(f"create extension {one}" for one in _EXTENSIONS))
    first, *others = ((node["nodename"], node["nodeport"]) for node in nodes)
    host, port = first
    joined = [f"select citus_set_coordinator_host('{host}', {port})"]
    joined += [f"select citus_add_node('{host}', {port})" for host, port in others]
    if not others:
        joined.append(f"select citus_set_node_property('{host}', {port}, 'shouldhaveshards', true)")
    await _run(on_database(url, name), *joined)


async def _clone(url: str, name: str, template: str) -> None:
    """Tables, shards and what the nodes know of each other are files of the database. Citus' own connections to the
    template are ended: one is enough for PostgreSQL to refuse."""
    own = urlsplit(url).path.removeprefix("/")
    for node in await _nodes(url):
        await _run(
            on_node(url, node["nodename"], node["nodeport"], own),
            "set citus.enable_create_database_propagation = off",
            f'alter database "{template}" with allow_connections false',
            f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{template}'",
            f'create database "{name}" template "{template}"',
        )


async def _drop(url: str, name: str) -> None:
    own = urlsplit(url).path.removeprefix("/")
    for node in await _nodes(url):
        for again in range(TRIES):
            try:
                await _run(
                    on_node(url, node["nodename"], node["nodeport"], own),
                    "set citus.enable_create_database_propagation = off",
                    f'drop database if exists "{name}" with (force)',
                )
                break
            # The maintenance daemon of Citus, which was just ended, came back.
            except asyncpg.ObjectInUseError:
                if again == TRIES - 1:
                    raise
                await asyncio.sleep(1)


def main() -> int:
    """Says which nodes the suite would run on, or what is missing."""
    if not on_citus():
        print(
            "Name the coordinator of a Citus, by a role that is superuser on every node:\n"
            "  POOLHOUSE_TEST_DATABASE_URL=postgresql://poolhouse:...@127.0.0.1:5432/poolhouse make citus\n"
            "docs/testing.md says what the cluster needs.",
            file=sys.stderr,
        )
        return 2
    for node in await_in_thread(_nodes(str(outside()))):
        print(f"node {node['groupid']}: {node['nodename']}:{node['nodeport']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
