"""The old database of a guide: what its ```sql blocks make."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from tests.postgres import on_database, run_sql

SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@contextmanager
def old_database(postgres_url: str, name: str, page: Path) -> Iterator[str]:
    """Its address while the block lasts."""
    run_sql(postgres_url, f"create database {name} template template0 encoding 'UTF8'")
    url = on_database(postgres_url, name)

    async def fill() -> None:
        connection = await asyncpg.connect(url)
        for block in SQL.findall(page.read_text()):
            await connection.execute(block)
        await connection.close()

    asyncio.run(fill())
    yield url
    run_sql(postgres_url, f"drop database {name} with (force)")
