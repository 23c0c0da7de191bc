"""`poolhouse doctor`."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from poolhouse.client import output
from poolhouse.client.exits import DONE, REFUSED
from poolhouse.client.words import Both, said
from poolhouse.commands.doctor_nodes import nodes
from poolhouse.commands.server import settings_from
from poolhouse.db.database import Database, opened
from poolhouse.db.doctor import Fact, embedded_facts, server_facts
from poolhouse.db.doctor_nodes import node_facts
from poolhouse.db.embedded import running_url
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.directory.postgres_duplicates import Duplicates, duplicates
from poolhouse.maintenance import JOBS, Job, Run, runs
from poolhouse.processes import running
from poolhouse.sandbox.installation import SandboxUnfit, deno_version, find_installation
from poolhouse.settings import Settings
from poolhouse.users.rules import spelled

DATABASE, SANDBOX = Both("database", "数据库"), Both("sandbox", "沙箱")


def doctor(
    *,
    data: Path | str | None = None,
    database_url: str | None = None,
    as_json: bool = False,
) -> int:
    """It starts nothing: if the embedded database is not running, only its files are checked."""
    found = _database(settings_from(data, database_url)) + _sandbox()
    table = [(part, fact.name, fact.value, fact.fault or "") for part, fact in found]
    spoken = [list(row) if as_json else [said(text) for text in row] for row in table]
    output.listed(("part", "what", "value", "wrong"), spoken, as_json=as_json)
    return REFUSED if any(fact.fault for _, fact in found) else DONE


def _database(settings: Settings) -> list[tuple[str, Fact]]:
    outside = settings.database_url.get_secret_value() if settings.database_url else None
    facts: list[Fact] = []
    if outside is None:
        facts += embedded_facts(settings.data, settings.pg_bin)
        try:
            outside = running_url(settings.data)
        except DatabaseUnfit:
            facts.append(Fact(Both("server", "服务器"), Both("not running", "没有运行")))
    if outside is not None:
        facts += asyncio.run(_server(outside, settings))
    return [(DATABASE, fact) for fact in facts]


async def _server(url: str, settings: Settings) -> list[Fact]:
    direct = settings.listen_url.get_secret_value() if settings.listen_url else None
    found = server_facts(
        url,
        settings.database_connections,
        settings.workers,
        pooler=settings.pooler,
        direct_url=direct,
        statement_s=settings.statement_timeout_s,
    )
    facts = [fact async for fact in found]
    of_nodes, all_answer = await node_facts(direct or url)
    facts += of_nodes
    if all_answer and any(fact.name == "schema" and fact.fault is None for fact in facts):
        pooler = "session" if direct else settings.pooler
        with suppress(DatabaseUnfit):  # told above: what the pooler does not keep
            async with opened(direct or url, connections=1, pooler=pooler) as db:
                facts += nodes(await running(db)) + await _people(db) + await _maintenance(db)
    return facts


async def _people(db: Database) -> list[Fact]:
    """Nobody is merged: two accounts of one person are for an administrator to look at."""
    found = await duplicates(db)
    return [
        Fact(
            Both(f"users of one {spelled(one.kind)}", f"{spelled(one.kind)} 相同的用户"),
            Both(
                f"{one.groups}{f', and {one.unreadable} that are no number' if one.unreadable else ''}",
                f"{one.groups}{f'，另有 {one.unreadable} 个不是号码' if one.unreadable else ''}",
            ),
            Both(
                f"change or delete all but one of each: {_ids(one, EN)}",
                f"每组只留一个，其余修改或删除：{_ids(one, ZH)}",
            )
            if one.groups
            else None,
        )
        for one in found
    ]


async def _maintenance(db: Database) -> list[Fact]:
    found = {run.name: run for run in await runs(db)}
    serves = await db.fetchval(
        "select exists (select 1 from pg_stat_activity where datname = current_database() "
        "and application_name like 'poolhouse node % listener')"
    )
    return [_job(job, found.get(job.name), serves) for job in JOBS]


def _job(job: Job, run: Run | None, serves: bool) -> Fact:
    """`serves`: whether a server runs, without which nothing can be overdue."""
    name = Both(f"maintenance: {job.name}", f"维护：{job.name}")
    if run is None:
        return Fact(name, Both("not yet", "尚未"))
    at = f"{run.finished_at:%Y-%m-%d %H:%M:%S} UTC" if run.finished_at else ""
    value = Both(
        f"{at or 'never ended'}, {run.rows} rows in {run.seconds:.2f} s, {run.failures} failures",
        f"{at or '从未完成'}，{run.rows} 行，{run.seconds:.2f} 秒，失败 {run.failures} 次",
    )
    if run.failed_at and (run.finished_at is None or run.failed_at > run.finished_at):
        failed = Both(
            f"failed since, {run.error}: background_turn_failed in the log says why",
            f"此后失败，{run.error}：原因见日志中的 background_turn_failed",
        )
        return Fact(name, value, failed)
    if serves and (run.age_s or 0.0) > 3 * job.every_s:
        overdue = Both(
            "overdue: look for background_turn_failed in the log of every server",
            "逾期未做：请在每个服务的日志中查找 background_turn_failed",
        )
        return Fact(name, value, overdue)
    return Fact(name, value)


EN, ZH = ("; ", " (pool {})", "; and {} more"), ("；", "（用户池 {}）", "；另有 {} 组")
"""Between groups, behind one, and behind the last."""


def _ids(found: Duplicates, words: tuple[str, str, str]) -> str:
    between, pool, rest = words
    told = between.join(f"{', '.join(ids)}{pool.format(pool_id)}" for pool_id, ids in found.first)
    more = found.groups - len(found.first)
    return f"{told}{rest.format(more)}" if more > 0 else told


def _sandbox() -> list[tuple[str, Fact]]:
    """A missing layer is told, and is no fault: the others hold."""
    try:
        installation = find_installation()
        facts = [Fact("deno", f"{deno_version(installation.deno)} at {installation.deno}")]
    except SandboxUnfit as error:
        return [(SANDBOX, Fact(Both("installation", "安装"), "-", Both(error.en, error.zh)))]
    facts += [
        Fact(
            layer.name,
            Both(
                f"{'in force' if layer.in_force else 'MISSING'}: {layer.detail}",
                f"{'生效' if layer.in_force else '缺少'}：{layer.detail}",
            ),
        )
        for layer in installation.protection.layers
    ]
    return [(SANDBOX, fact) for fact in facts]
