"""A connection tried without anybody signing in, and what its provider is told of us."""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import ProviderFailed, ProviderStep, TooManyRequests
from poolhouse.federation import catalog
from poolhouse.federation.connections import Connections
from poolhouse.federation.model import Checkable, Describing, metadata_address
from poolhouse.login.tally import Limit, Subject, Tally

TRIED = Limit(60, 3600)
"""Trials of one pool's connections: each calls a host that an administrator named."""


@dataclass(frozen=True, slots=True)
class Trial:
    """`steps`: those that went well. `callback`, `metadata`: addresses of ours that the provider is told, "" where the
    kind has none."""

    steps: tuple[ProviderStep, ...]
    failed: ProviderFailed | None
    callback: str
    metadata: str


class ConnectionTrials:
    def __init__(self, db: Database, connections: Connections) -> None:
        self._connections, self._tally = connections, Tally(db)

    async def check(self, caller: Caller, connection_id: str, *, origin: str) -> Trial:
        """The steps of a connection that work without anybody signing in, switched on or not. For administrators.

        Raises IdentitySourceNotFound, NotSupported, TooManyRequests.
        """
        caller.require_administrator()
        subject = Subject(caller.pool_id, "test-ext-idp-connection", "pool")
        wait_s = await self._tally.begin(subject, TRIED)
        if wait_s is not None:
            raise TooManyRequests("too many trials of connections", retry_after_s=wait_s)
        self._tally.failed(subject)
        callback = metadata = ""
        try:
            opened = await self._connections.open(caller, connection_id, trial=True)
            kind, identifier = opened.manifest.kind, opened.settled.identifier
            client = catalog.client_of(kind)
            if opened.manifest.redirecting:
                callback = origin + opened.callback
            if isinstance(client, Describing):
                metadata = metadata_address(origin, opened.manifest.callback_path, identifier, caller.pool_id)
            steps: tuple[ProviderStep, ...] = ("settings",)
            if isinstance(client, Checkable):
                here = self._connections.here(origin, callback)
                steps = await self._connections.answer(opened.settled, client.check(opened.settled, here))
        except ProviderFailed as error:
            return Trial((), error, callback, metadata)
        return Trial(steps, None, callback, metadata)

    async def metadata(self, caller: Caller, path: str, name: str, *, origin: str) -> bytes:
        """What the provider of a connection is told of us, XML; for anybody. `path`: the kind in the address.

        Raises IdentitySourceNotFound, also for a kind that has none, and ProviderFailed (settings).
        """
        client, read, back = await self._connections.for_its_provider(
            caller, path, name, lambda client: isinstance(client, Describing)
        )
        assert isinstance(client, Describing)
        return await client.metadata(read, self._connections.here(origin, origin + back))
