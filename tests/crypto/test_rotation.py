"""A new secret key: everything sealed is closed by it, the old one opens nothing any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.conftest import PoolForTests
from tests.postgres import on_database, run_sql

from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable, load_or_create_key_file
from poolhouse.customdb.model import Connection
from poolhouse.db.database import Database, opened
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations import migrate
from poolhouse.ids import new_id
from poolhouse.paging import PageRequest
from poolhouse.rotation import SEALED, require_every_secret, reseal, reset, rotate, unopened
from poolhouse.services import Services, build
from poolhouse.services import opened as opened_services
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
    token = (await services.management_tokens.of_pool(pool.id)).token
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
    assert (await again.credentials.read(token)).pool_id == pool.id
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
    """A bytea column is a secret that rotates, or a digest that cannot, or public; a new one must be said to be one."""
    digests = {
        "digest",
        "recovery_digest",
        "signature",
        "asked",
        "browser",
        "upstream",
    }  # arrays of them are of another type
    public = {"credential_id", "public_key"}  # of passkeys
    by_its_file = {("import_file_pieces", "sealed"), ("user_import_errors", "sealed")}  # whose key rotates
    rows = await database.fetch(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'public' and data_type = 'bytea'"
    )
    found = {
        (row["table_name"], row["column_name"]) for row in rows if row["column_name"] not in digests | public
    }
    assert found - by_its_file == {(sealed.table, sealed.column) for sealed in SEALED}


@asynccontextmanager
async def node(db: Database, data: Path, *keys: bytes) -> AsyncIterator[Services]:
    """A server on the database that has these keys."""
    given = Settings(data=data, secret_key=",".join(key.hex() for key in keys))
    async with opened_services(given, db.url) as services:
        yield services


OLD, NEW = b"o" * 32, b"n" * 32


async def test_a_rotation_is_refused_beside_a_server_without_the_new_key(
    own_database: Database, tmp_path: Path
) -> None:
    async with node(own_database, tmp_path, OLD) as services:
        await services.pools.create("mine")
        before = await sealed_values(own_database)
        with pytest.raises(DatabaseUnfit, match="OLD,NEW"):
            await reseal(own_database, SecretBox(NEW, [OLD]), lambda *_: None)
        with pytest.raises(DatabaseUnfit, match="without the new key"):
            await rotate(own_database, tmp_path / "secret.key", lambda *_: None)
        assert await sealed_values(own_database) == before
        assert len(load_or_create_key_file(tmp_path / "secret.key")) == 1


async def test_servers_that_know_both_keys_serve_through_a_rotation(
    own_database: Database, tmp_path: Path
) -> None:
    async with node(own_database, tmp_path, OLD, NEW) as services:
        pool = await services.pools.create("mine")
        assert await reseal(own_database, SecretBox(NEW, [OLD]), lambda *_: None) >= 2
        services.pools._recent.drop(pool.id)
        assert (await services.pools.get(pool.id)).secret == pool.secret
        await require_every_secret(services.db, services.box)


@pytest.mark.parametrize("table", [sealed.table for sealed in SEALED])
async def test_a_server_that_cannot_open_a_row_of_any_table_does_not_start(
    own_database: Database, tmp_path: Path, table: str
) -> None:
    await one_of_everything(own_database, SecretBox(NEW))
    await closed_by(own_database, SecretBox(OLD), table)
    with pytest.raises(DatabaseUnfit, match=f"1 in {table}") as refused:
        await require_every_secret(own_database, SecretBox(NEW))
    assert str(refused.value).count(" in ") == 1
    await require_every_secret(own_database, SecretBox(NEW, [OLD]))


async def test_no_server_starts_while_secrets_are_being_closed_again(
    own_database: Database, tmp_path: Path
) -> None:
    await one_of_everything(own_database, SecretBox(OLD))
    refused: list[str] = []

    async def start() -> None:
        try:
            await require_every_secret(own_database, SecretBox(OLD))
        except DatabaseUnfit as error:
            refused.append(str(error))

    async with asyncio.TaskGroup() as group:
        await reseal(own_database, SecretBox(NEW, [OLD]), lambda *_: group.create_task(start()) and None)
    assert refused
    assert all("secrets" in words for words in refused)


async def test_a_reset_gives_up_what_a_lost_key_closed_and_keeps_the_users(
    own_database: Database, tmp_path: Path
) -> None:
    pool_id, user_id = await one_of_everything(own_database, SecretBox(OLD))
    lost = await reset(own_database, SecretBox(NEW))
    assert {sealed.table: count for sealed, count in lost.items()} == {sealed.table: 1 for sealed in SEALED}
    assert await unopened(own_database, SecretBox(NEW)) == {}
    async with node(own_database, tmp_path, NEW) as services:
        admin = PoolForTests(pool_id).administrator
        assert (await services.users.get(admin, user_id)).username == "ada"
        assert (await services.customdb.get(admin)).connection.uri is None
        assert (await services.apps.list(admin, PageRequest(1, 10))).total == 1
        assert not await services.db.fetchval(
            "select enabled from mail_providers where pool_id = $1", pool_id
        )
        token = (await services.management_tokens.of_pool(pool_id)).token
        assert (await services.credentials.read(token)).pool_id == pool_id


async def test_a_reset_touches_nothing_that_opens(own_database: Database, tmp_path: Path) -> None:
    await one_of_everything(own_database, SecretBox(NEW))
    before = await sealed_values(own_database)
    assert await reset(own_database, SecretBox(NEW)) == {}
    assert await sealed_values(own_database) == before


async def test_a_reset_is_refused_beside_any_server(own_database: Database, tmp_path: Path) -> None:
    async with node(own_database, tmp_path, NEW):
        with pytest.raises(DatabaseUnfit, match="stop them first"):
            await reset(own_database, SecretBox(NEW))


async def one_of_everything(db: Database, box: SecretBox) -> tuple[str, str]:
    """A row in each sealed table, closed by `box`: the pool's id and a user's."""
    services = await build(Settings(secret_key="00" * 32), db, PasswordHasher(memory_kib=64, passes=1))
    pool = PoolForTests((await services.pools.create("mine")).id)
    await services.apps.create(pool.administrator, "app")
    user = await services.users.create(pool.administrator, UserDraft({"username": "ada"}))
    await services.sessions.keys.server("RS256")
    rows = {
        "signing_keys": {"id": "k", "purpose": "rsa", "fingerprint": "first", "algorithm": "RS256"},
        "mail_providers": {
            **{"kind": "custom", "enabled": True, "host": "h", "port": 1, "username": "u"},
            **{"sender": "s@example.com", "security": "tls"},
        },
        "custom_databases": {},
        "access_keys": {"id": "a"},
        "mfa_factors": {"user_id": user.id, "id": "f"},
        "administrator_factors": {"administrator_id": "a"},
        "pool_environment": {"key": "K"},
        "import_files": {
            "id": "i",
            "name": "n",
            "format": "csv",
            "size": 1,
            "actor_kind": "system",
            "actor_id": "s",
            "lang": "zh-CN",
            "user_agent": "",
        },
        "field_values": {"target_type": "USER", "target_id": user.id, "key": "f"},
        "access_accounts": {"id": "x", "app_id": "", "token_lifetime_s": 1},
        "identity_connections": {
            "id": "i",
            "source_id": "s",
            "type": "t",
            "identifier": "i",
            "display_name": "d",
        },
        "federation_attempts": {
            **{"id": "a", "connection_id": "i", "digest": b"", "browser": b""},
            "expires_at": datetime.now(UTC) + timedelta(minutes=10),
        },
    }
    async with db.transaction() as tx:
        # The rows beside are not the matter, and the database is the test's own.
        for row in await tx.fetch(
            "select conrelid::regclass::text, conname from pg_constraint where contype = 'f'"
        ):
            if row["conrelid"] in rows:
                await tx.execute(f"alter table {row['conrelid']} drop constraint {row['conname']}")
        for sealed in SEALED:
            if sealed.table in rows:
                of_pool = {} if sealed.table == "administrator_factors" else {"pool_id": pool.id}
                values = {**of_pool, **rows[sealed.table], sealed.column: b"-"}
                names = ", ".join(f'"{name}"' for name in values)
                places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
                await tx.execute(f"insert into {sealed.table} ({names}) values ({places})", *values.values())
    for sealed in SEALED:
        await closed_by(db, box, sealed.table)
    return pool.id, user.id


async def closed_by(db: Database, box: SecretBox, table: str) -> None:
    (sealed,) = [one for one in SEALED if one.table == table]
    keys = ", ".join(f'"{name}"' for name in sealed.key)
    for row in await db.fetch(f"select {keys} from {table}"):
        where = " and ".join(f'"{name}" = ${place}' for place, name in enumerate(sealed.key, 2))
        closed = box.encrypt("{}", sealed.place_of(row))
        await db.execute(f"update {table} set {sealed.column} = $1 where {where}", closed, *row)
