"""An import of people with hashes, and their export, against COPY of the same rows in the same database; both over
HTTP; and plain passwords against the bare hashes."""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import resource
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from statistics import median

import argon2
import asyncpg
import httpx
import msgspec

from bench.rows import Row, at_least, known, measurement
from bench.running import data_folder, own_services, running
from poolhouse.caller import Caller
from poolhouse.credentials import access_key_tokens
from poolhouse.db.embedded import running_url
from poolhouse.migration.importing import ImportProgress
from poolhouse.services import Services, opened
from poolhouse.settings import Settings

PEOPLE, PIECE = 50_000, 1_000
PASSWORDS, ROUNDS = 300, 5
_HASH = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
_STORED, _SEARCHED = ("users", "user_identities"), "user_search"


def write_people(file: Path) -> None:
    """The same at every run: ids, names, addresses, numbers and hashes, as an old database exports them."""
    chance = random.Random(1)
    family, given = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
    with file.open("w") as lines:
        for n in range(PEOPLE):
            row = {
                "id": str(100_000 + n),
                "username": f"user{n:07d}",
                "email": f"user{n}@corp{n % 97}.example.com",
                "phone": f"138{n:08d}",
                "name": chance.choice(family) + chance.choice(given) + chance.choice(given),
                "gender": chance.choice("MFU"),
                "passwordHash": _HASH,
                "company": f"公司{n % 500}",
            }
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


@measurement
async def importing_people() -> AsyncIterator[Row]:
    async with own_services() as services:
        pool = await services.pools.create("large")
        caller = Caller(pool.id, "administrator", pool.id)
        file = services.settings.data / "people.jsonl"
        write_people(file)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began, stored_at, worked = time.perf_counter(), 0.0, time.process_time()

        def report(progress: ImportProgress) -> None:
            nonlocal stored_at
            if progress.unsearched and not stored_at:
                stored_at = time.perf_counter()

        done = await services.imports.from_file(caller, file, report=report)
        taken, stored = time.perf_counter() - began, stored_at - began
        worked = time.process_time() - worked
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown
        assert done.journal.imported == PEOPLE
        assert stored_at
        began = time.perf_counter()
        async with aclosing(services.exports.rows(caller)) as pages:
            exported = sum([len(msgspec.json.encode(page)) > 0 and len(page) async for page in pages])
        assert exported == PEOPLE
        export_rate = PEOPLE / (time.perf_counter() - began)
        copied, searched = await _copied(services.db.url, *_STORED), await _copied(services.db.url, _SEARCHED)
        one, two = await _beside(services, 1), await _beside(services, 2)
    yield at_least("export of everybody, with their custom data", export_rate, "rows/s", bar=20_000)
    yield at_least(
        f"import of {PEOPLE:,} hashed rows, until everybody is in", PEOPLE / stored, "rows/s", bar=20_000
    )
    yield at_least(f"import of {PEOPLE:,} hashed rows, search included", PEOPLE / taken, "rows/s", bar=5_556)
    yield at_least(
        "import of hashed rows, until everybody is in, against COPY", copied / stored, "x", bar=0.6
    )
    yield at_least("import of hashed rows, against COPY", (copied + searched) / taken, "x", bar=0.6)
    yield known("import of hashed rows: Python's processor time", worked / PEOPLE * 1e6, "us a row")
    yield known("two imports at once, into two pools, against one", two / one, "x")
    yield known("import of hashed rows: memory grown", grown / 1024, "MB")


