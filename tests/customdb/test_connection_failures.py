"""A connection that fails says which of the things that can be wrong it is. Real drivers in the real sandbox."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy
from tests.customdb.engines import mariadb

from poolhouse.customdb.connection_failures import KINDS, ConnectionFailure, kind_of
from poolhouse.customdb.model import Connection
from poolhouse.errors import InvalidInput
from poolhouse.sandbox.client import Threw
from poolhouse.services import Services


@asynccontextmanager
async def listening(says: bytes | None) -> AsyncIterator[int]:
    """A port that never answers, or answers with what no database says."""

    async def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if says is None:
            await asyncio.sleep(20)
        writer.write(says or b"")
        writer.close()

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def tried(services: Services, pool: PoolForTests, kind: str, uri: str) -> str:
    changes: dict[str, Any] = {"database_type": kind, "connection": Connection(uri=uri), "timeout_ms": 1500}
    failure = (await services.customdb.test_connection(pool.administrator, changes)).failure
    return failure.kind if failure else ""


async def test_postgresql_says_what_is_wrong(services: Services, pool: PoolForTests, legacy: Legacy) -> None:
    before, _, _ = legacy.url.rpartition("/")
    name_too_long = f"{'a' * 64}.test"  # nobody is asked for it: no part of a name is longer than 63
    async with listening(None) as silent, listening(b"HTTP/1.1 400 no\r\n\r\n") as rude:
        met = {
            "": legacy.url,
            "no_database": f"{before}/nothing",
            "tls": f"{legacy.url}?sslmode=require",
            "refused": f"postgres://a:b@127.0.0.1:{closed_port()}/x",
            "timeout": f"postgres://a:b@127.0.0.1:{silent}/x",
            "dropped": f"postgres://a:b@127.0.0.1:{rude}/x",
            "name_not_found": f"postgres://a:b@{name_too_long}:5432/x",
            "not_allowed": f"postgres://a:b@0.0.0.0:{silent}/x",
        }
        found = {kind: await tried(services, pool, "postgresql", uri) for kind, uri in met.items()}
    assert found == {kind: kind for kind in met}


@pytest.mark.not_on_citus("its role logs in without being asked for a password")
async def test_postgresql_tells_a_wrong_password(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    assert await tried(services, pool, "postgresql", legacy.url.replace("@", "x@")) == "password"


async def test_other_drivers_say_it_in_other_words(services: Services, pool: PoolForTests) -> None:
    async with listening(None) as silent, listening(b"HTTP/1.1 400 no\r\n\r\n") as rude:
        for kind, uri, wanted in (
            ("mysql", f"mysql://a:b@127.0.0.1:{closed_port()}/x", "refused"),
            ("mysql", f"mysql://a:b@127.0.0.1:{silent}/x", "timeout"),
            ("mongodb", f"mongodb://a:b@127.0.0.1:{closed_port()}/x", "refused"),
            ("http", f"http://127.0.0.1:{closed_port()}/x", "refused"),
            ("http", f"https://127.0.0.1:{rude}/x", "tls"),
        ):
            assert await tried(services, pool, kind, uri) in (wanted, "timeout"), (kind, uri)


async def test_mysql_tells_a_wrong_password_from_a_missing_database(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    async with mariadb(tmp_path) as uri:
        assert await tried(services, pool, "mysql", uri) == ""
        assert await tried(services, pool, "mysql", uri.replace(":app-secret", ":wrong")) == "password"
        assert await tried(services, pool, "mysql", uri.replace("/legacy", "/nothing")) == "no_database"


async def test_nothing_is_tried_where_nothing_is_set_up(services: Services, pool: PoolForTests) -> None:
    failure = (await services.customdb.test_connection(pool.administrator)).failure
    assert failure is not None
    assert failure.kind == "not_configured"


@pytest.mark.parametrize(
    "code", ["53300", "ER_CON_COUNT_ERROR", "28000", "CERT_HAS_EXPIRED", "EHOSTUNREACH", "18"]
)
def test_a_code_decides_before_words(code: str) -> None:
    threw = Threw(
        name="Error", message="timed out", code=code, stack="", private=True, console=(), duration_ms=1
    )
    assert kind_of(threw) not in ("timeout", "other")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_sentence_and_a_remedy_in_both_languages(kind: Any) -> None:
    failure = ConnectionFailure(kind, "")
    said = [
        failure.sentence("zh-CN"),
        failure.sentence("en-US"),
        failure.remedy("zh-CN"),
        failure.remedy("en-US"),
    ]
    assert len(set(said)) == 4
    assert said[1].isascii()
    assert said[3].isascii()


async def test_a_uri_changed_around_its_mask_keeps_the_password(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    await services.customdb.update(
        admin, {"connection": Connection(uri="postgres://app:s3cret-word@old:1/x")}
    )
    changed = await services.customdb.update(
        admin, {"connection": Connection(uri="postgres://app:***@new:2/y")}
    )
    assert changed.connection.uri == "postgres://app:s3cret-word@new:2/y"
    with pytest.raises(InvalidInput, match=r"connection\.uri"):
        await services.customdb.update(admin, {"connection": Connection(uri="postgres://***@new:2/y")})


async def test_changes_at_the_same_time_all_stay(services: Services, pool: PoolForTests) -> None:
    admin = pool.administrator
    await asyncio.gather(
        *(services.customdb.change_variables(admin, {f"KEY_{n}": "value"}, ()) for n in range(6)),
        services.customdb.update(admin, {"timeout_ms": 1234}),
        services.customdb.update(admin, {"memory_mb": 128}),
    )
    found = await services.customdb.get(admin)
    assert (len(found.env), found.timeout_ms, found.memory_mb) == (6, 1234, 128)
