"""A hot standby of the tests' PostgreSQL, made by pg_basebackup, that a test may pause, hang and kill."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg
import pytest
from tests.mail.test_fair_delivery import free_port
from tests.nodes import outside
from tests.postgres import FAST, await_in_thread, run_sql

from poolhouse.db.binaries import candidates, choose
from poolhouse.db.cluster import environment
from poolhouse.db.os_account import account


class HotStandby:
    """`url` leads to the database of `primary_url` on it."""

    def __init__(self, folder: Path, primary_url: str) -> None:
        self._programs = choose(candidates(None), None).folder
        self._them = account()
        self._folder = folder
        self._primary_url = primary_url
        self._slot = f"standby_{os.getpid()}_{folder.name.rpartition('-')[2]}".lower()
        self._process: subprocess.Popen[bytes] | None = None
        self._port = free_port()
        at = urlsplit(primary_url)
        self._of_postgres = f"postgresql://postgres:{at.password}@127.0.0.1:{self._port}/postgres"
        self._of_primary = f"postgresql://postgres:{at.password}@{at.hostname}:{at.port}/postgres"
        database = at.path[1:]
        self.url = f"postgresql://{at.username}:{at.password}@127.0.0.1:{self._port}/{database}"

    def make(self) -> None:
        """By the primary's socket: replication is let in there alone."""
        at = urlsplit(self._primary_url)
        sockets = self._ask_primary("show unix_socket_directories").strip(chr(34))
        source = f"postgresql://postgres:{at.password}@:{at.port}/?host={quote(sockets, safe='')}"
        copy = [str(self._programs / "pg_basebackup"), "-D", str(self._folder / "files"), "-d", source]
        copy += ["-R", "-c", "fast", "-X", "stream", "-S", self._slot]
        # Before, and with what is written from now on: other tests' new databases make checkpoints.
        run_sql(self._of_primary, f"select pg_create_physical_replication_slot('{self._slot}', true)")
        made = subprocess.run(
            copy, capture_output=True, text=True, cwd="/", env=environment(), **self._them.as_child
        )
        if made.returncode:
            raise RuntimeError(made.stderr)

    def start(self) -> None:
        command = [str(self._programs / "postgres"), "-D", str(self._folder / "files"), "-p", str(self._port)]
        options = {
            **FAST,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": f"{self._folder / 'files'}",
        }
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self._folder / "standby.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd="/", env=environment(), stdout=log, stderr=log, **self._them.as_child
            )
        while self._process.poll() is None:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                run_sql(self._of_postgres, "select 1")
                return
            time.sleep(0.05)
        raise RuntimeError((self._folder / "standby.log").read_text())

    def pause(self) -> None:
        run_sql(self._of_postgres, "select pg_wal_replay_pause()")

    def resume(self) -> None:
        run_sql(self._of_postgres, "select pg_wal_replay_resume()")

    def promote(self) -> None:
        run_sql(self._of_postgres, "select pg_promote()")

    def hang(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._signal(signal.SIGCONT)
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    def forget(self) -> None:
        """It is killed, and the primary keeps nothing for it any more."""
        self.kill()
        for _ in range(100):
            with contextlib.suppress(asyncpg.ObjectInUseError):
                run_sql(
                    self._of_primary,
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots "
                    f"where slot_name = '{self._slot}'",
                )
                return
            time.sleep(0.05)

    def _signal(self, number: signal.Signals) -> None:
        """To the server and its children, each of which is the leader of a session of its own."""
        assert self._process
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self._process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        for pid in (self._process.pid, *map(int, found.stdout.split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _ask_primary(self, sql: str) -> str:
        async def ask() -> str:
            connection = await asyncpg.connect(self._of_primary)
            try:
                return str(await connection.fetchval(sql))
            finally:
                await connection.close()

        return str(await_in_thread(ask()))


@contextmanager
def hot_standby(primary_url: str) -> Iterator[HotStandby]:
    """One that runs, of the tests' own server: of one that somebody else keeps none is made."""
    if outside():
        pytest.skip("a standby is made of the tests' own server")
    with tempfile.TemporaryDirectory(prefix="poolhouse-standby-") as name:
        folder = Path(name)
        account().give(folder)
        standby = HotStandby(folder, primary_url)
        try:
            standby.make()
            standby.start()
            yield standby
        finally:
            standby.forget()
