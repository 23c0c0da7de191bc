"""A folder of scripts against what is saved: what differs, and all of it done in one transaction or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.customdb import postgres, proof, sources
from poolhouse.customdb.changes import checked, merged, updated
from poolhouse.customdb.folder import CONNECTION_FILE, SETTINGS, Folder
from poolhouse.customdb.model import CustomDatabase, Offer, ScriptName, ScriptVersion
from poolhouse.customdb.service import CustomDatabaseService
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import InvalidInput, InvalidOperation
from poolhouse.pools.service import PoolService
from poolhouse.sandbox.client import Sandbox

Action = Literal["SAVE", "PUBLISH", "SET"]


@dataclass(frozen=True, slots=True)
class Step:
    """`what`: a function, or connection.toml with the `setting` of it."""

    what: str
    action: Action
    setting: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file of the folder; `line` and `column` from 1, where they are known."""

    file: str
    zh: str
    en: str
    line: int | None = None
    column: int | None = None

    def message(self, lang: str) -> str:
        return self.en if lang == "en-US" else self.zh


@dataclass(frozen=True, slots=True)
class Push:
    """`steps` were done if `applied`; with `problems` nothing is. `offers`: what was noticed, and where."""

    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    offers: Mapping[Offer, list[ScriptName]] = field(default_factory=dict)
    applied: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """`published`: what is, of every function, and `settings` of connection.toml that are other ones."""

    published: Mapping[ScriptName, str]
    settings: tuple[str, ...]


class ScriptFolders:
    def __init__(
        self,
        *,
        db: Database,
        box: SecretBox,
        sandbox: Sandbox,
        audit: AuditLog,
        pools: PoolService,
        customdb: CustomDatabaseService,
    ) -> None:
        self._db, self._box, self._sandbox, self._audit = db, box, sandbox, audit
        self._pools, self._customdb = pools, customdb

    @property
    def largest(self) -> int:
        """Bytes of a source."""
        return self._sandbox.source_bytes

    async def sources(self, caller: Caller, *, draft: bool = False) -> dict[ScriptName, str]:
        """The published ones, or the newest."""
        caller.require_administrator()
        return await self._sources(self._db, caller.pool_id, draft)

    async def compare(self, caller: Caller, folder: Folder) -> Difference:
        current = await self._customdb.get(caller)
        return Difference(await self.sources(caller), _changed(current, folder.changes))

    async def problems(self, caller: Caller, folder: Folder) -> tuple[Problem, ...]:
        """Of the sources, against the saved connection."""
        problems, _ = await self._compiled(await self._customdb.get(caller), folder, list(folder.sources))
        return problems

    async def push(
        self, caller: Caller, folder: Folder, *, draft: bool = False, apply: bool = False, message: str = ""
    ) -> Push:
        """Saves and publishes what differs, or with `draft` saves it, if `apply`; else it is the plan. `message` is
        said of each version that is saved. Where the pool asks for a passing run, a text without one is a problem.

        Raises InvalidInput for the message, InvalidOperation where somebody changed the same meanwhile.
        """
        caller.require_administrator()
        message = sources.version_message(message)
        must_pass = not draft and await proof.is_asked_for(self._pools, caller.pool_id)
        current = await self._customdb.get(caller)
        steps = await self._steps(self._db, current, folder, draft)
        settings = _changed(current, folder.changes)
        try:
            wanted = checked(merged(current, {name: folder.changes[name] for name in settings}))
        except InvalidInput as error:
            return Push(steps, (_of_settings(error),))
        changed = [name for name in folder.sources if any(step.what == name for step in steps)]
        problems, offers = await self._compiled(wanted, folder, changed)
        newest = await postgres.newest_versions(self._db, caller.pool_id)
        if must_pass and not problems:
            problems = _unproven(folder, changed, newest)
        if problems or not apply or not steps:
            return Push(steps, problems, offers)
        async with self._db.transaction() as tx:
            await postgres.lock(tx, caller.pool_id)
            now = await postgres.find(tx, caller.pool_id, self._box) or CustomDatabase(caller.pool_id)
            if now != current or await self._steps(tx, now, folder, draft) != steps:
                raise _met()
            if settings:
                await postgres.save(tx, wanted, self._box)
                await self._audit.write(tx, caller, updated(now, wanted, changed=sorted(settings)))
            newest = await postgres.newest_versions(tx, caller.pool_id)
            if must_pass and _unproven(folder, changed, newest):
                raise _met()
            for name in changed:
                await self._save(tx, caller, name, folder.sources[name], newest.get(name), draft, message)
        self._customdb.forget(caller.pool_id)
        return Push(steps, (), offers, applied=True)

    async def _save(
        self,
        tx: Tx,
        caller: Caller,
        name: ScriptName,
        source: str,
        newest: ScriptVersion | None,
        draft: bool,
        message: str,
    ) -> None:
        by, detail = caller.actor_id or caller.kind, {}
        if newest is None or newest.source != source:
            saved = await postgres.add_version(tx, caller.pool_id, name, source, by, message)
            if saved is None:
                raise _met()
            detail = {"version": saved.version}
            await self._audit.write(
                tx, caller, Event("create", "custom_database_script", name, detail=detail)
            )
        if draft:
            return
        version = await postgres.find_version(tx, caller.pool_id, name, None)
        assert version is not None
        await postgres.publish(tx, caller.pool_id, name, version.version, by)
        detail = {"version": version.version}
        await self._audit.write(tx, caller, Event("publish", "custom_database_script", name, detail=detail))

    async def _steps(
        self, db: Executor, current: CustomDatabase, folder: Folder, draft: bool
    ) -> tuple[Step, ...]:
        there = await self._sources(db, current.pool_id, draft)
        action: Action = "SAVE" if draft else "PUBLISH"
        return (
            *(Step(name, action) for name, source in folder.sources.items() if there.get(name) != source),
            *(Step(CONNECTION_FILE, "SET", name) for name in _changed(current, folder.changes)),
        )

    async def _sources(self, db: Executor, pool_id: str, draft: bool) -> dict[ScriptName, str]:
        if draft:
            newest = await postgres.newest_versions(db, pool_id)
            return {name: version.source for name, version in newest.items()}
        found = await postgres.published_sources(db, pool_id)
        return {sources.script_name(name): source for name, (_, source) in found.items()}

    async def _compiled(
        self, database: CustomDatabase, folder: Folder, names: list[ScriptName]
    ) -> tuple[tuple[Problem, ...], dict[Offer, list[ScriptName]]]:
        async def one(name: ScriptName) -> tuple[Offer, ...] | Problem:
            try:
                return await sources.compiled(self._sandbox, database, name, folder.sources[name])
            except InvalidInput as error:
                return of_source(error, folder.files[name])

        found = await asyncio.gather(*(one(name) for name in names))
        offers: dict[Offer, list[ScriptName]] = {}
        for name, noticed in zip(names, found, strict=True):
            for offer in () if isinstance(noticed, Problem) else noticed:
                offers.setdefault(offer, []).append(name)
        return tuple(one for one in found if isinstance(one, Problem)), offers


