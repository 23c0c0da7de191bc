"""The slowest statements: counted by the embedded server, without what is in them, and why where there are none."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.postgres import run_sql
from tests.statement_counts import counted

from poolhouse.db import cluster
from poolhouse.db.backup import back_up, restore
from poolhouse.db.cluster import Cluster
from poolhouse.db.database import Database
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.postgres_statements import Slowest, slowest, without_values
from poolhouse.paging import PageRequest


async def test_the_slowest_come_first_without_what_was_asked(database: Database, database_url: str) -> None:
    assert (await slowest(database, "mean", PageRequest(1, 5))).missing == "not_created"
    with counted(database_url):
        await database.fetchval("select pg_sleep(0.12), 'li@shop.example', 13800138000")
        for _ in range(3):
            await database.fetchval("select name from pools where id = $1", "secret of somebody")
        found = await slowest(database, "mean", PageRequest(1, 50))
        assert found.missing is None
        assert found.since is not None
        assert found.statements[0].text == "select pg_sleep($1), $2, $3"
        assert found.statements[0].calls == 1
        assert found.statements[0].mean_ms >= 120
        assert found.slow >= 1
        means = [one.mean_ms for one in found.statements]
        assert means == sorted(means, reverse=True)
        (read,) = [one for one in found.statements if one.text.startswith("select name from pools")]
        assert read.calls == 3
        assert not any("secret" in one.text or "create" in one.text for one in found.statements)
        totals = [one.total_ms for one in (await slowest(database, "total", PageRequest(1, 50))).statements]
        assert totals == sorted(totals, reverse=True)
        assert len((await slowest(database, "total", PageRequest(1, 1))).statements) == 1


@pytest.mark.not_on_citus("its role is superuser on all nodes")
async def test_a_role_that_may_not_read_them_is_told_so(database: Database, database_url: str) -> None:
    with counted(database_url) as superuser:
        on = "on pg_stat_statements, pg_stat_statements_info"
        run_sql(superuser, f"revoke select {on} from public")
        assert (await slowest(database, "mean", PageRequest(1, 5))).missing == "not_readable"
        run_sql(superuser, "alter extension pg_stat_statements drop view pg_stat_statements_info")
        run_sql(superuser, "drop view pg_stat_statements_info")
        assert (await slowest(database, "mean", PageRequest(1, 5))).missing == "outdated"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("select $1 from users where id = $12345", "select $1 from users where id = $12345"),
        ("select 'it''s', 'x' from t1234567", "select '…', '…' from t1234567"),
        ("select 13800138000, 42", "select …, 42"),
        ("select 'cut in the mid", "select '…'"),
    ],
)
def test_a_text_has_no_values(text: str, shown: str) -> None:
    assert without_values(text) == shown


async def test_a_backup_with_the_extension_is_restored_without_a_superuser(
    database_url: str,
    empty: str,
    tmp_path: Path,
) -> None:
    with counted(database_url):
        await back_up(database_url, None, tmp_path / "all.dump")
    await restore(empty, None, tmp_path / "all.dump")
    connection = await asyncpg.connect(empty)
    found = {row[0] for row in await connection.fetch("select extname from pg_extension")}
    await connection.close()
    assert "pg_stat_statements" not in found
    assert "pg_trgm" in found


async def test_the_embedded_server_counts_them_and_starts_where_it_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one of a version before, which is started again with the module there."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        single = cluster._single

        def lacking(of: Cluster, files: Path, *statements: str, **more: Any) -> None:
            single(of, files, *(one.replace("pg_stat_", "pg_no_") for one in statements), **more)

        with monkeypatch.context() as patch:
            patch.setattr(cluster, "_single", lacking)
            with EmbeddedPostgres(Path(name)) as url:
                assert (await _of(url)).missing == "not_loaded"
        with EmbeddedPostgres(Path(name)) as url:
            assert (await _of(url)).missing is None
        with EmbeddedPostgres(Path(name), options={"shared_preload_libraries": ""}) as url:
            assert (await _of(url)).missing == "not_loaded"


async def _of(url: str) -> Slowest:
    database = await Database.open(url, connections=1)
    try:
        return await slowest(database, "mean", PageRequest(1, 5))
    finally:
        await database.close()
