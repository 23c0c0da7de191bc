"""Use cases on identity sources: configuration that is kept, not yet logged in with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.audit.states import Secret
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Tx
from poolhouse.errors import (
    CodeTaken,
    ConnectionNotFound,
    IdentitySourceNotFound,
    InvalidInput,
    TenantNotFound,
)
from poolhouse.ids import new_id
from poolhouse.tenants import postgres_sources as rows
from poolhouse.tenants.model import Connection, ConnectionDraft, Place, Source
from poolhouse.tenants.secrets import for_log, masked, unmasked
from poolhouse.texts import no_program


class SourceService:
    """`require_fit(type, fields)`: raises InvalidInput for what a connection of the type cannot sign in with."""

    def __init__(
        self,
        db: Database,
        box: SecretBox,
        audit: AuditLog,
        require_fit: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self._db, self._box, self._audit, self._require_fit = db, box, audit, require_fit

    async def list(
        self, caller: Caller, *, tenant_id: str | None = None, app_id: str | None = None
    ) -> Sequence[Source]:
        """Newest first, with their connections, secrets masked."""
        caller.require_administrator()
        return await rows.sources(self._db, caller.pool_id, tenant_id, app_id, self._box)

    async def get(self, caller: Caller, source_id: str) -> Source:
        """Raises IdentitySourceNotFound."""
        caller.require_administrator()
        source = await rows.find_source(self._db, caller.pool_id, source_id, self._box)
        if source is None:
            raise IdentitySourceNotFound(source_id=source_id)
        return source

    async def enabled_in(
        self, caller: Caller, app_ids: Sequence[str]
    ) -> Mapping[str, Sequence[tuple[Connection, str]]]:
        """Of each application the connections that are switched on in it, oldest first, with their source's type.
        Without fields."""
        caller.require_administrator()
        found: dict[str, list[tuple[Connection, str]]] = {app_id: [] for app_id in app_ids}
        for app_id, connection, kind in await rows.enabled_connections(self._db, caller.pool_id, app_ids):
            found[app_id].append((connection, kind))
        return found

    async def create(
        self,
        caller: Caller,
        name: str,
        type_: str,
        *,
        tenant_id: str | None = None,
        connections: Sequence[ConnectionDraft] = (),
    ) -> Source:
        """With its first connections, all or nothing. Raises TenantNotFound, CodeTaken (identifier), InvalidInput."""
        caller.require_administrator()
        source = Source(new_id(), caller.pool_id, _filled(name, "name"), _filled(type_, "type"), tenant_id)
        async with self._db.transaction() as tx:
            try:
                await rows.insert_source(tx, source)
            except asyncpg.ForeignKeyViolationError as error:
                raise TenantNotFound(tenant_id=tenant_id) from error
            for draft in connections:
                await self._add_connection(tx, caller, source.id, draft)
            await self._audit.write(
                tx, caller, Event("create", "identity_source", source.id, detail={"name": source.name})
            )
        return await self.get(caller, source.id)

    async def rename(self, caller: Caller, source_id: str, name: str) -> Source:
        before = await self.get(caller, source_id)
        async with self._db.transaction() as tx:
            if not await rows.rename_source(tx, caller.pool_id, source_id, _filled(name, "name")):
                raise IdentitySourceNotFound(source_id=source_id)
            event = Event(
                "update", "identity_source", source_id, before={"name": before.name}, after={"name": name}
            )
            await self._audit.write(tx, caller, event)
        return await self.get(caller, source_id)

    async def delete(self, caller: Caller, source_id: str) -> None:
        """With its connections; identities linked through it stay with their users."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            if not await rows.delete_source(tx, caller.pool_id, source_id):
                raise IdentitySourceNotFound(source_id=source_id)
            await self._audit.write(tx, caller, Event("delete", "identity_source", source_id))

    # -- connections -----------------------------------------------------------------------------------

    async def get_connection(self, caller: Caller, connection_id: str) -> Connection:
        """Secrets masked. Raises ConnectionNotFound."""
        caller.require_administrator()
        found = await rows.find_connection(self._db, caller.pool_id, connection_id, self._box)
        if found is None:
            raise ConnectionNotFound(connection_id=connection_id)
        return found[0]

    async def add_connection(self, caller: Caller, source_id: str, draft: ConnectionDraft) -> Connection:
        await self.get(caller, source_id)
        async with self._db.transaction() as tx:
            connection_id = await self._add_connection(tx, caller, source_id, draft)
            await self._audit.write(
                tx, caller, Event("update", "identity_source", source_id, detail={"added": connection_id})
            )
        return await self.get_connection(caller, connection_id)

    async def update_connection(
        self, caller: Caller, connection_id: str, values: Mapping[str, Any]
    ) -> Connection:
        """`values`: display_name, fields (MASK keeps a secret), match_fields, logo, login_only, associable.

        Raises ConnectionNotFound, InvalidInput naming the field.
        """
        caller.require_administrator()
        found = await rows.find_connection(self._db, caller.pool_id, connection_id, self._box)
        if found is None:
            raise ConnectionNotFound(connection_id=connection_id)
        connection, stored = found
        no_program("logo", values.get("logo"))
        fields = unmasked(values["fields"], stored) if "fields" in values else stored
        if fields != stored:  # what was stored before it was judged can still be renamed
            self._require_fit(connection.type, fields)
        changed = replace(connection, **{**values, "fields": fields})
        async with self._db.transaction() as tx:
            await rows.update_connection(tx, caller.pool_id, changed, self._box)
            detail = {"connection": connection_id, "changed": sorted(values)}
            after = replace(changed, fields=masked(fields))
            event = Event(
                "update",
                "identity_source",
                connection.source_id,
                detail=detail,
                before=_facts(connection, stored),
                after=_facts(changed, fields),
            )
            await self._audit.write(tx, caller, event)
        return after

    async def delete_connection(self, caller: Caller, connection_id: str) -> None:
        connection = await self.get_connection(caller, connection_id)
        async with self._db.transaction() as tx:
            if not await rows.delete_connection(tx, caller.pool_id, connection_id):
                raise ConnectionNotFound(connection_id=connection_id)
            act = Event("update", "identity_source", connection.source_id, detail={"removed": connection_id})
            await self._audit.write(tx, caller, act)

    async def is_identifier_free(self, caller: Caller, identifier: str) -> bool:
        caller.require_administrator()
        return not await rows.identifier_taken(self._db, caller.pool_id, identifier)

    async def set_connection_enabled(
        self, caller: Caller, connection_id: str, place: Place, place_id: str, enabled: bool
    ) -> Connection:
        """Switches a connection on or off in an application or a tenant."""
        connection = await self.get_connection(caller, connection_id)
        await self._set_states(caller, connection.source_id, [connection_id], place, place_id, enabled)
        return await self.get_connection(caller, connection_id)

    async def set_all_enabled(
        self, caller: Caller, source_id: str, place: Place, place_id: str, enabled: bool
    ) -> None:
        """Every connection of the source."""
        source = await self.get(caller, source_id)
        ids = [connection.id for connection in source.connections]
        await self._set_states(caller, source_id, ids, place, place_id, enabled)

    async def _set_states(
        self,
        caller: Caller,
        source_id: str,
        connection_ids: Sequence[str],
        place: Place,
        place_id: str,
        enabled: bool,
    ) -> None:
        async with self._db.transaction() as tx:
            await rows.put_states(tx, caller.pool_id, connection_ids, place, place_id, enabled)
            act = Event(
                "enable" if enabled else "disable",
                "identity_source",
                source_id,
                detail={"connections": connection_ids, place: place_id},
            )
            await self._audit.write(tx, caller, act)

    async def _add_connection(self, tx: Tx, caller: Caller, source_id: str, draft: ConnectionDraft) -> str:
        no_program("logo", draft.logo)
        fields = unmasked(draft.fields, {})
        self._require_fit(_filled(draft.type, "type"), fields)
        connection = Connection(
            id=new_id(),
            source_id=source_id,
            type=_filled(draft.type, "type"),
            identifier=_filled(draft.identifier, "identifier"),
            display_name=_filled(draft.display_name, "displayName"),
            fields=fields,
            match_fields=draft.match_fields,
            logo=draft.logo,
            login_only=draft.login_only,
        )
        try:
            await rows.insert_connection(tx, caller.pool_id, connection, self._box)
        except asyncpg.UniqueViolationError as error:
            raise CodeTaken(field="identifier", value=connection.identifier) from error
        return connection.id


def _filled(value: str, field: str) -> str:
    text = value.strip()
    if not 1 <= len(text) <= 256:
        raise InvalidInput(field, "长度应为 1 至 256", "must be 1 to 256 characters")
    return text


def _facts(connection: Connection, stored: Mapping[str, Any]) -> dict[str, object]:
    """For the log, which is to see that a secret is another one, and not the secret."""
    shown = for_log(stored)
    kept = {name: value if shown[name] == value else Secret(value) for name, value in stored.items()}
    own = ("display_name", "match_fields", "logo", "login_only", "associable")
    return {**{name: getattr(connection, name) for name in own}, "fields": kept}
