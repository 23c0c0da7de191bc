"""Runs a pool's scripts for a use case: context in, value out, one log row a call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from poolhouse.apps.model import App
from poolhouse.apps.service import AppService
from poolhouse.audit.geoip import GeoIp, geoip_document
from poolhouse.caller import Caller
from poolhouse.customdb import auth0, budget, environment, script_diagnostics
from poolhouse.customdb.model import READ_ONLY, CustomDatabase, LiveConnection, ScriptName
from poolhouse.customdb.redaction import Redactor, secrets_of, secrets_typed
from poolhouse.customdb.script_log import Run, ScriptLog
from poolhouse.customdb.stubs import stub
from poolhouse.customdb.value_sizes import ARGUMENT_BYTES, own_fields, size_within
from poolhouse.db.database import Database
from poolhouse.errors import (
    AppNotFound,
    CustomDatabaseUnavailable,
    ScriptFailed,
    TooLarge,
    UserExists,
    WrongCredentials,
)
from poolhouse.pools.service import PoolService
from poolhouse.sandbox.client import Outcome, Returned, Sandbox, Threw
from poolhouse.sandbox.order import WorkerSpec

PoolVariables = Callable[[str], Awaitable[dict[str, str]]]

_PRELOADS = {
    "postgresql": ("pg", "bcrypt"),
    "mysql": ("mysql2", "bcrypt"),
    "mongodb": ("mongodb", "lodash", "bcrypt"),
    "http": ("axios",),
}
"""What most scripts of a kind require, so that the first call does not wait for it; the templates' own."""


