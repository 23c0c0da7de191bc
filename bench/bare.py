"""The limit of a request: Granian, asyncpg's bare connections and msgspec, and nothing else.

`python -m bench.bare URL POOL PORT` answers what the server is measured on, from the same statements.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from poolhouse.directory.postgres import COLUMNS

CONNECTIONS = 10
"""As many as a process of the server keeps."""
JSON = [(b"content-type", b"application/json")]


class Bare:
    """The statements by hand, on connections that are handed out from a list."""

    def __init__(self, pool_id: str, connections: list[asyncpg.Connection]) -> None:
        self._pool_id = pool_id
        self._free: asyncio.Queue[asyncpg.Connection] = asyncio.Queue()
        for connection in connections:
            self._free.put_nowait(connection)
        self.answers: dict[str, Callable[[bytes], Awaitable[bytes]]] = {
            "/one": self.one,
            "/find": self.find,
            "/one-with-identities": self.one_with_identities,
            "/list": self.page,
            "/list-with-identities": self.page_with_identities,
            "/list-with-all": self.page_with_all,
            "/create": self.create,
        }

    async def one(self, given: bytes) -> bytes:
        rows = await self._fetch(
            f"select {COLUMNS} from users where pool_id = $1 and id = $2", given.decode()
        )
        return msgspec.json.encode([dict(row) for row in rows])

    async def find(self, given: bytes) -> bytes:
        """By the variables of a GraphQL request, for which a bare application waits, and reads it, as well."""
        username = msgspec.json.decode(given)["variables"]["username"]
        rows = await self._fetch(
            f"select {COLUMNS} from users where pool_id = $1 and username = $2", username
        )
        return msgspec.json.encode([dict(row) for row in rows])

    async def one_with_identities(self, given: bytes) -> bytes:
        linked = await self._identities([given.decode()])
        return await self.one(given) + linked

    async def page(self, given: bytes) -> bytes:
        await self._fetch("select sum(users) from user_counts where pool_id = $1")
        return msgspec.json.encode([dict(row) for row in await self._newest()])

    async def page_with_identities(self, given: bytes) -> bytes:
        await self._fetch("select sum(users) from user_counts where pool_id = $1")
        rows = await self._newest()
        linked = await self._identities([row["id"] for row in rows])
        return msgspec.json.encode([dict(row) for row in rows]) + linked

    async def page_with_all(self, given: bytes) -> bytes:
        await self._fetch("select sum(users) from user_counts where pool_id = $1")
        rows = await self._newest()
        ids = [row["id"] for row in rows]
        values = await self._fetch(
            "select target_id, key, value from field_values "
            "where pool_id = $1 and target_type = 'USER' and target_id = any($2)",
            ids,
        )
        places = await self._fetch(
            "select user_id, node_id from node_members where pool_id = $1 and user_id = any($2)", ids
        )
        beside = msgspec.json.encode([dict(row) for row in [*values, *places]])
        return msgspec.json.encode([dict(row) for row in rows]) + beside + await self._identities(ids)

    async def create(self, given: bytes) -> bytes:
        """The user and the row of the audit log, in one transaction."""
        user_id, username, email, phone, name = given.decode().split(",")
        connection = await self._free.get()
        try:
            async with connection.transaction():
                row = await connection.fetchrow(
                    "insert into users (pool_id, id, username, email, phone, phone_key, name) "
                    f"values ($1, $2, $3, $4, $5, $6, $7) returning {COLUMNS}",
                    self._pool_id,
                    user_id,
                    username,
                    email,
                    phone,
                    f"+86{phone}",
                    name,
                )
                await connection.execute(
                    "insert into audit_records (pool_id, at, id, kind, operation, resource_type, resource_id, "
                    "user_id, user_name, actor_kind, actor_id, success, detail, ip, user_agent, request_id) values "
                    "($1, clock_timestamp(), $2, 'administrator', 'create', 'user', $2, $2, $3, 'administrator', "
                    "$1, true, '{}', '127.0.0.1', 'bench', $2)",
                    self._pool_id,
                    user_id,
                    username,
                )
        finally:
            self._free.put_nowait(connection)
        return msgspec.json.encode(dict(row or {}))

    async def _newest(self) -> list[asyncpg.Record]:
        return await self._fetch(
            f"select {COLUMNS} from users where pool_id = $1 order by created_at desc, id limit 50"
        )

    async def _identities(self, ids: list[str]) -> bytes:
        rows = await self._fetch(
            "select * from user_identities where pool_id = $1 and user_id = any($2)", ids
        )
        return msgspec.json.encode([dict(row) for row in rows])

    async def _fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        connection = await self._free.get()
        try:
            rows: list[asyncpg.Record] = await connection.fetch(sql, self._pool_id, *args)
            return rows
        finally:
            self._free.put_nowait(connection)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answer = self.answers.get(scope["path"])
        if scope["type"] != "http" or answer is None:
            return
        given = scope["query_string"] or (await receive())["body"]
        body = await answer(given)
        await send({"type": "http.response.start", "status": 200, "headers": JSON})
        await send({"type": "http.response.body", "body": body})


async def connect(url: str, many: int) -> list[asyncpg.Connection]:
    return [await asyncpg.connect(url, server_settings={"jit": "off"}) for _ in range(many)]


async def main(url: str, pool_id: str, port: str) -> None:
    bare = Bare(pool_id, await connect(url, CONNECTIONS))
    await Server(
        bare,
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
