"""The first start is one act: folder, rows and file, or nothing, however it ends."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from poolhouse.bootstrap import bootstrap, read_credentials
from poolhouse.services import opened
from poolhouse.settings import Settings

KEY = "a" * 64
POOLHOUSE = [sys.executable, "-c", "from poolhouse.cli import main; main()"]
STARTING = """
import asyncio, os, sys
import poolhouse.bootstrap as first
from poolhouse.services import opened
from poolhouse.settings import Settings

write = first.write_credentials
def dying(*given):
    if sys.argv[1] == "after": write(*given)
    os._exit(9)
first.write_credentials = dying

async def main():
    settings = Settings()
    async with opened(settings, settings.database_url.get_secret_value()) as services:
        await first.bootstrap(services, "http://127.0.0.1:1")
asyncio.run(main())
"""


async def rows(url: str) -> list[int]:
    """Of pools, applications, administrators and audit records."""
    connection = await asyncpg.connect(url)
    tables = ("pools", "apps", "administrators", "audit_records")
    found = [await connection.fetchval(f"select count(*) from {table}") for table in tables]
    await connection.close()
    return found


def environment(url: str, data: Path) -> dict[str, str]:
    ours = {"POOLHOUSE_DATABASE_URL": url, "POOLHOUSE_DATA": str(data), "POOLHOUSE_SECRET_KEY": KEY}
    return os.environ | ours | {"POOLHOUSE_PORT": "0"}


def start(url: str, data: Path, before: Callable[[], None] | None = None) -> tuple[int | None, str]:
    """`poolhouse up` until it is up or has ended: its exit status, and its first lines or last words."""
    process = subprocess.Popen(
        [*POOLHOUSE, "up"],
        env=environment(url, data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )
    assert process.stdout
    late = threading.Timer(60, process.kill)
    late.start()
    said = process.stdout.readline()
    if not said:
        _, words = process.communicate(timeout=30)
        late.cancel()
        return process.returncode, words
    said += process.stdout.readline() + process.stdout.readline()
    process.terminate()
    process.communicate(timeout=30)
    late.cancel()
    return None, said


async def complete(url: str, data: Path) -> None:
    """The rows are there once, and the file opens them."""
    assert await rows(url) == [1, 1, 1, 3]
    known = read_credentials(data)
    assert known is not None
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("select id from pools") == known.userPoolId
    assert await connection.fetchval("select id from apps") == known.appId
    await connection.close()


async def test_a_missing_folder_is_made(empty_url: str, tmp_path: Path) -> None:
    data = tmp_path / "not" / "yet"
    ended, said = await asyncio.to_thread(start, empty_url, data)
    assert ended is None, said
    file = data / "credentials.json"
    host = json.loads(file.read_text())["host"]
    assert said.splitlines()[1:] == [
        f"credentials: {file}",
        f"console: {host}/console (admin; password in {file})",
    ]
    await complete(empty_url, data)


def no_space() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize("fault", ["a file in the way", "a full disk"])
async def test_a_file_that_cannot_be_written_leaves_nothing_and_says_so(
    empty_url: str, tmp_path: Path, fault: str
) -> None:
    data = tmp_path / "data"
    if fault == "a file in the way":
        data.write_text("in the way")
    before = no_space if fault == "a full disk" else None
    ended, said = await asyncio.to_thread(start, empty_url, data, before)
    assert ended == 1
    assert "Traceback" not in said
    assert "error: cannot write" in said
    assert await rows(empty_url) == [0, 0, 0, 0]
    assert not data.is_dir() or list(data.iterdir()) == []

    if data.is_file():
        data.unlink()
    ended, said = await asyncio.to_thread(start, empty_url, data)
    assert ended is None, said
    await complete(empty_url, data)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_start_killed_about_the_file_is_completed_by_the_next(
    empty_url: str, tmp_path: Path, moment: str
) -> None:
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", STARTING, moment],
        env=environment(empty_url, tmp_path),
        capture_output=True,
    )
    assert killed.returncode == 9, killed.stderr
    assert await rows(empty_url) == [0, 0, 0, 0]
    async with opened(Settings(data=tmp_path, secret_key=KEY), empty_url) as services:
        assert await bootstrap(services, "http://127.0.0.1:2") == read_credentials(tmp_path)
    await complete(empty_url, tmp_path)


async def test_of_two_first_starts_one_creates_and_the_other_says_who_did(
    empty_url: str, tmp_path: Path
) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    starts = await asyncio.gather(*(asyncio.to_thread(start, empty_url, data) for data in folders))
    assert [ended for ended, _ in starts] == [None, None], starts
    made = [data for data in folders if (data / "credentials.json").exists()]
    assert len(made) == 1
    await complete(empty_url, made[0])
    said = starts[1 - folders.index(made[0])][1]
    pool = json.loads((made[0] / "credentials.json").read_text())["userPoolId"]
    assert (
        f"credentials: not in this folder: pool {pool} was made by a first start on {os.uname().nodename}"
        in said
    )
    assert said.endswith("/console\n"), "this folder has nobody's password"


async def test_a_file_of_another_database_is_not_called_this_ones(empty_url: str, tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    async with opened(Settings(data=mine, secret_key=KEY), empty_url) as services:
        known = await bootstrap(services, "http://127.0.0.1:1")
        assert known is not None
        theirs.mkdir()
        (theirs / "credentials.json").write_text(
            (mine / "credentials.json").read_text().replace(known.userPoolId, "0" * 24)
        )
    async with opened(Settings(data=theirs, secret_key=KEY), empty_url) as services:
        assert await bootstrap(services, "http://127.0.0.1:1") is None
    assert read_credentials(mine) == known