class ScriptRunner:
    """`pool_variables`: the pool-wide environment (GET /api/v2/env), which a connection's own overrides."""

    def __init__(
        self,
        *,
        db: Database,
        sandbox: Sandbox,
        pools: PoolService,
        apps: AppService,
        geoip: GeoIp,
        pool_variables: PoolVariables,
    ) -> None:
        self._sandbox, self._pools, self._apps = sandbox, pools, apps
        self._geoip, self._pool_variables = geoip, pool_variables
        self._log = ScriptLog(db)

    async def invoke(
        self,
        caller: Caller,
        active: LiveConnection,
        name: ScriptName,
        *args: Any,
        known_as: str | None = None,
    ) -> Any:
        """What the published script (or its stub) returns. `known_as`: by what Auth0's getUser finds an id.

        Raises ScriptFailed with the script's own words, and CustomDatabaseUnavailable for whatever a driver,
        the runtime or the sandbox said, whose words are for the log alone; Overloaded when too many calls
        wait, TooLarge when the arguments are more than any user has, or the request has cost enough. An error of
        Auth0's kinds is what it says: WrongCredentials or UserExists.
        """
        budget.spend()
        version, source = active.sources.get(name, (None, stub(name)))
        given = [*args, await self.context(caller)]
        outcome = await self.run(
            caller, active.database, name, source, given, version=version, known_as=known_as
        )
        if isinstance(outcome, Returned):
            return outcome.value
        if isinstance(outcome, Threw):
            if active.database.dialect == "auth0":
                _raise_auth0s(name, outcome)
            known = secrets_of(await self.env(active.database))
            # A thread: spelling large secrets takes milliseconds, as does searching a long text for them.
            words = await asyncio.to_thread(
                lambda: Redactor(known, secrets_typed(name, given)).text(outcome.message)
            )
            if outcome.private:
                raise CustomDatabaseUnavailable(f"{name}: threw {outcome.name}: {words}")
            told = caller.kind in ("administrator", "system") or name == "login"
            if active.database.error_messages == "uniform" and not told:
                raise CustomDatabaseUnavailable(f"{name}: threw {outcome.name}: {words}")
            raise ScriptFailed(words or outcome.name, cause=outcome.stack)
        raise CustomDatabaseUnavailable(f"{name}: {outcome.reason}: {outcome.detail}")

    async def refuse_answer(
        self,
        caller: Caller,
        active: LiveConnection,
        name: ScriptName,
        args: Sequence[Any],
        error: ScriptFailed,
    ) -> None:
        """The log's row for an answer nobody can use: the call returned, and failed nevertheless."""
        version, _ = active.sources.get(name, (None, ""))
        refused = Threw(
            name="Error",
            message=error.message("en-US"),
            code=None,
            stack="",
            private=False,
            console=(),
            duration_ms=0,
        )
        env = await self.env(active.database)
        self._log.keep(Run(caller, name, version, [*args, {}], env, refused, debug=False))

    async def run(
        self,
        caller: Caller,
        database: CustomDatabase,
        name: ScriptName,
        source: str,
        args: list[Any],
        *,
        version: int | None,
        debug: bool = False,
        logged: bool = True,
        known_as: str | None = None,
    ) -> Outcome:
        """One call of `source`, whatever becomes of it, and its row in the log. What a function in Auth0's form
        answers is translated into ours."""
        if size_within(args, ARGUMENT_BYTES) > ARGUMENT_BYTES:
            raise TooLarge("arguments", f"不能超过 {ARGUMENT_BYTES} 字节", f"at most {ARGUMENT_BYTES} bytes")
        env = await self.env(database)
        theirs = None
        if database.dialect == "auth0" and name in auth0.CALLED:
            theirs = auth0.arguments(name, args, known_as)
        outcome = await self._sandbox.run(
            spec_of(database, env, debug=debug),
            source=source,
            function=name,
            args=args,
            timeout_ms=database.timeout_ms,
            read_only=name in READ_ONLY,
            guarded=not debug,
            auth0_args=theirs,
        )
        given = args
        if theirs is not None and outcome.dialect == "auth0":
            given = [*theirs, args[-1]]
            if isinstance(outcome, Returned):
                outcome = replace(outcome, value=auth0.answer(name, outcome.value))
        if isinstance(outcome, Returned):
            said = script_diagnostics.about_count(name, args, outcome.value)
            outcome = replace(outcome, warnings=(*outcome.warnings, *said))
        if logged:
            self._log.keep(Run(caller, name, version, given, env, outcome, debug))
        return outcome

    async def env(self, database: CustomDatabase) -> dict[str, str]:
        """Pool variables, then the connection's own, then DB_*; the later win."""
        shared = await self._pool_variables(database.pool_id)
        connection = environment.connection_variables(database.connection, database.database_type)
        return {**shared, **database.env, **connection}

    async def context(self, caller: Caller) -> dict[str, Any]:
        """The last argument of every script: always every documented field, and always of its type, whoever asks.

        A call that came through no application (an access key's, the command line's, the server's own) has
        the pool's first one, and empty values in a pool without any. Nothing in it is secret.
        Source: docs/contract/custom-database.md#context.
        """
        pool = await self._pools.get(caller.pool_id)
        place = self._geoip.of(caller.ip)
        app = await self._app(caller)
        return {
            "userPoolId": pool.id,
            "userPoolName": pool.name,
            "userPoolMetadata": {"domain": pool.domain, "logo": pool.logo, "description": pool.description},
            "appId": app.id if app else "",
            "appName": app.name if app else "",
            "appMetadata": {"identifier": app.identifier, "logo": app.logo, "description": app.description}
            if app
            else {},
            "application": pool.id,
            "request": {
                "ip": caller.ip or "",
                "geo": geoip_document(place) if place else None,
                "body": own_fields(caller.body),
            },
        }

    async def _app(self, caller: Caller) -> App | None:
        try:
            if caller.app_id:
                return await self._apps.get(caller, caller.app_id)
        except AppNotFound:
            pass
        return await self._apps.default_of(caller.pool_id)

    async def settled(self, within_s: float | None = None) -> None:
        """Waits until every log row is written: for tests and for stopping."""
        await self._log.settled(within_s)


def _raise_auth0s(name: ScriptName, threw: Threw) -> None:
    """An error of Auth0's kinds, where it means what it says; elsewhere it is any other."""
    if name == "login" and auth0.is_wrong_password(threw):
        raise WrongCredentials(f"{name}: threw {threw.name}")
    if name not in READ_ONLY and auth0.is_user_exists(threw):
        raise UserExists(f"{name}: threw {threw.name}")


def spec_of(database: CustomDatabase, env: dict[str, str], *, debug: bool = False) -> WorkerSpec:
    """A debugging run has a worker of its own: a draft must not be able to harm a login."""
    hosts = environment.hosts_of(database.connection, database.database_type)
    allowed = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in hosts]
    return WorkerSpec(
        key=f"{database.pool_id}{' debug' if debug else ''}",
        env=env,
        allow_hosts=tuple(dict.fromkeys([*allowed, *database.allowed_hosts])),
        memory_mb=database.memory_mb,
        pooled=database.pooled_connections,
        dialect=database.dialect,
        timezone=database.timezone,
        preload=_PRELOADS.get(database.database_type, ()),
    )
