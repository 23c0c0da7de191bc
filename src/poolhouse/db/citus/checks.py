"""What is missing before a database can be distributed, all of it at once, in words an operator can act on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from poolhouse.db.binaries import EXTENSIONS
from poolhouse.db.citus.plan import Plan
from poolhouse.db.errors import DatabaseUnfit

OLDEST = 13
NAMED = 5
"""So many of many are named."""

_ON_A_NODE = """
select json_build_object('wal', current_setting('wal_level'),
  'prepared', current_setting('max_prepared_transactions')::int,
  'plugins', current_setting('output_plugin_libraries', true),
  'version', current_setting('server_version_num')::int / 10000,
  'extensions', (select json_object_agg(extname, extversion) from pg_extension))
"""

Missing = tuple[str, str]
"""English, Chinese: what is missing and what helps."""

SILENT: Missing = ("does not answer", "没有回答")


@dataclass(frozen=True, slots=True)
class Node:
    """A primary of the cluster. `group` 0 is the coordinator. `found`: None where it does not answer."""

    id: int
    group: int
    host: str
    port: int
    holds_shards: bool
    found: dict[str, Any] | None

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"


def refuse(missing: list[Missing]) -> None:
    """Raises DatabaseUnfit with all of them."""
    if missing:
        raise DatabaseUnfit("; ".join(en for en, _ in missing), "；".join(zh for _, zh in missing))


async def require_coordinator(connection: Any) -> None:
    """That the connection is one of Citus' coordinator itself, and of a Citus that is known. Raises DatabaseUnfit."""
    if await connection.fetchval("select pg_is_in_recovery()"):
        refuse([("this is a standby, which only reads: name the primary", "这是备库，只读：请指定主库")])
    if connection.get_server_pid() != await connection.fetchval("select pg_backend_pid()"):
        refuse(
            [
                (
                    "a connection pooler is in between, which keeps neither locks nor settings: give the URL of the "
                    "coordinator itself",
                    "中间有连接池，它保留不住锁和会话设置：请直接给出协调节点的 URL",
                )
            ]
        )
    version = await connection.fetchval("select extversion from pg_extension where extname = 'citus'")
    if version is None:
        refuse(
            [
                (
                    "the extension citus is not in this database: install Citus on every node, name it in "
                    "shared_preload_libraries and run `create extension citus` (docs/operations/citus.md)",
                    "此数据库没有 citus 扩展：请在每个节点安装 Citus，写入 shared_preload_libraries，"
                    "并执行 `create extension citus`（docs/operations/citus.md）",
                )
            ]
        )
    if int(version.partition(".")[0]) < OLDEST:
        refuse(
            [
                (
                    f"Citus {version} is too old: {OLDEST} or newer is needed",
                    f"Citus {version} 太旧：需要 {OLDEST} 或更新",
                )
            ]
        )
    if await connection.fetchval("select groupid from pg_dist_local_group") != 0:
        refuse(
            [
                (
                    "this is a worker: give the URL of the coordinator",
                    "这是工作节点：请给出协调节点的 URL",
                )
            ]
        )


async def nodes_of(connection: Any) -> list[Node]:
    """All primaries, the coordinator first; each is asked what it has."""
    rows = await connection.fetch(
        "select n.nodeid, n.groupid, n.nodename, n.nodeport, n.isactive and n.shouldhaveshards as holds, r.success, "
        "r.result from pg_dist_node n left join run_command_on_all_nodes($1) r on r.nodeid = n.nodeid "
        "where n.noderole = 'primary' order by n.groupid",
        _ON_A_NODE,
    )
    return [
        Node(
            row["nodeid"],
            row["groupid"],
            row["nodename"],
            row["nodeport"],
            row["holds"],
            json.loads(row["result"]) if row["success"] else None,
        )
        for row in rows
    ]


async def require_fit(connection: Any, plan: Plan) -> None:
    """That nothing is missing. Raises DatabaseUnfit."""
    refuse([*lacking(await nodes_of(connection)), *_against(plan), *await _running(connection)])


async def require_idle(connection: Any) -> None:
    """That every node answers, and no server is connected. Raises DatabaseUnfit."""
    silent = [of(node, SILENT) for node in await nodes_of(connection) if node.found is None]
    refuse([*silent, *await _running(connection)])


def lacking(nodes: list[Node]) -> list[Missing]:
    """What the nodes lack."""
    found: list[Missing] = []
    if not any(node.group == 0 for node in nodes):
        found.append(
            (
                "the coordinator does not know its own address: select citus_set_coordinator_host('HOST', PORT)",
                "协调节点不知道自己的地址：select citus_set_coordinator_host('HOST', PORT)",
            )
        )
    if not any(node.holds_shards for node in nodes):
        found.append(
            (
                "no node may hold shards: add one by select citus_add_node('HOST', PORT)",
                "没有可以存放分片的节点：用 select citus_add_node('HOST', PORT) 添加",
            )
        )
    for node in nodes:
        found += [of(node, one) for one in lacks(node)]
    return found


def of(node: Node, missing: Missing) -> Missing:
    """With the node's name before it."""
    return f"{node.name}: {missing[0]}", f"{node.name}：{missing[1]}"


def lacks(node: Node) -> list[Missing]:
    """What is missing on one of them."""
    if node.found is None:
        return [SILENT]
    has, found = node.found, list[Missing]()
    for name in (*EXTENSIONS, "citus"):
        if name not in has["extensions"]:
            found.append((f"run `create extension {name}` there", f"请在那里执行 `create extension {name}`"))
    if has["wal"] != "logical":
        found.append(
            (
                f"wal_level is {has['wal']}, so no pool could move: set logical and restart",
                f"wal_level 是 {has['wal']}，用户池将无法迁移：请设为 logical 并重启",
            )
        )
    if not has["prepared"]:
        found.append(
            (
                "max_prepared_transactions is 0: set at least max_connections and restart",
                "max_prepared_transactions 是 0：请至少设为 max_connections 并重启",
            )
        )
    if has["plugins"] is not None and "citus" not in [one.strip() for one in has["plugins"].split(",")]:
        found.append(
            (
                "output_plugin_libraries lacks citus, so no pool could move: set 'pgoutput, citus, citus_pgoutput'",
                "output_plugin_libraries 中没有 citus，用户池将无法迁移：请设为 'pgoutput, citus, citus_pgoutput'",
            )
        )
    return found


def _against(plan: Plan) -> list[Missing]:
    """Keys that a distributed table cannot have: of a schema that somebody has added to, or an older one."""
    if not plan.obstacles:
        return []
    named = ", ".join(f"{key} ({table})" for table, key in plan.obstacles[:NAMED])
    more = len(plan.obstacles) - NAMED
    return [
        (
            f"keys that reach over pools cannot be distributed: {named}{f' and {more} more' if more > 0 else ''}",
            f"跨用户池的键无法分布：{named}{f' 等另外 {more} 个' if more > 0 else ''}",
        )
    ]


async def _running(connection: Any) -> list[Missing]:
    """Servers would meet tables of which some are here and some are there."""
    running = await connection.fetchval(
        "select count(distinct split_part(application_name, ' ', 3)) from pg_stat_activity "
        "where datname = current_database() and application_name like 'poolhouse node %'"
    )
    if not running:
        return []
    return [
        (f"stop the servers first: {running} connected", f"请先停止服务：有 {running} 个连接着"),
    ]
