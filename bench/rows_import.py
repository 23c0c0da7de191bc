"""An import of people with hashes, and their export, against COPY of the same rows in the same database."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from statistics import median

import argon2
import asyncpg
import msgspec

from bench.rows import Row, at_least, known, measurement
from bench.running import own_services
from poolhouse.caller import Caller

PEOPLE = 50_000
PASSWORDS, ROUNDS = 300, 5
_HASH = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
_TABLES = ("users", "user_identities")


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
        began = time.perf_counter()
        done = await services.imports.from_file(caller, file)
        taken = time.perf_counter() - began
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown
        assert done.journal.imported == PEOPLE
        began = time.perf_counter()
        async with aclosing(services.exports.rows(caller)) as pages:
            exported = sum([len(msgspec.json.encode(page)) > 0 and len(page) async for page in pages])
        assert exported == PEOPLE
        export_rate = PEOPLE / (time.perf_counter() - began)
        rate, limit = PEOPLE / taken, PEOPLE / await _copied(services.db.url)
    yield at_least("export of everybody, with their custom data", export_rate, "rows/s", bar=20_000)
    yield known(f"import of {PEOPLE:,} hashed rows", rate, "rows/s")
    yield at_least("import of hashed rows, against COPY", rate / limit, "x", bar=0.6)
    yield known("import of hashed rows: memory grown", grown / 1024, "MB")


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


async def _copied(url: str) -> float:
    """Seconds of COPY into empty tables with every constraint and index."""
    connection = await asyncpg.connect(url)
    taken = 0.0
    for table in _TABLES:
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