def _unproven(
    folder: Folder, names: list[ScriptName], newest: Mapping[ScriptName, ScriptVersion]
) -> tuple[Problem, ...]:
    """Of the sources that are no newest version which a debug run has passed."""
    return tuple(
        Problem(
            folder.files[name],
            f"用户池要求先试运行成功才能发布：poolhouse scripts push 文件夹 --draft --yes，"
            f"再 poolhouse scripts run 文件夹 {name} 参数，然后重新 push",
            "the pool publishes only what has passed a run: poolhouse scripts push FOLDER --draft --yes, "
            f"poolhouse scripts run FOLDER {name} ARGS, then push again",
        )
        for name in names
        if (version := newest.get(name)) is None
        or version.source != folder.sources[name]
        or version.passed_at is None
    )


def of_source(error: InvalidInput, file: str) -> Problem:
    """Of a source that does not compile, or is too large. Raises what is about something else."""
    facts = error.facts
    if facts.get("field") != "source":
        raise error
    line, column = facts.get("line"), facts.get("column")
    where = f"{line}:{column}: " if line else ""
    zh, en = (str(said or "").removeprefix(where) for said in (error.reason, error.reason_en))
    return Problem(file, zh, en, line, column)


def of_file(error: InvalidInput) -> Problem:
    """Of a file that `folder.read` refuses."""
    facts = error.facts
    return Problem(
        str(facts["field"]),
        str(error.reason),
        str(error.reason_en),
        facts.get("line"),
        facts.get("column"),
    )


def _of_settings(error: InvalidInput) -> Problem:
    """The wire's name of a setting is not the one in the file."""
    name = str(error.facts["field"])
    first, dot, rest = name.partition(".")
    spelled = next((one for one in SETTINGS if one.replace("_", "") == first.lower()), first)
    return Problem(
        CONNECTION_FILE,
        f"{spelled}{dot}{rest}：{error.reason}",
        f"{spelled}{dot}{rest}: {error.reason_en}",
    )


def _met() -> InvalidOperation:
    return InvalidOperation(
        "脚本或连接刚被他人修改，没有任何改动；请重试",
        "the scripts or the connection were changed at the same time: nothing was done, try again",
    )


def _changed(current: CustomDatabase, changes: Mapping[str, Any]) -> tuple[str, ...]:
    """The settings that differ; a secret nobody gave is as it was."""
    wanted = merged(current, changes)
    return tuple(sorted(name for name in changes if getattr(wanted, name) != getattr(current, name)))
