"""`poolhouse pool move`: a pool to another node of a database that is spread over nodes (Citus)."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from poolhouse.client import output
from poolhouse.client.progress import Progress
from poolhouse.client.words import say
from poolhouse.commands.server import settings_from
from poolhouse.db.citus.moves import Move
from poolhouse.db.distributing import move_pool
from poolhouse.serving import database_of_folder


def move(
    pool_id: str,
    node: str,
    *,
    whole_shard: bool = False,
    as_json: bool = False,
    data: Path | str | None = None,
    database_url: str | None = None,
) -> None:
    began = time.monotonic()
    settings = settings_from(data, database_url)
    with database_of_folder(settings) as url, Progress(quiet=as_json) as bar:

        def report(act: str, done: int, total: int) -> None:
            bar.at(done // 2**10, total // 2**10, say(_ACTS[act]))

        work = move_pool(
            settings.direct(url),
            pool_id,
            node,
            whole_shard=whole_shard,
            tell=(lambda _: None) if as_json else _tell,
            report=report,
        )
        what, shard = asyncio.run(work)
    took = round(time.monotonic() - began, 1)
    if as_json:
        found = {"from": what.source.name, "to": what.target.name, "shard": shard, "along": what.along}
        output.told({"pool": pool_id, **found, "others": what.others, "seconds": took}, as_json=True)
        return
    source, target = what.source.name, what.target.name
    words = (
        f"用户池 {pool_id} 已在 {target}（分片 {shard}），用时 {took} 秒；移回：poolhouse pool move {pool_id} {source}",
        f"pool {pool_id} is on {target} (shard {shard}) after {took} s; back: poolhouse pool move {pool_id} {source}",
    )
    output.line(say(words))


_ACTS = {
    "isolate": (
        "让用户池独占一个分片，其间写入等待",
        "gives the pool a shard of its own; writes wait meanwhile",
    ),
    "move": ("复制，KB", "copies, in KB"),
}


def _tell(what: Move) -> None:
    if not what.others:
        words = "没有其他用户池一起移动", "no other pool moves along"
    else:
        more = what.others - len(what.along)
        named = ", ".join(what.along)
        words = (
            f"一起移动的用户池有 {what.others} 个：{named}{' 等' if more else ''}",
            f"{what.others} other pools move along: {named}{f' and {more} more' if more else ''}",
        )
    output.line(say(words))
