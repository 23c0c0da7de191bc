"""Whole requests over HTTP, log line and all, against a bare application that runs the same statements (`bare.py`),
and against the statements alone."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from tests.wire.v2.fakes import official_documents

from bench.bare import Bare, connect
from bench.http_load import Load, Target, http
from bench.rows import Row, at_least, at_most, known, measurement
from bench.running import data_folder, running
from poolhouse.caller import Caller
from poolhouse.credentials import access_key_tokens
from poolhouse.db.embedded import running_url
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.services import opened
from poolhouse.settings import Settings

MANY, ROUNDS, ROUND_S = 20_000, 7, 1.0
PERSON = f"{7:024d}"


@dataclass(frozen=True, slots=True)
class Side:
    """What is asked of one of the two servers."""

    target: Target
    requests: Iterator[bytes]

    async def load(self, connections: int) -> Load:
        return await self.target.load(self.requests, connections, ROUND_S)


@dataclass(frozen=True, slots=True)
class Stand:
    """Both servers over one database. `v3`, `v2`: tokens of an administrator."""

    ours: Target
    bare: Target
    url: str
    pool_id: str
    v3: str
    v2: str

    def of_bare(self, path: str) -> Iterator[bytes]:
        return itertools.repeat(http("GET", path, ""))

    def of_bare_v2(self, path: str, name: str, **variables: Any) -> Iterator[bytes]:
        """The same bytes as `of_v2`, but for the path."""
        return itertools.repeat(http("POST", path, "", _asking(name, variables)))

    def of_v3(self, path: str) -> Iterator[bytes]:
        return itertools.repeat(http("GET", f"/api/v3/{path}", self.v3))

    def of_v2(self, name: str, **variables: Any) -> Iterator[bytes]:
        return itertools.repeat(http("POST", "/graphql/v2", self.v2, _asking(name, variables)))

    async def rounds(
        self, connections: int, ours: Iterator[bytes], bare: Iterator[bytes]
    ) -> list[tuple[Load, Load]]:
        sides = Side(self.ours, ours), Side(self.bare, bare)
        for side in sides:
            await side.load(connections)
        return [(await sides[0].load(connections), await sides[1].load(connections)) for _ in range(ROUNDS)]


def _asking(name: str, variables: Any) -> bytes:
    return json.dumps({"query": official_documents()[name], "variables": variables}).encode()


@measurement
async def requests() -> AsyncIterator[Row]:
    async with standing() as stand:
        async for row in _one_after_another(stand):
            yield row
        async for row in _at_once(stand):
            yield row


async def _one_after_another(stand: Stand) -> AsyncIterator[Row]:
    """One connection. Processor time, for the machine is shared: what others take makes both sides wait."""
    alone = Bare(stand.pool_id, await connect(stand.url, 1))
    with_all = "list-users?limit=50&withCustomData=true&withIdentities=true&withDepartmentIds=true"
    found = "FindUser", {"username": "user7"}
    listed = "Users", {"page": 1, "limit": 50}
    for name, bar, path, given, ours, bare in (
        ("v3 one user", 2.5, "/one", PERSON, stand.of_v3(f"get-user?userId={PERSON}"), None),
        (
            "v2 find one user",
            3.0,
            "/find",
            _asking(*found).decode(),
            stand.of_v2(found[0], **found[1]),
            stand.of_bare_v2("/find", found[0], **found[1]),
        ),
        ("v3 list of 50", 1.5, "/list", "", stand.of_v3("list-users?limit=50"), None),
        (
            "v2 list of 50",
            1.7,
            "/list-with-identities",
            "",
            stand.of_v2(listed[0], **listed[1]),
            stand.of_bare_v2("/list-with-identities", listed[0], **listed[1]),
        ),
        (
            "v3 list of 50 with custom data, identities, departments",
            2.0,
            "/list-with-all",
            "",
            stand.of_v3(with_all),
            None,
        ),
    ):
        rounds = await stand.rounds(1, ours, bare or stand.of_bare(f"{path}?{given}"))
        used = median(load.cpu_ms for load, _ in rounds)
        over = median(load.cpu_ms / bare.cpu_ms for load, bare in rounds)
        yield at_most(f"HTTP, {name}: processor time / bare application", over, "x", bar=bar)
        plain = await _cpu_ms(partial(alone.answers[path], given.encode()))
        yield known(f"HTTP, {name}: processor time / the statements alone", used / plain, "x")
        yield known(f"HTTP, {name}: processor time", used, "ms")


async def _at_once(stand: Stand) -> AsyncIterator[Row]:
    rounds = await stand.rounds(64, stand.of_v3("list-users?limit=50"), stand.of_bare("/list"))
    rate = median(ours.rate / bare.rate for ours, bare in rounds)
    yield at_least("64 connections, v3 list of 50: rate / bare application", rate, "x", bar=0.6)
    slowest = median(ours.percentile(0.99) / bare.percentile(0.99) for ours, bare in rounds)
    yield at_most("64 connections, v3 list of 50: p99 / bare application", slowest, "x", bar=2.0)
    one = await stand.rounds(64, stand.of_v3(f"get-user?userId={PERSON}"), stand.of_bare(f"/one?{PERSON}"))
    yield known(
        "64 connections, v3 one user: rate / bare application",
        median(ours.rate / bare.rate for ours, bare in one),
        "x",
    )
    rounds = await stand.rounds(8, creates(stand), bare_creates())
    yield at_least(
        "creates, 8 clients: rate / bare application",
        median(load.rate / bare.rate for load, bare in rounds),
        "x",
        bar=0.6,
    )
    yield known("creates, 8 clients", median(load.rate for load, _ in rounds), "per second")
    yield known("create: processor time", median(load.cpu_ms for load, _ in rounds), "ms")
    yield known("create: bare application's", median(bare.cpu_ms for _, bare in rounds), "ms")


def creates(stand: Stand) -> Iterator[bytes]:
    for number in itertools.count():
        body = {
            "username": f"ours{number}",
            "email": f"ours{number}@example.com",
            "phone": f"188{number:08d}",
            "name": f"张{number}",
        }
        yield http("POST", "/api/v3/create-user", stand.v3, json.dumps(body).encode())


def bare_creates() -> Iterator[bytes]:
    for number in itertools.count():
        row = f"{new_id()},bare{number},bare{number}@example.com,189{number:08d},张{number}"
        yield http("POST", "/create", "", row.encode())


async def _cpu_ms(call: Callable[[], Any], times: int = 500) -> float:
    await call()
    began = time.process_time()
    for _ in range(times):
        await call()
    return (time.process_time() - began) / times * 1000


@asynccontextmanager
async def standing() -> AsyncIterator[Stand]:
    """Both servers, over users who have an identity, a department and two custom values each."""
    with data_folder() as folder, running(folder, "--workers", "1", log_level="info") as server:
        known_by = server.credentials
        url, pool_id = running_url(folder), known_by["userPoolId"]
        await asyncio.sleep(2)  # while it makes the partitions of the audit log
        async with opened(Settings(data=folder), url) as services:
            caller = Caller(pool_id, kind="administrator", actor_id=pool_id)
            fields = [
                FieldDraft(TargetType.USER, "team", DataType.STRING),
                FieldDraft(TargetType.USER, "level", DataType.NUMBER),
            ]
            await services.fields.define(caller, fields)
            org = await services.orgs.create_org(caller, NodeDraft({"name": "Org", "code": "org"}))
            key = await services.access_keys.resolve(pool_id)
            assert key is not None
            v3, v2 = access_key_tokens.issue(key), (await services.management_tokens.of_pool(pool_id)).token
        connection = await asyncpg.connect(url)
        await connection.execute(USERS, pool_id, MANY)
        await connection.execute(IDENTITIES, pool_id)
        await connection.execute(VALUES, pool_id)
        await connection.execute(MEMBERS, pool_id, org.root.id)
        await connection.execute("vacuum analyze")
        await connection.close()
        port = urlsplit(known_by["host"]).port
        assert port
        with _bare_server(url, pool_id) as bare:
            await bare.listening()
            yield Stand(Target(port, server.pid), bare, url, pool_id, v3, v2)


@contextmanager
def _bare_server(url: str, pool_id: str) -> Iterator[Target]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with subprocess.Popen([sys.executable, "-m", "bench.bare", url, pool_id, str(port)]) as process:
        try:
            yield Target(port, process.pid)
        finally:
            process.terminate()


USERS = (
    "insert into users (pool_id, id, username, email, name, phone, phone_key, company, logins_count, last_login) "
    "select $1, lpad(n::text, 24, '0'), 'user' || n, 'user' || n || '@example.com', '张三' || n, "
    "'138' || lpad(n::text, 8, '0'), '+86138' || lpad(n::text, 8, '0'), 'company ' || n % 50, n % 100, "
    "now() - n * interval '1 minute' from generate_series(1, $2) n"
)
IDENTITIES = (
    "insert into user_identities (pool_id, id, user_id, provider, user_id_in_idp, ext_idp_id) "
    "select pool_id, id, id, 'wechat', 'w' || id, '' from users where pool_id = $1"
)
VALUES = (
    "insert into field_values (pool_id, target_type, target_id, key, value) "
    "select pool_id, 'USER', id, key, value::jsonb from users, "
    "(values ('team', '\"blue\"'), ('level', '7')) given (key, value) where pool_id = $1"
)
MEMBERS = "insert into node_members (pool_id, node_id, user_id) select pool_id, $2, id from users where pool_id = $1"
