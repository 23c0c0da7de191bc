"""The shipped scripts of every kind keep the Directory contract, on the real thing where it is found."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from tests.conformance.directory import DirectoryConformance, Put, Subject
from tests.conftest import PoolForTests
from tests.customdb.people_service import People, serving

import poolhouse.customdb.templates
from poolhouse.customdb.environment import DATABASE_TYPES
from poolhouse.customdb.folder import connection_file
from poolhouse.customdb.model import SCRIPT_NAMES, Connection, CustomDatabase
from poolhouse.customdb.templates import schema, templates
from poolhouse.sandbox.client import Returned
from poolhouse.services import Services
from poolhouse.users.model import Status
from poolhouse.users.profile_fields import FIELDS
from poolhouse.users.profiles import NAMES

TEMPLATES = Path(poolhouse.customdb.templates.__file__).parent


async def directory_of(
    services: Services, pool: PoolForTests, kind: str, uri: str, put: Put, unknown_id: str, **settings: Any
) -> Subject:
    admin = pool.administrator
    for name, source in templates(kind).items():
        saved = await services.customdb.save_script(admin, name, source)
        await services.customdb.publish(admin, name, saved.version)
    connection = {"database_type": kind, "connection": Connection(uri=uri)}
    changes = {"enabled": True, "mode": "CUSTOM_USER_STORE", **connection, **settings}
    await services.customdb.update(admin, changes)
    directory = await services.directories.of(pool.id)
    return Subject(directory, services.db, admin, put, unknown_id=unknown_id, own_words=True)


async def ask(services: Services, pool: PoolForTests, kind: str, uri: str, body: str, *args: Any) -> Any:
    """Something done to the legacy database by the library the scripts use, as an administrator would."""
    from poolhouse.customdb.model import CustomDatabase
    from poolhouse.customdb.runner import spec_of

    database = CustomDatabase(f"fixture {pool.id}", database_type=kind, connection=Connection(uri=uri))
    outcome = await services.sandbox.run(
        spec_of(database, {"URI": uri}),
        source=f"async function login(...args) {{ {body} }}",
        function="login",
        args=list(args),
        timeout_ms=10_000,
        read_only=False,
    )
    assert isinstance(outcome, Returned), outcome
    return outcome.value


class TestHttpTemplates(DirectoryConformance):
    @pytest.fixture
    async def subject(self, services: Services, pool: PoolForTests) -> AsyncIterator[Subject]:
        people = People(token="tok-of-the-service")

        async def put(values: Mapping[str, Any], password: str | None) -> str:
            user = people.put({**values, "password": password})
            assert user
            return str(user["id"])

        async with serving(people) as uri:
            yield await directory_of(
                services, pool, "http", uri, put, "999999", env={"API_TOKEN": people.token}
            )


def hashed(password: str | None) -> str | None:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode() if password else None


class TestMySqlTemplates(DirectoryConformance):
    @pytest.fixture
    async def subject(self, services: Services, pool: PoolForTests, mariadb_uri: str) -> Subject:
        within = (
            "const c = await require('mysql2/promise')"
            ".createConnection({ uri: env.URI, multipleStatements: true });"
        )
        reset = f"{within} await c.query('drop table if exists users; ' + args[0]); await c.end();"
        await ask(services, pool, "mysql", mariadb_uri, reset, schema("mysql"))

        async def put(values: Mapping[str, Any], password: str | None) -> str:
            row = {**values, "password": hashed(password)}
            insert = (
                f"{within} const [r] = await c.query('INSERT INTO users SET ?', args[0]);"
                " await c.end(); return r.insertId;"
            )
            return str(await ask(services, pool, "mysql", mariadb_uri, insert, row))

        return await directory_of(services, pool, "mysql", mariadb_uri, put, "999999")


class TestMongoDbTemplates(DirectoryConformance):
    @pytest.fixture
    async def subject(self, services: Services, pool: PoolForTests, mongodb_uri: str) -> Subject:
        uri = mongodb_uri.replace("/legacy", f"/legacy_{pool.id}")
        within = (
            "const c = await require('mongodb').MongoClient.connect(env.URI);"
            "const users = c.db().collection('users');"
        )
        indexes = " ".join(
            f"await users.createIndex({{ {name}: 1 }}, {{ unique: true, partialFilterExpression:"
            f" {{ {name}: {{ $type: 'string' }} }} }})"
            # FerretDB has no partial indexes; in its unique ones, what is absent does not clash.
            f".catch(() => users.createIndex({{ {name}: 1 }}, {{ unique: true }}));"
            for name in ("username", "email", "phone")
        )
        await ask(services, pool, "mongodb", uri, f"{within} {indexes} await c.close();")

        async def put(values: Mapping[str, Any], password: str | None) -> str:
            row = {**values, "password": hashed(password)}
            insert = (
                f"{within} const r = await users.insertOne(args[0]);"
                " await c.close(); return r.insertedId.toString();"
            )
            return str(await ask(services, pool, "mongodb", uri, insert, row))

        return await directory_of(services, pool, "mongodb", uri, put, "0" * 24)


@pytest.mark.parametrize("kind", ["postgresql", "mysql", "mongodb", "http"])
async def test_every_shipped_script_compiles(services: Services, kind: str) -> None:
    for name, source in templates(kind).items():
        assert (await services.sandbox.check(source, name)).problem is None, name
        assert f"async function {name}(" in source


def test_scripts_of_a_kind_agree_about_the_profile() -> None:
    """One function more or less known to one script would be a user who changes between two pages."""
    for kind in ("postgresql", "mysql", "mongodb"):
        profiles = {
            source[source.index("function profile(user)") :]
            for source in templates(kind).values()
            if "function profile(user)" in source
        }
        assert len(profiles) == 1, kind


TYPESCRIPT = {
    "boolean": "boolean",
    "count": "number",
    "day": "string | Date",
    "time": "string | Date",
    "stamp": "string | Date",
    "list": "string[]",
}
OWN = {"status": " | ".join(f"'{status}'" for status in Status), "gender": "'M' | 'F' | 'U'"}


def declarations() -> str:
    return (TEMPLATES / "poolhouse.d.ts").read_text()


def test_the_declarations_name_every_field_of_a_profile_and_its_type() -> None:
    _, _, profile = declarations().partition("interface Profile {")
    declared = dict(re.findall(r"^  (\w+)\??: (.*);$", profile.partition("\n}")[0], re.MULTILINE))
    kinds = {
        name: OWN.get(field) or TYPESCRIPT.get(FIELDS[field].kind, "string") for name, field in NAMES.items()
    }
    wanted = {name: f"{kind} | null" for name, kind in kinds.items()}
    assert declared == {"id": "string | number", **wanted, "token": "string | null"}


def test_the_declarations_name_all_eight_functions() -> None:
    assert all(f"type {name} = (" in declarations() for name in SCRIPT_NAMES)


def test_a_folder_is_begun_for_every_kind_with_the_settings_of_a_new_connection() -> None:
    assert {one.name for one in TEMPLATES.iterdir() if one.is_dir() and one.name[0] != "_"} == set(
        DATABASE_TYPES
    )
    for kind in DATABASE_TYPES:
        new = CustomDatabase("", database_type=kind, connection=Connection(uri="a secret"))
        assert (TEMPLATES / kind / "connection.toml").read_text() == connection_file(new)
