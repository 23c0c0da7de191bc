"""A pool, an application and a connection of one kind: whoever signs in by it, in whichever way the kind has."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.federation.peers.model import Exchanging, Person, Redirecting, StandIn, Verifying

from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.errors import PoolhouseError
from poolhouse.federation.model import Begun, Callback, Manifest, Pairs
from poolhouse.login.model import LoggedIn
from poolhouse.services import Services
from poolhouse.tenants.model import Connection, ConnectionDraft
from poolhouse.users.model import User, UserDraft

ORIGIN = "https://auth.example"
CLIENT_PAGE = "https://client.example/callback"
BROWSER = "this browser's cookie"
_numbers = itertools.count(1000)


@dataclass
class Way:
    services: Services
    pool: PoolForTests
    app: App
    connection: Connection
    manifest: Manifest
    peer: StandIn
    settings: dict[str, Any] = field(default_factory=dict)

    @classmethod
    async def made(
        cls, services: Services, pool: PoolForTests, app: App, manifest: Manifest, peer: StandIn
    ) -> Way:
        """One more connection in the pool, switched on in the application."""
        identifier = "by-" + manifest.kind.replace(":", "-")
        draft = ConnectionDraft(manifest.kind, identifier, f"Corp {manifest.kind}", peer.fields())
        source = await services.sources.create(
            pool.administrator, manifest.kind, manifest.source_type, connections=[draft]
        )
        [connection] = source.connections
        connection = await services.sources.set_connection_enabled(
            pool.administrator, connection.id, "app", app.id, True
        )
        return cls(services, pool, app, connection, manifest, peer)

    @property
    def redirecting(self) -> Redirecting:
        assert isinstance(self.peer, Redirecting)
        return self.peer

    @property
    def verifying(self) -> Verifying:
        assert isinstance(self.peer, Verifying)
        return self.peer

    @property
    def caller(self) -> Caller:
        return replace(self.pool.stranger, app_id=self.app.id, ip="203.0.113.9")

    @property
    def path(self) -> tuple[str, str]:
        return self.manifest.callback_path, self.connection.identifier

    def person(self, **more: Any) -> Person:
        """Somebody who has not come before."""
        return Person(self.peer.person_id.format(next(_numbers)), **more)

    async def set(self, **values: Any) -> None:
        """Also makes our server forget what it keeps of the provider."""
        fields = {**self.connection.fields, **values.pop("fields", {})}
        self.connection = await self.services.sources.update_connection(
            self.pool.administrator, self.connection.id, {"fields": fields, **values}
        )

    async def begin(self, more: Mapping[str, str] | None = None) -> Begun:
        """`more`: parameters of the client's, for the provider."""
        name = self.connection.identifier
        return await self.services.federation.begin(
            self.caller, name, "page", origin=ORIGIN, browser=BROWSER, more=more
        )

    async def come_back(self, pairs: Pairs, *, browser: str = BROWSER) -> LoggedIn:
        federation, peer = self.services.federation, self.redirecting
        [state] = {value for name, value in pairs if name in ("state", "RelayState")}
        if peer.posts:
            await federation.hold(self.pool.stranger, state, pairs)
            pairs = (("state", state),)
        attempt = await federation.taken(self.pool.stranger, state, browser)
        came = await federation.complete(self.caller, attempt, Callback("GET", pairs), self.path, browser)
        assert isinstance(came, LoggedIn)
        return came

    async def sign_in(self, person: Person, password: str | None = None) -> LoggedIn:
        if self.peer.vouches_by:
            says = person.email_verified
            if bool(self.connection.fields.get(self.peer.vouches_by)) != says:
                await self.set(fields={self.peer.vouches_by: says})
        if isinstance(self.peer, Redirecting):
            return await self.come_back(self.peer.back(await self.begin(), person))
        if isinstance(self.peer, Exchanging):
            return await self.exchange(self.peer.code(person))
        name = f"name{next(_numbers)}"
        self.verifying.people[name] = person
        return await self.type(name, self.verifying.password if password is None else password)

    async def exchange(self, code: str) -> LoggedIn:
        return await self.services.native_sign_in.sign_in(
            self.caller, self.connection.identifier, code, (self.manifest.kind,)
        )

    async def type(self, name: str, password: str) -> LoggedIn:
        return await self.services.directory_sign_in.sign_in(
            self.caller, self.connection.identifier, name, password
        )

    async def refused(self, person: Person) -> dict[str, Any]:
        """What the audit log says of a sign-in that is refused, once nobody was made by it."""
        before = await self.people()
        with pytest.raises(PoolhouseError) as refused:
            await self.sign_in(person)
        assert await self.people() == before
        detail = await self.last_refusal()
        assert detail["connection"] == self.connection.identifier
        assert detail["reason"] not in (refused.value.message("zh-CN"), refused.value.message("en-US"))
        return detail

    async def last_refusal(self) -> dict[str, Any]:
        row = await self.services.db.fetch(
            "select detail from audit_records where pool_id = $1 and not success "
            "order by at desc, id desc limit 1",
            self.pool.id,
        )
        return dict(row[0]["detail"])

    async def written(self) -> str:
        """Every audit row of the pool, as text."""
        rows = await self.services.db.fetch(
            "select audit_records::text as whole from audit_records where pool_id = $1", self.pool.id
        )
        return "\n".join(row["whole"] for row in rows)

    async def people(self) -> int:
        return int(
            await self.services.db.fetchval("select count(*) from users where pool_id = $1", self.pool.id)
        )

    async def local(self, **values: Any) -> User:
        """An account that was here before."""
        draft = UserDraft(values, password="lovelace")
        return await self.services.users.create(self.pool.administrator, draft)
