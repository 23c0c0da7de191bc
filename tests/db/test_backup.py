import stat
from pathlib import Path

import asyncpg
import pytest

from poolhouse.db import postgres_lookup as lookup
from poolhouse.db.backup import back_up, restore
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations import pending
from poolhouse.ids import new_id


async def test_a_database_comes_back_whole(database_url: str, empty: str, tmp_path: Path) -> None:
    folder, laid = tmp_path / "dumps", tmp_path / "laid"
    folder.mkdir()
    file, name = folder / "all.dump", f"名字 {new_id()}"
    laid.write_text("theirs")
    (folder / "all.dump.part").symlink_to(laid)  # in a folder of several people
    connection, id_ = await asyncpg.connect(database_url), new_id()
    await lookup.put(connection, "domain", id_, id_)
    await connection.execute(
        "insert into pools (id, name, domain, secret) values ($1, $2, $1, '')", id_, name
    )
    await connection.close()

    await back_up(database_url, None, file)
    await restore(empty, None, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {file.name for file in folder.iterdir()} == {"all.dump", "all.dump.part"}
    assert laid.read_text() == "theirs"
    assert await pending(empty) == []
    connection = await asyncpg.connect(empty)
    domain = await connection.fetchval("select domain from pools where name = $1", name)
    assert await lookup.pool_of(connection, "domain", domain) == domain
    with pytest.raises(asyncpg.UniqueViolationError):
        await lookup.put(connection, "domain", domain, "another pool")
    await connection.close()


async def test_a_database_in_use_is_not_written_over(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnfit, match="not empty"):
        await restore(database_url, None, tmp_path / "all.dump")


async def test_a_file_that_is_no_backup_leaves_the_database_empty(empty: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear diary")
    with pytest.raises(DatabaseUnfit, match="pg_restore failed"):
        await restore(empty, None, tmp_path / "letter.txt")
    with pytest.raises(DatabaseUnfit, match="missing"):
        await restore(empty, None, tmp_path / "missing")
