"""A PgBouncer of a test, in front of the run's PostgreSQL; `BINARY` is None where the package `pgbouncer` is missing.

POOLHOUSE_TEST_PGBOUNCER names another program than the one found. POOLHOUSE_TEST_POOLER puts one between a worker's
database and everything that the fixture `services` serves: `session`, `transaction` or `transaction-prepared`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import pytest

BINARY = os.environ.get("POOLHOUSE_TEST_PGBOUNCER") or shutil.which(
    "pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin"
)
needs_pgbouncer = pytest.mark.skipif(BINARY is None, reason="the package pgbouncer is not installed")

MODE = os.environ.get("POOLHOUSE_TEST_POOLER")
LIMITS = "set statement_timeout to 30000; set idle_in_transaction_session_timeout to 60000; set jit to off"
"""What a server connection has to begin with in transaction mode; deploy/pgbouncer/transaction.ini says the same."""


@cache
def version() -> tuple[int, ...]:
    said = subprocess.run([str(BINARY), "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, said.split()[1].split(".")[:2]))


def knows_prepared() -> bool:
    return version() >= (1, 21)


@dataclass
class Bouncer:
    """`url`: the same database by way of it. `settings` of `[pgbouncer]` win over those here."""

    folder: Path
    direct: str
    settings: dict[str, str]
    on_connect: str = ""
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        parts = urlsplit(self.direct)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{self.port}"))

    def write(self, port: int | None = None) -> None:
        """`port`: of the server behind it, if it is not that of `direct`."""
        parts = urlsplit(self.direct)
        behind = f"* = host={parts.hostname} port={port or parts.port}"
        if self.on_connect:
            behind += f" connect_query='{self.on_connect}'"
        chosen = {
            "listen_addr": "127.0.0.1",
            "listen_port": str(self.port),
            "unix_socket_dir": "",
            "auth_type": "plain",
            "auth_file": str(self.folder / "users.txt"),
            "server_login_retry": "1",
            **self.settings,
        }
        lines = "".join(f"{name} = {value}\n" for name, value in chosen.items())
        (self.folder / "pgbouncer.ini").write_text(f"[databases]\n{behind}\n[pgbouncer]\n{lines}")

    def start(self) -> None:
        user = urlsplit(self.direct)
        self.folder.chmod(0o755)
        users = self.folder / "users.txt"
        users.write_text(f'"{unquote(user.username or "")}" "{unquote(user.password or "")}"\n')
        if not self.port:
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", 0))
                self.port = taken.getsockname()[1]
        self.write()
        arguments = [str(BINARY), str(self.folder / "pgbouncer.ini")]
        if os.getuid() == 0:  # it refuses to run as root
            arguments[1:1] = ["-u", "nobody"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(arguments, stdout=log, stderr=log)
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError((self.folder / "log").read_text())

    def reload(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """At once. From 1.23 on SIGTERM waits until the last client has gone."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT if version() >= (1, 23) else signal.SIGTERM)
            self.process.wait(10)
            self.process = None


@contextmanager
def bouncer(folder: Path, direct: str, *, on_connect: str = "", **settings: str) -> Iterator[Bouncer]:
    folder.mkdir(parents=True, exist_ok=True)
    one = Bouncer(folder, direct, settings, on_connect)
    one.start()
    try:
        yield one
    finally:
        one.stop()


@contextmanager
def between(folder: Path, direct: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The URL of a database and what `Database.open` is told of it, as POOLHOUSE_TEST_POOLER has it."""
    if not MODE:
        yield direct, {}
        return
    if BINARY is None:
        pytest.skip("the package pgbouncer is not installed")
    mode, _, prepared = MODE.partition("-")
    settings = {"pool_mode": mode, "default_pool_size": "60" if mode == "session" else "20"}
    if prepared:
        settings["max_prepared_statements"] = "200"
    on_connect = "" if mode == "session" else LIMITS
    folder.parent.chmod(0o755)
    with bouncer(folder, direct, on_connect=on_connect, query_wait_timeout="5", **settings) as one:
        yield one.url, {"pooler": MODE, "direct_url": direct} if mode == "transaction" else {"pooler": MODE}
