"""The commands of a database that is spread over nodes (Citus)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from poolhouse.client import output
from poolhouse.client.exits import USAGE, Stopped
from poolhouse.client.progress import Progress
from poolhouse.client.words import say
from poolhouse.db.citus.steps import Report
from poolhouse.db.distributing import distribute_database, undistribute_database

MOST_SHARDS = 1024


def distribute(url: str, shards: int | None, *, as_json: bool) -> None:
    if shards is not None and not 1 <= shards <= MOST_SHARDS:
        raise Stopped(
            say((f"--shards 应为 1 至 {MOST_SHARDS}", f"--shards must be 1 to {MOST_SHARDS}")), USAGE
        )
    with _shown(quiet=as_json) as report:
        found = asyncio.run(distribute_database(url, shards, report))
    if as_json:
        output.told(asdict(found), as_json=True)
        return
    made, where = len(found.tables), "、".join(found.nodes)
    words = (
        f"已分布 {made} 张表，{found.shards} 个分片，节点：{where}；{len(found.stays)} 张表留在协调节点",
        f"distributed {made} tables in {found.shards} shards, on {', '.join(found.nodes)}; "
        f"{len(found.stays)} tables stay on the coordinator",
    )
    output.line(say(words if made else ("已全部分布", "all tables are distributed already")))


def undistribute(url: str, *, as_json: bool) -> None:
    with _shown(quiet=as_json) as report:
        tables = asyncio.run(undistribute_database(url, report))
    if as_json:
        output.told({"tables": tables}, as_json=True)
        return
    words = f"已收回 {len(tables)} 张表", f"{len(tables)} tables are back on the coordinator"
    output.line(say(words if tables else ("没有分布的表", "no table is distributed")))


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Report]:
    with Progress(quiet=quiet) as bar:

        def report(step: int, steps: int, table: str) -> None:
            bar.at(step - 1, steps, f"{step}/{steps} {table}")

        yield report
