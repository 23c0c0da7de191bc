"""The connections of an application, and one of them opened to be used: its settings read, its client's calls bounded.

What fails on the way is in the audit log before it is raised, with the step and the reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database
from poolhouse.errors import (
    IdentitySourceNotFound,
    NotSupported,
    PoolhouseError,
    ProviderAccountRefused,
    ProviderFailed,
    ProviderRefused,
    TooManyRequests,
    Unavailable,
)
from poolhouse.federation import catalog
from poolhouse.federation.addresses import Spelling, callback_path
from poolhouse.federation.binding import RULES, Rules, Way
from poolhouse.federation.model import (
    Describing,
    Here,
    Manifest,
    Redirecting,
    Runner,
    Settled,
    metadata_address,
    settled,
)
from poolhouse.federation.waiting import Waiting
from poolhouse.login.tally import Limit, Subject, Tally
from poolhouse.outgoing import Outgoing
from poolhouse.tenants import postgres_sources as rows
from poolhouse.tenants.model import Connection
from poolhouse.times import now

T = TypeVar("T")

WHOLE_S = 25.0
"""All that one step of a sign-in asks of a provider: a client makes up to four calls of ten seconds."""
BEGUN = Limit(2_000, 600)
"""Sign-ins begun by one address: each is a row until its ten minutes are over."""
LONG_FORM = 32 * 1024
"""Characters of what a provider posts; a response with a person's attributes has some 10,000."""
HELD = Limit(200, 600)
"""Longer ones, which are kept like the rows: an address could bring 128 kB to each."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A connection that an application's people may sign in by: at a page of its provider's (`redirecting`), by a name
    and a password that they type at ours (`verifying`), or neither, in a native app."""

    id: str
    identifier: str
    kind: str
    name: str
    logo: str | None
    source_id: str
    source_type: str
    social: bool
    redirecting: bool
    verifying: bool
    path: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection as it is needed to use it."""

    way: Way
    manifest: Manifest
    settled: Settled

    @property
    def callback(self) -> str:
        """The path that its provider sends people back to."""
        kind, identifier = self.manifest.callback_path, self.settled.identifier
        return callback_path(self.way.rules.callback, kind, identifier, self.settled.pool_id)


class Connections:
    def __init__(
        self,
        *,
        db: Database,
        box: SecretBox,
        outgoing: Outgoing,
        audit: AuditLog,
        run: Runner | None = None,
    ) -> None:
        self._db, self._box, self._outgoing, self._audit, self._run = db, box, outgoing, audit, run
        self._tally, self._waiting = Tally(db), Waiting()

    async def places(self, pool_id: str, name: str) -> list[str]:
        """The applications that a connection is switched on in, by its identifier or id."""
        found = await rows.usable_connection(self._db, pool_id, name, self._box)
        states = found[0].states if found else ()
        return [state.place_id for state in states if state.place == "app" and state.enabled]

    async def applications(self, pool_id: str, kinds: Collection[str]) -> list[str]:
        """Those in which a connection of one of these kinds is switched on."""
        return await rows.applications_of(self._db, pool_id, kinds)

    async def offered(self, pool_id: str, app_id: str) -> list[Offer]:
        """The connections that are switched on in the application and of a kind that signs in, oldest first."""
        found = await rows.enabled_connections(self._db, pool_id, [app_id])
        return [
            Offer(
                id=connection.id,
                identifier=connection.identifier,
                kind=connection.type,
                name=connection.display_name,
                logo=connection.logo,
                source_id=connection.source_id,
                source_type=source_type,
                social=manifest.social,
                redirecting=manifest.redirecting is not None,
                verifying=manifest.verifying is not None,
                path=manifest.callback_path,
            )
            for _, connection, source_type in found
            if (manifest := catalog.MANIFESTS.get(connection.type)) is not None
        ]

    async def find(self, pool_id: str, connection_id: str) -> Connection | None:
        found = await rows.find_connection(self._db, pool_id, connection_id, self._box)
        return found[0] if found else None

    async def open(self, caller: Caller, name: str, *, trial: bool = False) -> Opened:
        """`name`: the connection's identifier or id. `trial`: switched on or not, and what fails is no sign-in.

        Raises IdentitySourceNotFound, NotSupported, ProviderFailed (settings).
        """
        found = await rows.usable_connection(self._db, caller.pool_id, name, self._box)
        if found is None:
            raise IdentitySourceNotFound(connection=name)
        connection, fields, source_type = found
        if not trial and not connection.is_enabled("app", caller.app_id or ""):
            raise IdentitySourceNotFound(connection=name)
        try:
            manifest = catalog.manifest_of(connection.type)
            read = _settled(caller.pool_id, manifest, connection, fields)
            rules = msgspec.convert({name: fields[name] for name in RULES if fields.get(name)}, Rules)
        except msgspec.ValidationError as error:
            failed = ProviderFailed(
                "settings", f"连接的配置有误：{error}", f"the connection's settings: {error}"
            )
            if not trial:
                await self.note(caller, connection, failed)
            raise failed from error
        except (NotSupported, ProviderFailed) as error:
            if not trial:
                await self.note(caller, connection, error)
            raise
        return Opened(Way(connection, source_type, manifest.social, rules), manifest, read)

    async def for_its_provider(
        self, caller: Caller, path: str, name: str, does: Callable[[Redirecting], bool]
    ) -> tuple[Redirecting, Settled, str]:
        """A redirecting connection as its provider may ask for it, who is nobody's application: its client, its
        settings, and the path it sends people back to. `path`: the kind in the address; `does`: what the client must.

        Raises IdentitySourceNotFound, ProviderFailed (settings).
        """
        found = await rows.usable_connection(self._db, caller.pool_id, name, self._box)
        manifest = catalog.MANIFESTS.get(found[0].type) if found else None
        if found is None or manifest is None or manifest.callback_path != path or not manifest.redirecting:
            raise IdentitySourceNotFound(connection=name)
        client = catalog.redirecting(manifest.kind)
        if not does(client):
            raise IdentitySourceNotFound(connection=name)
        connection, fields, _ = found
        spelling: Any = fields.get("callback") or ""
        back = callback_path(spelling, manifest.callback_path, connection.identifier, caller.pool_id)
        return client, _settled(caller.pool_id, manifest, connection, fields), back

    async def answer(self, connection: Settled, asked: Coroutine[Any, Any, T]) -> T:
        """Of what a client asks of its provider. Raises ProviderFailed (busy, time), and what the client does."""
        try:
            with self._waiting.one(connection):
                async with asyncio.timeout(WHOLE_S):
                    return await asked
        except TimeoutError as error:
            raise ProviderFailed(
                "time",
                f"身份源在 {WHOLE_S:g} 秒内没有完成应答",
                f"the provider took more than {WHOLE_S:g} s",
            ) from error
        finally:
            asked.close()  # which was not begun, where too many wait

    async def told(self, caller: Caller, connection_id: str, origin: str) -> tuple[Connection, str, str]:
        """A connection, and the addresses of ours that its provider is told, whatever of its settings is wrong.

        Raises IdentitySourceNotFound, NotSupported.
        """
        found = await rows.usable_connection(self._db, caller.pool_id, connection_id, self._box)
        if found is None:
            raise IdentitySourceNotFound(connection=connection_id)
        connection, fields, _ = found
        spelling: Any = fields.get("callback") or ""
        manifest = catalog.manifest_of(connection.type)
        addresses = addresses_of(manifest, connection.identifier, spelling, caller.pool_id, origin)
        return connection, *addresses

    def here(self, origin: str, callback: str) -> Here:
        return Here(origin, callback, self._outgoing, now, self._run)

    async def require_few(self, caller: Caller) -> None:
        """Raises TooManyRequests where the caller's address has begun too many sign-ins."""
        await self._require(caller, "federation-ip", BEGUN)

    async def require_few_long(self, caller: Caller) -> None:
        """Raises TooManyRequests where the caller's address has brought too many long forms."""
        await self._require(caller, "federation-held", HELD)

    async def _require(self, caller: Caller, what: str, limit: Limit) -> None:
        subject = Subject(caller.pool_id, what, caller.neighborhood or "")
        wait_s = await self._tally.begin(subject, limit)
        if wait_s is not None:
            raise TooManyRequests("too many sign-ins begun", retry_after_s=wait_s)
        self._tally.failed(subject)

    async def note(self, caller: Caller, connection: Connection | None, error: PoolhouseError) -> None:
        """Which step failed and why, for whoever administers the pool."""
        if isinstance(error, Unavailable):
            return
        detail = {"method": "identity", "reason": type(error).__name__}
        if connection is not None:
            detail["connection"] = connection.identifier
        if isinstance(error, ProviderFailed):
            detail |= {
                "step": error.step,
                "reason": error.reason("en-US"),
                "reason_zh": error.reason("zh-CN"),
                **({"printed": error.printed} if error.printed else {}),
            }
        elif isinstance(error, ProviderRefused | ProviderAccountRefused):
            detail["said"] = error.reason("en-US")
        event = Event("login", "user", app_id=caller.app_id, success=False, detail=detail)
        await self._audit.write_refusal(caller, event)


def addresses_of(
    manifest: Manifest, identifier: str, spelling: Spelling, pool_id: str, origin: str
) -> tuple[str, str]:
    """Of the callback and of our metadata, "" where the kind has none."""
    callback = metadata = ""
    if manifest.redirecting:
        callback = origin + callback_path(spelling, manifest.callback_path, identifier, pool_id)
    if isinstance(catalog.client_of(manifest.kind), Describing):
        metadata = metadata_address(origin, manifest.callback_path, identifier, pool_id)
    return callback, metadata


def _settled(pool_id: str, manifest: Manifest, connection: Connection, fields: Mapping[str, Any]) -> Settled:
    at = connection.updated_at
    return settled(
        manifest,
        id=connection.id,
        pool_id=pool_id,
        source_id=connection.source_id,
        identifier=connection.identifier,
        fields=fields,
        version=at.isoformat() if at else "",
    )
