"""What a hostile script is let loose on: an allowed host, listeners it must not reach, files it must not touch."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import poolhouse.sandbox
from poolhouse.sandbox.client import Sandbox
from poolhouse.sandbox.order import WorkerSpec

SECRET = "the-secret-of-the-house"
ENV = {"DB_HOST": "db.internal"}


@dataclass
class Listener:
    port: int
    hits: int = 0


@dataclass
class World:
    """`facts` is the argument of every script; `forbidden` are the listeners nobody may have reached."""

    facts: dict[str, Any]
    allowed: Listener
    forbidden: list[Listener] = field(default_factory=list)

    def spec(self, key: str) -> WorkerSpec:
        return WorkerSpec(key=key, env=ENV, allow_hosts=(f"127.0.0.1:{self.allowed.port}",))

    def untouched(self) -> None:
        assert [listener.hits for listener in self.forbidden] == [0] * len(self.forbidden)
        assert not Path(self.facts["outbox"]).exists()


@asynccontextmanager
async def world(folder: Path, sandbox: Sandbox) -> AsyncIterator[World]:
    os.environ["POOLHOUSE_TEST_SANDBOX_MARKER"] = SECRET
    folder.chmod(0o755)
    (folder / "secret.txt").write_text(SECRET)
    (folder / "secret.txt").chmod(0o644)
    modules = folder / "node_modules" / "foreign"
    modules.mkdir(parents=True)
    (modules / "secret.json").write_text(json.dumps(SECRET))
    (modules / "secret.cjs").write_text(f"module.exports = {SECRET!r}")
    servers: list[asyncio.Server] = []

    async def listen(host: str, port: int = 0, routes: dict[str, str] | None = None) -> Listener:
        found = Listener(port)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.hits += 1
            request = (await reader.readline()).decode("latin-1").split(" ")
            path = request[1] if len(request) > 1 else ""
            answer = (routes or {}).get(path, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
            writer.write(answer.encode())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, host, port)
        found.port = server.sockets[0].getsockname()[1]
        servers.append(server)
        return found

    other = await listen("127.0.0.1")
    routes: dict[str, str] = {}
    allowed = await listen("127.0.0.1", 0, routes)
    elsewhere = await listen("127.0.0.2", allowed.port)
    body = json.dumps({"hello": "world"})
    routes["/hello"] = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Connection: close\r\n\r\n{body}"
    )
    for name, target in {
        str(other.port): f"127.0.0.1:{other.port}",
        "elsewhere": f"127.0.0.2:{allowed.port}",
    }.items():
        routes[f"/redirect/{name}"] = (
            f"HTTP/1.1 302 Found\r\nLocation: http://{target}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
    unix = await asyncio.start_unix_server(lambda r, w: w.close(), folder / "socket")
    (folder / "socket").chmod(0o666)
    servers.append(unix)

    # Another pool's worker, to be left alone.
    neighbour = WorkerSpec(key="the neighbour", env={"DB_HOST": SECRET})
    await sandbox.run(
        neighbour,
        source="async function login() {}",
        function="login",
        args=[],
        timeout_ms=5000,
        read_only=True,
    )
    facts = {
        "allowedPort": allowed.port,
        "otherPort": other.port,
        "secretFile": str(folder / "secret.txt"),
        "foreignModules": str(modules),
        "workerFile": str(Path(poolhouse.sandbox.__file__).parent / "js" / "worker.mjs"),
        "outbox": str(folder / "outbox"),
        "unixSocket": str(folder / "socket"),
        "serverPid": os.getpid(),
        "neighbourPid": pids_of(sandbox, "the neighbour")[0],
    }
    try:
        yield World(facts, allowed, [other, elsewhere])
    finally:
        for server in servers:
            server.close()


def pids_of(sandbox: Sandbox, key: str) -> tuple[int, ...]:
    return next((c.workers.pids for c in sandbox.status().connections if c.key == key), ())
