"""A new secret key: everything sealed is closed by it, the old one opens nothing any more."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import PoolForTests
from tests.postgres import on_database, run_sql

from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable, load_or_create_key_file
from poolhouse.customdb.model import Connection
from poolhouse.db.migrations import migrate
from poolhouse.db.pool import Database, opened
from poolhouse.ids import new_id
from poolhouse.rotation import SEALED, rotate
from poolhouse.services import Services, build
from poolhouse.settings import Settings
from poolhouse.users.model import UserDraft


async def services_over(db: Database, data: Path) -> Services:
    return await build(Settings(data=data), db, PasswordHasher(memory_kib=64, passes=1))


async def sealed_values(db: Database) -> list[bytes]:
    return [
        row["sealed"]
        for column in SEALED
        for row in await db.fetch(f"select {column.column} as sealed from {column.table}")
        if row["sealed"] is not None
    ]


@pytest.fixture
async def own_database(postgres_url: str):  # type: ignore[no-untyped-def]
    name = f"rotation_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    url = on_database(postgres_url, name)
    await migrate(url)
    async with opened(url) as db:
        yield db
    run_sql(postgres_url, f'drop database "{name}" with (force)')


async def test_after_a_rotation_everything_opens_by_the_new_key_and_nothing_by_the_old(
    own_database: Database, tmp_path: Path
) -> None:
    services = await services_over(own_database, tmp_path)
    created = await services.pools.create("mine")
    pool = PoolForTests(created.id)
    app = await services.apps.create(pool.administrator, "app")
    await services.customdb.update(
        pool.administrator, {"connection": Connection(uri="postgres://u:p@db.example:5432/x")}
    )
    user = await services.users.create(pool.administrator, UserDraft({"username": "ada"}))
    factor = await services.mfa.associate(pool.user(user.id), user.id, "issuer", "ada")
    token = (await services.sessions.issue_management(pool.id)).token
    old = load_or_create_key_file(tmp_path / "secret.key")

    count = await rotate(own_database, tmp_path / "secret.key", lambda *_: None)

    (new,) = load_or_create_key_file(tmp_path / "secret.key")
    assert [new] != old
    values = await sealed_values(own_database)
    assert count == len(values) >= 5
    assert all(SecretBox(new).is_current(value) for value in values)
    with pytest.raises(SecretUnreadable):
        SecretBox(old[0]).decrypt(values[0], "server:password-transport")

    again = await services_over(own_database, tmp_path)
    assert (await again.pools.get(pool.id)).secret == created.secret
    assert (await again.apps.get(pool.administrator, app.id)).secret == app.secret
    assert (await again.customdb.get(pool.administrator)).connection.uri == "postgres://u:p@db.example:5432/x"
    assert (await again.sessions.read(token)).pool_id == pool.id
    assert factor.secret


async def test_a_rotation_cut_short_is_finished_by_the_next(own_database: Database, tmp_path: Path) -> None:
    services = await services_over(own_database, tmp_path)
    created = await services.pools.create("mine")

    class PowerCut(Exception):
        pass

    def fail(table: str, done: int, total: int) -> None:
        if table == "pools":
            raise PowerCut

    with pytest.raises(PowerCut):
        await rotate(own_database, tmp_path / "secret.key", fail)
    between = await services_over(own_database, tmp_path)
    assert (await between.pools.get(created.id)).secret == created.secret

    await rotate(own_database, tmp_path / "secret.key", lambda *_: None)
    (new,) = load_or_create_key_file(tmp_path / "secret.key")
    assert all(SecretBox(new).is_current(value) for value in await sealed_values(own_database))


async def test_every_sealed_column_of_the_schema_is_rotated(database: Database) -> None:
    """A bytea column is a secret that rotates, or a digest that cannot; a new one must be said to be either."""
    digests = {"digest", "recovery_digest", "signature"}
    rows = await database.fetch(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'public' and data_type = 'bytea'"
    )
    found = {(row["table_name"], row["column_name"]) for row in rows if row["column_name"] not in digests}
    assert found == {(sealed.table, sealed.column) for sealed in SEALED}
