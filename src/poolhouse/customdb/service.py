"""Use cases on a pool's custom database: settings, scripts and their versions, debugging, logs, progress."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.customdb import auth0, postgres, postgres_logs, proof, script_diagnostics, sources
from poolhouse.customdb.changes import checked, merged, updated
from poolhouse.customdb.connection_failures import ConnectionFailure
from poolhouse.customdb.model import (
    AUTH0_NAMES,
    LONGEST_CALL_MS,
    SCRIPT_NAMES,
    CheckedScript,
    CustomDatabase,
    LiveConnection,
    LogEntry,
    LogPage,
    LogQuery,
    MigrationProgress,
    ScriptName,
    ScriptState,
    ScriptVersion,
)
from poolhouse.customdb.runner import ScriptRunner
from poolhouse.customdb.sources import script_name, version_message
from poolhouse.customdb.stubs import stub
from poolhouse.db.database import Database, Executor
from poolhouse.errors import (
    InvalidInput,
    InvalidOperation,
    NotFound,
    PublishedMeanwhile,
    ScriptNotFound,
    ScriptOvertaken,
    UserNotFound,
)
from poolhouse.paging import PageRequest
from poolhouse.pools.service import PoolService
from poolhouse.sandbox.client import Outcome, Returned, Sandbox, Threw
from poolhouse.sandbox.warnings import Warned
from poolhouse.ttl_cache import TtlCache

_log = structlog.get_logger(__name__)

CACHE_S = 0.5
"""How old the settings and scripts a node serves with may be: a publication reaches every node within it."""


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """`failure` is None where it answered."""

    failure: ConnectionFailure | None
    latency_ms: float


class CustomDatabaseService:
    def __init__(
        self,
        *,
        db: Database,
        box: SecretBox,
        sandbox: Sandbox,
        runner: ScriptRunner,
        pools: PoolService,
        audit: AuditLog,
    ) -> None:
        self._db, self._box, self._sandbox, self._runner, self._audit = db, box, sandbox, runner, audit
        self._pools = pools
        self._recent: TtlCache[LiveConnection | None] = TtlCache(CACHE_S)

    async def active(self, pool_id: str) -> LiveConnection | None:
        """What serves the pool now, None when it has no custom database switched on."""
        return await self._recent.get(pool_id, lambda: self._find_active(pool_id))

    async def _find_active(self, pool_id: str) -> LiveConnection | None:
        database = await postgres.find(self._db, pool_id, self._box)
        if database is None or not database.enabled:
            return None
        return LiveConnection(database, await postgres.published_sources(self._db, pool_id))

    async def get(self, caller: Caller) -> CustomDatabase:
        """The settings; a pool that never had any answers the defaults, switched off."""
        caller.require_administrator()
        found = await postgres.find(self._db, caller.pool_id, self._box)
        return found or CustomDatabase(caller.pool_id)

    async def update(self, caller: Caller, changes: dict[str, Any]) -> CustomDatabase:
        """`changes`: fields of CustomDatabase; others stay. `connection` and `env` replace what was there,
        but a masked secret sent back stays as it is.

        Raises InvalidInput naming the field.
        """
        caller.require_administrator()
        async with self._db.transaction() as tx:
            await postgres.lock(tx, caller.pool_id)
            now = await self._saved(tx, caller.pool_id)
            database = checked(merged(now, changes))
            await postgres.save(tx, database, self._box)
            await self._audit.write(tx, caller, updated(now, database, changed=sorted(changes)))
        self.forget(caller.pool_id)
        return await self.get(caller)

    async def change_variables(
        self, caller: Caller, given: Mapping[str, str], removed: Sequence[str]
    ) -> CustomDatabase:
        """Sets some variables of `env` and removes others; the rest stays, whoever else changes it meanwhile.

        Raises InvalidInput naming the variable.
        """
        caller.require_administrator()
        async with self._db.transaction() as tx:
            await postgres.lock(tx, caller.pool_id)
            now = await self._saved(tx, caller.pool_id)
            kept = {name: value for name, value in now.env.items() if name not in removed}
            database = checked(replace(now, env={**kept, **given}))
            await postgres.save(tx, database, self._box)
            gone = sorted(set(removed) & set(now.env))
            event = updated(now, database, changed=["env"], set=sorted(given), removed=gone)
            await self._audit.write(tx, caller, event)
        self.forget(caller.pool_id)
        return database

    async def _saved(self, db: Executor, pool_id: str) -> CustomDatabase:
        return await postgres.find(db, pool_id, self._box) or CustomDatabase(pool_id)

    def forget(self, pool_id: str) -> None:
        """What was changed is served from now on."""
        self._recent.drop(pool_id)

    async def test_connection(
        self, caller: Caller, changes: Mapping[str, Any] | None = None
    ) -> ConnectionTest:
        """Connects as a script would: from inside the sandbox, to the saved connection or, with `changes`, to what it
        would be if they were saved. Raises InvalidInput as `update` does."""
        from poolhouse.customdb.probes import probe

        database = await self.get(caller)
        if changes:
            database = checked(merged(database, changes))
        started = time.monotonic()
        failure = await probe(self._sandbox, database, await self._runner.env(database))
        return ConnectionTest(failure, (time.monotonic() - started) * 1000)

    async def list_scripts(self, caller: Caller) -> list[ScriptState]:
        """All nine, in the documents' order and the pool's own last; then those of Auth0 that have no place among
        them, where its dialect is set or one was saved."""
        caller.require_administrator()
        rows = {row["name"]: row for row in await postgres.states(self._db, caller.pool_id)}
        is_auth0s = (await self.get(caller)).dialect == "auth0"
        theirs = [name for name in AUTH0_NAMES if is_auth0s or name in rows]
        return [
            ScriptState(
                name,
                published=rows[name]["published"] if name in rows else None,
                draft=rows[name]["draft"] if name in rows else None,
                stub=stub(name),
                published_at=rows[name]["published_at"] if name in rows else None,
            )
            for name in (*SCRIPT_NAMES, *theirs)
        ]

    async def get_script(self, caller: Caller, name: str, version: int | None = None) -> ScriptVersion:
        """That version, or the newest. Raises ScriptNotFound."""
        caller.require_administrator()
        found = await postgres.find_version(self._db, caller.pool_id, script_name(name), version)
        if found is None:
            raise ScriptNotFound(name=name, version=version)
        return found

    async def list_versions(self, caller: Caller, name: str, page: PageRequest) -> list[ScriptVersion]:
        caller.require_administrator()
        return await postgres.versions(self._db, caller.pool_id, script_name(name), page.size, page.offset)

    async def check(self, caller: Caller, name: str, source: str) -> CheckedScript:
        """What saving it would find, with nothing saved."""
        caller.require_administrator()
        return await sources.judged(self._sandbox, await self.get(caller), script_name(name), source)

    async def save_script(
        self, caller: Caller, name: str, source: str, *, message: str = "", after: int | None = None
    ) -> ScriptVersion:
        """A new draft. The same text again answers the version it has. A syntax error is refused.

        `after`: the newest version when the text was opened, 0 for none. Raises ScriptOvertaken where there is
        another by now.
        """
        caller.require_administrator()
        known = script_name(name)
        message = version_message(message)
        offers = await sources.compiled(self._sandbox, await self.get(caller), known, source)
        newest = await postgres.find_version(self._db, caller.pool_id, known, None)
        if newest is not None and newest.source == source:
            return replace(newest, offers=offers)
        number = newest.version if newest else 0
        if after is not None and number != after:
            raise ScriptOvertaken(version=number)
        async with self._db.transaction() as tx:
            saved = await postgres.add_version(
                tx, caller.pool_id, known, source, caller.actor_id or caller.kind, message
            )
            if after is not None and (saved is None or saved.version != after + 1):
                raise ScriptOvertaken(version=saved.version - 1 if saved else after + 1)
            if saved is None:
                raise InvalidOperation(
                    "该脚本刚被他人保存，请重试",
                    "The script was saved by another request at the same time; try again",
                )
            detail = {"version": saved.version}
            await self._audit.write(
                tx, caller, Event("create", "custom_database_script", known, detail=detail)
            )
        return replace(saved, offers=offers)

    async def publish(
        self, caller: Caller, name: str, version: int, *, instead_of: int | None = None
    ) -> ScriptState:
        """Makes a version the one that runs; an older one is a rollback. `instead_of`: the one that it is to replace, 0
        for none. Raises PublishedMeanwhile where another runs by now.

        Raises ScriptNotFound, and ScriptUnproven where the pool asks for a passing run that this version never had.
        """
        wanted = await self.get_script(caller, name, version)
        await proof.require(self._db, self._pools, caller.pool_id, wanted)
        offers = await sources.compiled(self._sandbox, await self.get(caller), wanted.name, wanted.source)
        async with self._db.transaction() as tx:
            by = caller.actor_id or caller.kind
            running = await postgres.lock_published(tx, caller.pool_id, wanted.name)
            if instead_of is not None and instead_of != (running or 0):
                raise PublishedMeanwhile(version=running)
            await postgres.publish(tx, caller.pool_id, wanted.name, wanted.version, by)
            detail = {"version": wanted.version}
            await self._audit.write(
                tx, caller, Event("publish", "custom_database_script", wanted.name, detail=detail)
            )
        self.forget(caller.pool_id)
        states = await self.list_scripts(caller)
        return next(replace(state, offers=offers) for state in states if state.name == wanted.name)

    async def withdraw(self, caller: Caller, name: str) -> bool:
        """Publishes no version any more: the function is its stub again. False where none was. Whoever's password
        only `verifyPassword` can judge is locked out then: `StoredPasswords.dependents` says how many."""
        caller.require_administrator()
        known = script_name(name)
        async with self._db.transaction() as tx:
            await postgres.lock_published(tx, caller.pool_id, known)
            gone = await postgres.unpublish(tx, caller.pool_id, known)
            if gone:
                await self._audit.write(tx, caller, Event("disable", "custom_database_script", known))
        self.forget(caller.pool_id)
        return gone

    async def run(
        self,
        caller: Caller,
        name: str,
        args: list[Any],
        *,
        source: str | None = None,
        version: int | None = None,
    ) -> Outcome:
        """The debug button: a draft's text or a version, against the saved connection. Writes nothing of ours but a
        log row; a text that is the newest version's is that version. Arguments that are not given are null; what is
        not given of the context is ours."""
        caller.require_administrator()
        known = script_name(name)
        if source is None:
            found = await self.get_script(caller, name, version)
            source, version = found.source, found.version
        else:
            newest = await postgres.find_version(self._db, caller.pool_id, known, None)
            version = newest.version if newest is not None and newest.source == source else None
        wanted = stub(known).split("(", 1)[1].split(")", 1)[0].count(",")
        given = [*args, *[None] * (wanted - len(args))]
        ours = await self._runner.context(caller)
        given[wanted:] = [_context(ours, given[wanted] if len(given) > wanted else None)]
        database = await self.get(caller)
        if database.dialect == "auth0" and known in ("login", "getUser") and isinstance(given[0], str):
            given[0] = auth0.query_of(given[0])
        outcome = await self._runner.run(caller, database, known, source, given, version=version, debug=True)
        if version is not None and isinstance(outcome, Returned):
            await postgres.passed(self._db, caller.pool_id, known, version)
        said = await self._advice(caller, database, known, source, given, outcome)
        return replace(outcome, warnings=(*outcome.warnings, *said))

    async def _advice(
        self,
        caller: Caller,
        database: CustomDatabase,
        name: ScriptName,
        source: str,
        args: list[Any],
        outcome: Outcome,
    ) -> list[Warned]:
        """What else can be said: from the answer, from the same call again, from getUser after login."""
        if isinstance(outcome, Threw):
            said = script_diagnostics.about_thrown(name, outcome.message)
            if outcome.private:  # calling a context that is no callback is a TypeError
                offers = await sources.offers(self._sandbox, database, name, source)
                said += [Warned(offer.zh, offer.en) for offer in offers]
            return said
        if not isinstance(outcome, Returned):
            return []
        said = script_diagnostics.about_answer(name, outcome.value)
        if outcome.dialect == "auth0":
            said += script_diagnostics.about_made_id(outcome.value)
        quiet: dict[str, Any] = {"version": None, "debug": True, "logged": False}
        if name == "listUsers" and args[0] == 1 and isinstance(args[1], int):
            second = await self._runner.run(caller, database, name, source, [2, *args[1:]], **quiet)
            if isinstance(second, Returned):
                said += script_diagnostics.about_paging(args[1], outcome.value, second.value)
        if said or not isinstance(outcome.value, dict) or name not in ("login", "getUser"):
            return said
        again = await self._runner.run(caller, database, name, source, args, **quiet)
        if isinstance(again, Returned):
            said += script_diagnostics.about_repetition(outcome.value, again.value)
        if name == "login" and not said:
            finder = await postgres.find_version(self._db, caller.pool_id, "getUser", None)
            if finder is not None:
                query = {"id": str(outcome.value["id"]), "email": None, "phone": None, "username": None}
                known_as = auth0.name_of(outcome.value)
                found = await self._runner.run(
                    caller,
                    database,
                    "getUser",
                    finder.source,
                    [query, args[-1]],
                    **quiet,
                    known_as=known_as,
                )
                if isinstance(found, Returned):
                    said += script_diagnostics.about_both(outcome.value, found.value)
        return said

    async def list_logs(self, caller: Caller, query: LogQuery, page: PageRequest) -> LogPage:
        """Newest first. Raises InvalidInput for a function or a duration that is none."""
        caller.require_administrator()
        if query.name is not None:
            script_name(query.name)
        for name, value in (("minDurationMs", query.least_ms), ("maxDurationMs", query.most_ms)):
            if value is not None and not 0 <= value <= LONGEST_CALL_MS:
                raise InvalidInput(
                    name, f"应为 0 至 {LONGEST_CALL_MS}", f"must be between 0 and {LONGEST_CALL_MS}"
                )
        ids = None
        if query.user_id is not None:
            ids = await postgres_logs.ids_of(self._db, caller.pool_id, query.user_id)
        total, entries, more = await postgres_logs.page(self._db, caller.pool_id, query, page, ids)
        return LogPage(total, await self._with_people(caller, entries), more)

    async def find_log(self, caller: Caller, entry_id: str) -> LogEntry:
        """Raises NotFound."""
        caller.require_administrator()
        entry = await postgres_logs.find(self._db, caller.pool_id, entry_id)
        if entry is None:
            raise NotFound(log_id=entry_id)
        return (await self._with_people(caller, [entry]))[0]

    async def _with_people(self, caller: Caller, entries: list[LogEntry]) -> list[LogEntry]:
        """With who that is here whom each call was about: in a store of one's own everybody has the script's id."""
        ids = {entry.script_user_id for entry in entries if entry.script_user_id}
        if not ids:
            return entries
        people = await postgres_logs.people_of(self._db, caller.pool_id, ids)
        if (await self.get(caller)).mode == "CUSTOM_USER_STORE":
            people = {one: one for one in ids} | people
        return [replace(entry, user_id=people.get(entry.script_user_id or "")) for entry in entries]

    async def migration(self, caller: Caller) -> MigrationProgress:
        caller.require_administrator()
        return await postgres.migration(self._db, caller.pool_id)

    async def lift_tombstone(self, caller: Caller, script_user_id: str) -> None:
        """Lets a migrated user who was deleted here come back at their next login. Raises UserNotFound where nobody
        of this id was."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            if not await postgres.lift_tombstone(tx, caller.pool_id, script_user_id):
                raise UserNotFound(user_id=script_user_id)
            await self._audit.write(tx, caller, Event("recover", "user", script_user_id))


def _context(ours: dict[str, Any], given: Any) -> Any:
    """Whoever debugs may write another context, or some fields of one."""
    if not isinstance(given, dict):
        return ours if given is None else given
    asked = given.get("request")
    request = {**ours["request"], **asked} if isinstance(asked, dict) else ours["request"]
    return {**ours, **given, "request": request}
