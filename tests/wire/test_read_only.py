"""A database that only reads, as a primary that has become a standby does: what it refuses is tried again later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.nodes import clone_database, drop_database
from tests.postgres import on_database, run_sql
from tests.wire.v3.conftest import connect

from poolhouse.app import asgi
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import opened
from poolhouse.ids import new_id
from poolhouse.services import Services, build
from poolhouse.settings import Settings


@pytest.fixture
async def own(postgres_url: str, template: str, data: Path) -> AsyncIterator[Services]:
    """Services over a database that a test may spoil."""
    name = f"read_only_{new_id()}"
    clone_database(postgres_url, name, template)
    hasher = PasswordHasher(memory_kib=64, passes=1)
    async with opened(on_database(postgres_url, name)) as database:
        yield await build(Settings(data=data), database, hasher)
    hasher.close()
    drop_database(postgres_url, name)


def set_read_only(postgres_url: str, services: Services, word: str) -> None:
    """With the connections of before gone, as after a restart."""
    name = services.db.url.rpartition("/")[2]
    run_sql(postgres_url, f'alter database "{name}" set default_transaction_read_only = {word}')
    run_sql(postgres_url, f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")


async def test_what_writes_gets_503_what_reads_is_answered_and_all_goes_on_afterwards(
    postgres_url: str, own: Services
) -> None:
    transport = httpx.ASGITransport(app=asgi(own), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        v3 = await connect(own, http)
        made = (await v3.post("create-user", {"username": "ann", "password": "pa55word"}))["data"]["userId"]
        set_read_only(postgres_url, own, "on")
        for path, body in (
            ("/api/v3/create-user", {"username": "bob"}),
            ("/api/v3/update-user", {"userId": made, "nickname": "Ann"}),
        ):
            answer = await http.post(path, json=body, headers=v3.headers)
            assert answer.status_code == 503, path
            assert int(answer.headers["retry-after"]) >= 1
        ready = await http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["database"] == {"ready": False, "reason": "DatabaseReadOnly"}
        assert (await v3.get("get-user", userId=made))["data"]["username"] == "ann"
        set_read_only(postgres_url, own, "off")
        assert (await v3.post("create-user", {"username": "bob"}))["statusCode"] == 200
        assert (await http.get("/readyz")).status_code == 200
