"""`poolhouse import refused`: the rows that an import refused, as a file or in a pipe."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.import_files.conftest import Files

from poolhouse.client.exits import Stopped
from poolhouse.commands import exports
from poolhouse.errors import NotFound
from poolhouse.services import Services

ROWS = b"username,email\nann,a@x.cn\nbob,\x1b[31mnonsense\n"


@pytest.fixture
async def checked(services: Services, pool: PoolForTests, files: Files) -> str:
    """The id of a file of which a check refused one row."""
    file = await files.uploaded(ROWS)
    await services.import_files.check(pool.administrator, file.id)
    await files.finish()
    return file.id


async def run(services: Services, pool: PoolForTests, file_id: str, **given: Any) -> None:
    given = {"pool": pool.id, "data": services.settings.data, "database_url": services.db.url, **given}
    await asyncio.to_thread(exports.refused_rows, file_id, **given)


async def test_a_pipe_has_the_rows_and_nothing_else(
    services: Services, pool: PoolForTests, files: Files, checked: str, capfdbinary: Any
) -> None:
    await run(services, pool, checked)
    out = capfdbinary.readouterr().out.decode()
    head, row, rest = out.split("\r\n")
    assert head.startswith("username,email,")
    assert row.startswith("bob,\x1b[31mnonsense,email")
    assert rest == ""


async def test_a_terminal_is_not_commanded_by_a_row(
    services: Services,
    pool: PoolForTests,
    checked: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    await run(services, pool, checked)
    out = capsys.readouterr().out
    assert "bob,\\x1b[31mnonsense,email" in out
    assert not any(one in out for one in "\x1b\r")
    assert out.count("\n") == 2


async def test_a_file_is_new_and_its_owners_alone(
    services: Services,
    pool: PoolForTests,
    checked: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "refused.csv"
    await run(services, pool, checked, output=file)
    assert b"bob" in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(file) in capsys.readouterr().out
    with pytest.raises(Stopped):
        await run(services, pool, checked, output=file)


async def test_another_pools_file_is_none(
    services: Services, other_pool: PoolForTests, checked: str, tmp_path: Path
) -> None:
    file = tmp_path / "refused.csv"
    with pytest.raises(NotFound):
        await run(services, other_pool, checked, output=file)
    assert list(tmp_path.iterdir()) == []
