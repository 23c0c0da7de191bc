"""The embedded PostgreSQL: started with us, watched, stopped with us.

    with EmbeddedPostgres(data) as url:
        ...

Its socket is in a folder of its own account's, its password in `data/postgres.password`. Should we be
killed, the kernel tells it to stop (Linux); elsewhere, and should that fail, the next start finds it and
stops it first.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import structlog

from poolhouse.db.cluster import Cluster, configure, environment, let_measure, prepare
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.lock import FolderLock
from poolhouse.db.os_account import account
from poolhouse.db.parent import ends_with_parent

FAST_STOP_S = 60.0
AGAIN_AFTER_S = 1.0

WITHOUT_VALUES = {
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
"""The server's own log keeps no DETAIL (`Key (pool_id, phone)=(...) already exists`) and no parameters."""

_log = structlog.get_logger(__name__)


class EmbeddedPostgres:
    """A server on files in `data`, for as long as this object is started. Only one process may.

    `tcp_port`: also listen on 127.0.0.1 there (0 takes a free port); None: on a Unix socket alone.
    `options`: settings of the server that stand above its configuration file's.
    `url` works once started. `start` raises DatabaseUnfit.
    """

    def __init__(
        self,
        data: Path,
        *,
        pg_bin: Path | None = None,
        tcp_port: int | None = None,
        user: str = "poolhouse",
        database: str = "poolhouse",
        options: Mapping[str, str] | None = None,
    ) -> None:
        self._data = data.absolute()
        self._pg_bin = pg_bin
        self._tcp_port = tcp_port
        self._user = user
        self._database = database
        self._options = dict(options or {})
        self._lock: FolderLock | None = None
        self._cluster: Cluster | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: threading.Thread | None = None
        self._stopping = threading.Event()
        self._started = threading.Event()
        self._failure: DatabaseUnfit | None = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Answers the URL once the server takes connections, however long its recovery takes."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._lock = FolderLock(self._data)
        try:
            them = account()
            self._cluster = prepare(self._data, them, self._pg_bin, self._user, self._database)
            _stop_orphan(self._cluster)
            let_measure(self._cluster, self._database)
            configure(self._cluster)
            if self._tcp_port == 0:
                self._tcp_port = _free_port()
            self._keeper = threading.Thread(target=self._keep, name="postgres keeper", daemon=True)
            self._keeper.start()
            self._started.wait()
            if self._failure:
                raise self._failure
            _write_url(self._data, self.url)
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Ends every session, writes everything down, and lets the folder go."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
            with contextlib.suppress(OSError):
                self.cluster.sockets.rmdir()  # a long path's is in /tmp
        if self._lock is not None:
            _url_file(self._data).unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    @property
    def cluster(self) -> Cluster:
        if self._cluster is None:
            raise RuntimeError("not started")
        return self._cluster

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_ready(self) -> bool:
        return self.pid is not None and _is_ready(self.cluster.files, self.pid)

    @property
    def url(self) -> str:
        return self.url_of(self._user, self._database)

    def url_of(self, user: str, database: str) -> str:
        login = f"postgresql://{user}:{quote(self.cluster.password)}"
        if self._tcp_port is not None:
            return f"{login}@127.0.0.1:{self._tcp_port}/{database}"
        return f"{login}@/{database}?host={quote(str(self.cluster.sockets), safe='')}"

    def _keep(self) -> None:
        """The server's life, in one thread: the kernel's notice of a death is about the thread that forked."""
        while not self._stopping.is_set():
            try:
                self._process = self._spawn()
                self._await_ready(self._process)
            except (DatabaseUnfit, OSError, subprocess.SubprocessError) as error:
                if not self._started.is_set():
                    self._failure = (
                        error if isinstance(error, DatabaseUnfit) else DatabaseUnfit(str(error), str(error))
                    )
                    self._started.set()
                    break
                _log.error("database_restart_failed", cause=str(error))
            else:
                self._started.set()
            while not self._stopping.wait(0.2) and self._process and self._process.poll() is None:
                pass
            if not self._stopping.is_set():
                exit_status = self._process.returncode if self._process else None
                _log.error("database_stopped_unexpectedly", exit=exit_status)
                self._stopping.wait(AGAIN_AFTER_S)
        if self._process is not None:
            _end(self._process)

    def _spawn(self) -> subprocess.Popen[bytes]:
        cluster = self.cluster
        tcp = self._tcp_port is not None
        options = (
            WITHOUT_VALUES
            | self._options
            | {
                "listen_addresses": "127.0.0.1" if tcp else "",
                "port": str(self._tcp_port if tcp else 5432),
                "unix_socket_directories": '"{}"'.format(str(cluster.sockets).replace('"', '""')),
                "unix_socket_permissions": "0700",
            }
        )
        command: list[Any] = [cluster.binaries.folder / "postgres", "-D", cluster.files]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with cluster.start_log.open("wb") as log:
            return subprocess.Popen(
                command,
                cwd="/",
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C in the terminal is for us
                preexec_fn=ends_with_parent(signal.SIGINT),
                **cluster.account.as_child,
            )

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        told_at = time.monotonic()
        while not self._stopping.is_set():
            if process.poll() is not None:
                raise DatabaseUnfit(
                    f"PostgreSQL does not start on {self.cluster.files}: {self.cluster.last_words()}",
                    f"PostgreSQL 无法在 {self.cluster.files} 上启动：{self.cluster.last_words()}",
                )
            if _is_ready(self.cluster.files, process.pid):
                return
            if time.monotonic() - told_at > 10:
                told_at = time.monotonic()
                _log.info("database_recovering", folder=str(self.cluster.files))
            time.sleep(0.01)


