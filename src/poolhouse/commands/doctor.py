"""`poolhouse doctor`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from poolhouse.client import output
from poolhouse.client.exits import DONE, REFUSED
from poolhouse.commands.server import settings_from
from poolhouse.db.database import Database, opened
from poolhouse.db.doctor import Fact, embedded_facts, server_facts
from poolhouse.db.embedded import running_url
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations.chain import revisions
from poolhouse.directory.postgres_duplicates import Duplicates, duplicates
from poolhouse.maintenance import JOBS, Job, Run, runs
from poolhouse.sandbox.installation import SandboxUnfit, deno_version, find_installation
from poolhouse.settings import Settings
from poolhouse.users.rules import spelled


def doctor(
    *,
    data: Path | str | None = None,
    database_url: str | None = None,
    as_json: bool = False,
) -> int:
    """It starts nothing: of an embedded database that is not running only the files are looked at."""
    found = _database(settings_from(data, database_url)) + _sandbox()
    table = [(part, fact.name, fact.value, fact.fault or "") for part, fact in found]
    output.listed(("part", "what", "value", "wrong"), table, as_json=as_json)
    return REFUSED if any(fact.fault for _, fact in found) else DONE


def _database(settings: Settings) -> list[tuple[str, Fact]]:
    outside = settings.database_url.get_secret_value() if settings.database_url else None
    facts: list[Fact] = []
    if outside is None:
        facts += embedded_facts(settings.data, settings.pg_bin)
        try:
            outside = running_url(settings.data)
        except DatabaseUnfit:
            facts.append(Fact("server", "not running"))
    if outside is not None:
        facts += asyncio.run(_server(outside, settings))
    return [("database", fact) for fact in facts]


async def _server(url: str, settings: Settings) -> list[Fact]:
    found = server_facts(url, settings.database_connections, settings.workers)
    facts = [fact async for fact in found]
    if any(fact.name == "schema" and fact.value == revisions()[-1] for fact in facts):
        async with opened(url, connections=1) as db:
            facts += await _people(db) + await _maintenance(db)
    return facts


async def _people(db: Database) -> list[Fact]:
    """Nobody is merged: two accounts of one person are for an administrator to look at."""
    found = await duplicates(db)
    return [
        Fact(
            f"users of one {spelled(one.kind)}",
            f"{one.groups}{f', and {one.unreadable} that are no number' if one.unreadable else ''}",
            f"change or delete all but one of each: {_ids(one)}" if one.groups else None,
        )
        for one in found
    ]


async def _maintenance(db: Database) -> list[Fact]:
    found = {run.name: run for run in await runs(db)}
    serves = await db.fetchval(
        "select exists (select 1 from pg_stat_activity where application_name like 'poolhouse node % listener')"
    )
    return [_job(job, found.get(job.name), serves) for job in JOBS]


def _job(job: Job, run: Run | None, serves: bool) -> Fact:
    """`serves`: whether a server runs, without which nothing can be overdue."""
    name = f"maintenance: {job.name}"
    if run is None:
        return Fact(name, "not yet")
    ended = f"{run.finished_at:%Y-%m-%d %H:%M:%S} UTC" if run.finished_at else "never ended"
    value = f"{ended}, {run.rows} rows in {run.seconds:.2f} s, {run.failures} failures"
    if run.failed_at and (run.finished_at is None or run.failed_at > run.finished_at):
        return Fact(name, value, f"failed since, {run.error}: background_turn_failed in the log says why")
    if serves and (run.age_s or 0.0) > 3 * job.every_s:
        return Fact(name, value, "overdue: look for background_turn_failed in the log of every server")
    return Fact(name, value)


def _ids(found: Duplicates) -> str:
    told = "; ".join(f"{', '.join(ids)} (pool {pool_id})" for pool_id, ids in found.first)
    return f"{told}; and {found.groups - len(found.first)} more" if found.groups > len(found.first) else told


def _sandbox() -> list[tuple[str, Fact]]:
    """A missing layer is told, and is no fault: the others hold."""
    try:
        installation = find_installation()
        facts = [Fact("deno", f"{deno_version(installation.deno)} at {installation.deno}")]
    except SandboxUnfit as error:
        return [("sandbox", Fact("installation", "-", str(error)))]
    facts += [
        Fact(layer.name, f"{'in force' if layer.in_force else 'MISSING'}: {layer.detail}")
        for layer in installation.protection.layers
    ]
    return [("sandbox", fact) for fact in facts]
