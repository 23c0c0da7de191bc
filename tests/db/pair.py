"""A primary and a hot standby of it, made by PostgreSQL's own tools: for what happens when one takes over."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from poolhouse.db.binaries import candidates, choose
from poolhouse.db.os_account import account, copied

_CONF = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
max_connections = 60
wal_keep_size = 64
hot_standby_feedback = on
"""


class Server:
    """One of the two. It trusts whoever comes by 127.0.0.1."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder, self._binaries = folder, binaries
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def make(self) -> None:
        self._run("initdb", "-U", "poolhouse", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        with (self.folder / "postgresql.conf").open("a") as conf:
            conf.write(_CONF)

    def copy(self, primary: Server) -> None:
        where = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "poolhouse"]
        self._run("pg_basebackup", *where, "-R", "--checkpoint=fast", "--no-sync")

    def start(self) -> None:
        log = ["-l", str(self.folder / "log")]
        self._run("pg_ctl", "start", "-w", "-o", f"-p {self.port}", *log)

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "-w")

    def kill(self) -> None:
        """Without a word to anybody, as far as PostgreSQL can; nothing where it does not run."""
        if (self.folder / "postmaster.pid").exists():
            self.resume()
            self._run("pg_ctl", "stop", "-m", "immediate", "-w")

    def pause(self) -> None:
        """The kernel goes on taking connections, and nobody answers them."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        leader = (self.folder / "postmaster.pid").read_text().split()[0]
        for child in Path(f"/proc/{leader}/task/{leader}/children").read_text().split():
            with suppress(ProcessLookupError):  # it has ended since it was listed
                os.kill(int(child), number)
        os.kill(int(leader), number)

    def _run(self, tool: str, *options: str) -> None:
        ran = subprocess.run(
            [self._binaries / tool, "-D", self.folder, *options],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a server that is started would hold a pipe open
            stderr=subprocess.DEVNULL,
            **account().as_child,
        )
        if ran.returncode:
            raise RuntimeError(f"{tool} failed with {ran.returncode}, see {self.folder / 'log'}")


@contextmanager
def pair(folder: Path) -> Iterator[tuple[Server, Server]]:
    """The primary, and the standby that follows it."""
    binaries = choose(candidates(None), None).folder
    if not os.access(binaries / "pg_basebackup", os.X_OK):
        raise FileNotFoundError("pg_basebackup")
    them = account()
    if not them.can("x", binaries / "postgres"):
        binaries = copied(binaries, folder)
    for name in ("one", "two"):
        assert them.own_folder(folder / name)
    primary, standby = Server(folder / "one", binaries), Server(folder / "two", binaries)
    try:
        primary.make()
        primary.start()
        standby.copy(primary)
        standby.start()
        yield primary, standby
    finally:
        primary.kill()
        standby.kill()