def running_url(data: Path) -> str:
    """The URL of the server another Poolhouse runs on the folder, for a command beside it."""
    try:
        return _url_file(data).read_text()
    except FileNotFoundError as error:
        raise DatabaseUnfit(
            f"the Poolhouse on {data} is not up yet: try again in a moment",
            f"{data} 上的 Poolhouse 尚未启动完成：请稍后再试",
        ) from error


def _url_file(data: Path) -> Path:
    return data / "postgres.url"


def _write_url(data: Path, url: str) -> None:
    file = _url_file(data)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(url)


def _is_ready(files: Path, pid: int) -> bool:
    lines = _pid_file(files)
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _pid_file(files: Path) -> list[str]:
    try:
        return (files / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGINT: sessions are ended and everything is written; SIGQUIT: at once, the next start recovers."""
    for how, wait_s in ((signal.SIGINT, FAST_STOP_S), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            _log.warning("database_stop_slow", after_s=wait_s, signal=how.name)


def _stop_orphan(cluster: Cluster) -> None:
    """A server left by a Poolhouse that was killed. We hold the folder's lock, so nobody else owns it."""
    lines = _pid_file(cluster.files)
    if not lines:
        return
    pid = int(lines[0])
    if not _serves(pid, cluster.files):
        (cluster.files / "postmaster.pid").unlink(missing_ok=True)  # its number may be somebody else's by now
        for left in cluster.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)
        return
    _log.warning("orphaned_database_stopping", pid=pid)
    for how, wait_s in ((signal.SIGINT, FAST_STOP_S), (signal.SIGQUIT, 10.0)):
        os.kill(pid, how)
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            if not _serves(pid, cluster.files):
                return
            time.sleep(0.02)
    raise DatabaseUnfit(
        f"a PostgreSQL (pid {pid}) on {cluster.files} does not stop: stop it by hand",
        f"{cluster.files} 上的 PostgreSQL（进程 {pid}）停不下来：请手动停止",
    )


def _serves(pid: int, files: Path) -> bool:
    """Whether process `pid` lives and is a server on `files`."""
    try:
        if sys.platform == "linux":
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        else:
            asked = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True)  # noqa: S607
            command = asked.stdout
    except OSError:
        return False
    return os.fsencode(files) in command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