async def _beside(services: Services, pools: int) -> float:
    """Rows a second of all together, each its half of the file."""
    lines = (services.settings.data / "people.jsonl").read_bytes().splitlines(keepends=True)
    half = services.settings.data / "half.jsonl"
    half.write_bytes(b"".join(lines[: PEOPLE // 2]))
    made = [await services.pools.create(f"beside {n}") for n in range(pools)]
    callers = [Caller(pool.id, "administrator", pool.id) for pool in made]
    began = time.perf_counter()
    await asyncio.gather(*(services.imports.from_file(caller, half) for caller in callers))
    return pools * len(lines) / 2 / (time.perf_counter() - began)


@measurement
async def over_http() -> AsyncIterator[Row]:
    """By v3, of a server of its own: pieces of an import one after another, and the export of what came in."""
    with data_folder() as folder, running(folder, "--workers", "1") as server:
        key, pool_id = server.credentials, server.credentials["userPoolId"]
        file = folder / "people.jsonl"
        write_people(file)
        lines = file.read_text().splitlines(keepends=True)
        async with opened(Settings(data=folder), running_url(folder)) as services:
            access = await services.access_keys.resolve(pool_id)
        assert access is not None
        headers = {"authorization": f"Bearer {access_key_tokens.issue(access)}"}
        async with httpx.AsyncClient(base_url=key["host"], headers=headers, timeout=60) as client:
            began = time.perf_counter()
            await _send_pieces(client, lines)
            imported = time.perf_counter() - began
            held, exported, began = server.memory_mb(), 0, time.perf_counter()
            async with client.stream("GET", "/api/v3/export-users") as answer:
                async for piece in answer.aiter_raw():
                    exported += piece.count(b"\n")
            taken = time.perf_counter() - began
            held = server.memory_mb() - held
    assert exported == PEOPLE
    yield at_least("export over HTTP", exported / taken, "rows/s", bar=20_000)
    yield known("export over HTTP: memory grown", held, "MB")
    yield known("import over HTTP, in pieces of 1,000", PEOPLE / imported, "rows/s")


async def _send_pieces(client: httpx.AsyncClient, lines: Sequence[str]) -> None:
    job = (await client.post("/api/v3/create-import-users-job", json={})).json()["data"]["jobId"]
    for at in range(0, len(lines), PIECE):
        body = {"jobId": job, "position": at, "text": "".join(lines[at : at + PIECE])}
        answer = (await client.post("/api/v3/import-users", json=body)).json()
        assert answer["data"]["imported"] == at + PIECE, answer["message"]


@measurement
async def importing_plain_passwords() -> AsyncIterator[Row]:
    """In turn with the bare hashes, by every thread there is."""
    async with own_services() as services:
        pool = await services.pools.create("plain")
        caller = Caller(pool.id, "administrator", pool.id)
        rounds = []
        for turn in range(ROUNDS):
            people = [{"username": f"u{turn}-{n}", "password": f"plain-{turn}-{n}"} for n in range(PASSWORDS)]
            file = services.settings.data / f"plain{turn}.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in people))
            bare = hashes_a_second()
            began = time.perf_counter()
            done = await services.imports.from_file(caller, file)
            rounds.append((bare, PASSWORDS / (time.perf_counter() - began)))
            assert done.journal.imported == PASSWORDS
    yield known("import of plain passwords", median(ours for _, ours in rounds), "rows/s")
    yield at_least(
        "import of plain passwords, against the bare hashes",
        median(ours / bare for bare, ours in rounds),
        "x",
        bar=0.95,
    )


def hashes_a_second() -> float:
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        began = time.perf_counter()
        list(threads.map(hasher.hash, (f"plain-{n}" for n in range(PASSWORDS))))
        return PASSWORDS / (time.perf_counter() - began)


async def _copied(url: str, *tables: str) -> float:
    """Seconds of COPY into empty tables with every constraint and index."""
    connection = await asyncpg.connect(url)
    taken = 0.0
    for table in tables:
        columns = await connection.fetch(
            "select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 "
            "and attgenerated = '' and not attisdropped order by attnum",
            table,
        )
        names = [row["attname"] for row in columns]
        await connection.execute(f"create table {table}_copied (like {table} including all)")
        rows = io.BytesIO()
        await connection.copy_from_table(table, output=rows, columns=names)
        rows.seek(0)
        began = time.perf_counter()
        await connection.copy_to_table(f"{table}_copied", source=rows, columns=names)
        taken += time.perf_counter() - began
    await connection.close()
    return taken
