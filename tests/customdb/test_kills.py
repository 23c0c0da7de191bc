"""A server killed in the middle of migrating leaves everybody whole: here or not yet, never half."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import bcrypt
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, lazy_scripts

from poolhouse.services import Services
from poolhouse.users.model import CUSTOM_DATABASE, UserKey, UserQuery

PEOPLE, KILLS = 30, 4

SERVER = """
import asyncio, sys
from pathlib import Path
from poolhouse.services import build
from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import Database
from poolhouse.settings import Settings
from poolhouse.users.model import UserKey

async def main(data, url, pool_id, people):
    db = await Database.open(url)
    services = await build(Settings(data=Path(data)), db, PasswordHasher(memory_kib=64, passes=1))
    directory = await services.directories.of(pool_id)
    async def login(n):
        await directory.authenticate(Caller(pool_id), UserKey("username", f"user-{n}"), f"secret-{n}")
        print(n, flush=True)
    places = asyncio.Semaphore(6)
    async def in_turn(n):
        async with places:
            await login(n)
    await asyncio.gather(*(in_turn(n) for n in range(int(people))))
    print("done", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_nobody_is_half_migrated_when_the_server_is_killed(
    services: Services, pool: PoolForTests, legacy: Legacy, database_url: str
) -> None:
    await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
    for n in range(PEOPLE):
        hashed = bcrypt.hashpw(f"secret-{n}".encode(), bcrypt.gensalt(4)).decode()
        await legacy.execute("insert into users (username, password) values ($1, $2)", f"user-{n}", hashed)

    for attempt in range(KILLS + 1):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            SERVER,
            str(Path(services.settings.data)),
            database_url,
            pool.id,
            str(PEOPLE),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdout
        last = attempt == KILLS
        kill_after = None if last else random.randint(1, 8)  # lines: somewhere among the logins
        seen, line = 0, b""
        async for line in process.stdout:
            seen += 1
            if line.strip() == b"done" or (kill_after is not None and seen >= kill_after):
                break
        await asyncio.sleep(0 if last else random.random() * 0.05)
        if process.returncode is None:
            process.kill()
        await process.wait()
        assert not last or line.strip() == b"done"

    page = await services.users.list(pool.administrator, UserQuery())
    assert page.total == PEOPLE
    directory = await services.directories.of(pool.id)
    await legacy.execute("drop table users")  # from here on, only what was moved in counts
    for n in range(PEOPLE):
        user = await directory.authenticate(pool.stranger, UserKey("username", f"user-{n}"), f"secret-{n}")
        linked = await services.db.fetchval(
            "select count(*) from user_identities where pool_id = $1 and user_id = $2 and provider = $3",
            pool.id,
            user.id,
            CUSTOM_DATABASE,
        )
        assert linked == 1
