"""A database on all nodes of a Citus cluster, where POOLHOUSE_TEST_DATABASE_URL names one's coordinator."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from tests.postgres import await_in_thread, on_database

TRIES = 5
SHARDS = 4
"""Few, as each is a table for every table."""

_NODES = "select nodename, nodeport, groupid from pg_dist_node where noderole = 'primary' order by groupid"
_EXTENSIONS = ("citus", "pg_trgm", "btree_gin")


def is_citus(url: str) -> bool:
    return bool(await_in_thread(_asked(url, "select to_regclass('pg_dist_node') is not null")))


def make_database(url: str, name: str) -> None:
    """On every node of the cluster that `url`'s database belongs to, known to each other."""
    await_in_thread(_make(url, name))


def drop_database(url: str, name: str) -> None:
    await_in_thread(_drop(url, name))


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
