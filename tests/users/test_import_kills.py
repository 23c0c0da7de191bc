"""An import killed at random moments, beside logins and a server that is killed too, leaves everybody whole."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import bcrypt
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, lazy_scripts, legacy  # noqa: F401

from poolhouse.services import Services
from poolhouse.users.model import CUSTOM_DATABASE, UserKey, UserQuery

PEOPLE, LOGINS, KILLS = 3000, 60, 3
POOLHOUSE = """
from poolhouse.cli import main
from poolhouse.migration import import_batches, postgres_searching

import_batches.BATCH_ROWS, postgres_searching.LATER_FROM = 500, 100
main()
"""


def people(count: int) -> list[dict[str, Any]]:
    """Everybody of the old database with the hash it has; who logs in by it proves that it was kept."""
    hashes = [bcrypt.hashpw(f"secret-{n}".encode(), bcrypt.gensalt(4)).decode() for n in range(LOGINS)]
    return [
        {
            "id": str(n + 1),
            "username": f"user-{n}",
            "email": f"user-{n}@old.cn",
            "passwordHash": hashes[n % LOGINS],
        }
        for n in range(count)
    ]


async def started(code: str, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def put_all(legacy: Legacy, rows: list[dict[str, Any]]) -> None:  # noqa: F811
    await legacy.execute(
        "insert into users (id, username, email, password) select (r->>'id')::int, r->>'username', "
        "r->>'email', r->>'passwordHash' from jsonb_array_elements($1::jsonb) r",
        json.dumps(rows),
    )


async def rows_committed(services: Services, pool: PoolForTests) -> int:
    return await services.db.fetchval(
        "select coalesce(max(imported + skipped + failed), 0) from user_imports where pool_id = $1", pool.id
    )


async def require_whole(services: Services, pool: PoolForTests) -> None:
    """Everybody once, found by search, with their identity and password, though the old database is gone."""
    for query in (UserQuery(), UserQuery(keyword="user-")):
        assert (await services.users.list(pool.administrator, query)).total == PEOPLE
    linked = await services.db.fetch(
        "select u.username, u.password_hash is not null as has_password, i.user_id_in_idp "
        "from users u left join user_identities i on i.pool_id = u.pool_id and i.user_id = u.id "
        "and i.provider = $2 where u.pool_id = $1",
        pool.id,
        CUSTOM_DATABASE,
    )
    assert len(linked) == PEOPLE
    assert all(row["has_password"] for row in linked)
    assert all(row["username"] == f"user-{int(row['user_id_in_idp']) - 1}" for row in linked)
    await services.customdb.update(pool.administrator, {"enabled": False})
    for n in random.sample(range(PEOPLE), 40):
        key = UserKey("username", f"user-{n}")
        await services.directories.native.authenticate(pool.stranger, key, f"secret-{n % LOGINS}")


async def test_an_import_lets_the_logins_of_a_server_beside_it_go_first(
    services: Services, pool: PoolForTests, tmp_path: Path, database_url: str
) -> None:
    file = tmp_path / "users.jsonl"
    file.write_text("".join(f'{{"username": "u{n}", "password": "secret-{n}"}}\n' for n in range(60)))
    where = ("--data", str(services.settings.data), "--database-url", database_url)
    process = await started(POOLHOUSE, "import", "users", str(file), "--pool", pool.id, *where)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    seen = {ours}
    while process.returncode is None and not await rows_committed(services, pool):
        with suppress(ProcessLookupError):
            seen.add(os.getpriority(os.PRIO_PROCESS, process.pid))
        await asyncio.sleep(0.005)
    assert seen == {ours, min(19, ours + 10)}
    await process.communicate()
    assert process.returncode == 0


async def test_an_import_killed_beside_logins_is_resumed_without_loss(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,  # noqa: F811
    tmp_path: Path,
    database_url: str,
) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
    rows = people(PEOPLE)
    await put_all(legacy, rows)
    file = tmp_path / "users.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ("import", "users", str(file), "--pool", pool.id, "--json", "--resume")
    where = ("--data", str(services.settings.data), "--database-url", database_url)
    directory = await services.directories.of(pool.id)

    async def log_in(n: int) -> None:
        await asyncio.sleep(random.random() * 6)
        place = random.randrange(PEOPLE)
        key = UserKey("username" if n % 2 else "email", f"user-{place}" + ("" if n % 2 else "@old.cn"))
        await directory.authenticate(pool.stranger, key, f"secret-{place % LOGINS}")

    logins = [asyncio.create_task(log_in(n)) for n in range(LOGINS)]
    killed = 0
    for attempt in range(KILLS + 1):
        process = await started(POOLHOUSE, *words, *where)
        if attempt < KILLS:
            before = await rows_committed(services, pool)
            while process.returncode is None and await rows_committed(services, pool) == before:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            await asyncio.sleep(random.random() * 0.1)
            if process.returncode is None:
                process.kill()
                killed += 1
        out, err = await process.communicate()
    assert killed
    said = json.loads(out)
    assert process.returncode == 0, err
    assert said["refused"] == 0
    assert said["imported"] + said["already here"] == PEOPLE
    await asyncio.gather(*logins)
    await require_whole(services, pool)


SERVER = """
import asyncio, random, sys
from pathlib import Path
from poolhouse.services import build
from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import Database
from poolhouse.settings import Settings
from poolhouse.users.model import UserKey

async def main(data, url, pool_id, people, secrets):
    db = await Database.open(url)
    services = await build(Settings(data=Path(data)), db, PasswordHasher(memory_kib=64, passes=1))
    directory = await services.directories.of(pool_id)
    print("up", flush=True)
    async def log_in():
        while True:
            n = random.randrange(int(people))
            key = UserKey("username", f"user-{n}")
            await directory.authenticate(Caller(pool_id), key, f"secret-{n % int(secrets)}")
    await asyncio.gather(*(log_in() for _ in range(4)))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_server_killed_beside_an_import_loses_nobody(
    services: Services,
    pool: PoolForTests,
    legacy: Legacy,  # noqa: F811
    tmp_path: Path,
    database_url: str,
) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
    rows = people(PEOPLE)
    await put_all(legacy, rows)

    async def kill_servers() -> Counter[str]:
        ends: Counter[str] = Counter()
        while True:
            server = await started(
                SERVER, str(services.settings.data), database_url, pool.id, str(PEOPLE), str(LOGINS)
            )
            try:
                assert server.stdout
                await server.stdout.readline()
                await asyncio.sleep(random.random() * 0.5)
                ends["killed" if server.returncode is None else "fell"] += 1
                if done.is_set() and ends["killed"] >= 2:
                    return ends
            finally:
                if server.returncode is None:
                    server.kill()
                await server.communicate()

    done = asyncio.Event()
    killing = asyncio.create_task(kill_servers())

    for start in range(0, PEOPLE, 500):
        part = tmp_path / f"part-{start}.jsonl"
        part.write_text("".join(json.dumps(row) + "\n" for row in rows[start : start + 500]))
        imported = await services.imports.from_file(pool.administrator, part)
        assert imported.journal.failed == 0
        await asyncio.sleep(0.5)
    done.set()
    ends = await killing
    assert ends["killed"] >= 2
    assert ends["fell"] == 0
    await require_whole(services, pool)
