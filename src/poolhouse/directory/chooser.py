"""pool -> Directory: the only place that asks for a pool's mode."""

from __future__ import annotations

from functools import partial

from poolhouse.customdb import postgres as customdb_rows
from poolhouse.customdb.runner import ScriptRunner
from poolhouse.customdb.service import CustomDatabaseService
from poolhouse.db.database import Database
from poolhouse.directory.auth0_scripts import Auth0Scripts
from poolhouse.directory.completed import CompletedDirectory
from poolhouse.directory.contract import Directory
from poolhouse.directory.migrating import MigratingDirectory
from poolhouse.directory.postgres import PostgresDirectory, identity_owner
from poolhouse.directory.scripted import ScriptedDirectory


class _Identities:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def user_id_of(self, pool_id: str, provider: str, user_id_in_idp: str) -> str | None:
        return await identity_owner(self._db, pool_id, provider, user_id_in_idp)


class Directories:
    """Chooses once, at the edge; everybody else calls a Directory without asking what it is."""

    def __init__(
        self,
        *,
        native: PostgresDirectory,
        db: Database,
        customdb: CustomDatabaseService,
        runner: ScriptRunner,
    ) -> None:
        self.native = native
        self._db, self._customdb, self._runner = db, customdb, runner
        self._auth0 = Auth0Scripts(runner, db)

    async def of(self, pool_id: str) -> Directory:
        """The directory of a pool, as its settings are now (half a second old at most)."""
        active = await self._customdb.active(pool_id)
        if active is None:
            return self.native
        scripts = self._auth0 if active.database.dialect == "auth0" else self._runner
        scripted = ScriptedDirectory(active, scripts, _Identities(self._db))
        store = CompletedDirectory(scripted, self._db)
        if active.database.mode == "CUSTOM_USER_STORE":
            return store
        return self._migrating(store)

    async def migrating(self, pool_id: str) -> MigratingDirectory | None:
        """The directory of a pool that moves its users in, or None: for questions about the move itself."""
        directory = await self.of(pool_id)
        return directory if isinstance(directory, MigratingDirectory) else None

    def _migrating(self, store: CompletedDirectory) -> MigratingDirectory:
        return MigratingDirectory(
            self.native,
            store,
            self._db,
            count=partial(customdb_rows.count_migration, self._db),
            is_tombstone=partial(customdb_rows.is_tombstone, self._db),
        )
