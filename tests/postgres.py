"""The PostgreSQL of a test run: started once, by whoever asks first, and gone when the run is.

It is the embedded one, held by a process of its own (`python tests/postgres.py FOLDER LEADER`), which ends with
the run however that ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.machine import Machine, settings_for
from poolhouse.ids import new_id

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "logging_collector": "off",
    **settings_for(Machine(memory_mb=1024, free_disk_mb=10_240)),  # plans are the same on every machine
}


def start_server(folder: Path) -> str:
    """Answers the URL, on 127.0.0.1 so that scripts in their sandbox can reach it too."""
    folder.chmod(0o755)  # PostgreSQL's user has to pass it
    with (folder / "server.log").open("wb") as log:
        holder = subprocess.Popen(
            [sys.executable, __file__, str(folder), os.environ["POOLHOUSE_TEST_LEADER"]],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (folder / "holder.pid").write_text(str(holder.pid))
    url = folder / "url"
    while not url.exists():
        if holder.poll() is not None:
            raise RuntimeError((folder / "server.log").read_text())
        time.sleep(0.02)
    return url.read_text()


def stop_server(folder: Path) -> None:
    file = folder / "holder.pid"
    if not file.exists():
        return
    pid = int(file.read_text())
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    for _ in range(200):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not (folder / "url").exists():
            return
        time.sleep(0.05)


def hold(folder: Path, leader: int) -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with EmbeddedPostgres(folder, tcp_port=0, options=FAST) as url:
        (folder / "url.new").write_text(url)
        (folder / "url.new").rename(folder / "url")
        while not ended.wait(1) and _lives(leader):
            pass
    (folder / "url").unlink()
    if not _lives(leader):
        shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def once_a_run(folder: Path, name: str, make: Callable[[], str]) -> str:
    """What `make` answers, made by the first process that asks and read by the others."""
    made = folder / name
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(make())
    return made.read_text()


@contextlib.contextmanager
def empty_database(url: str, prefix: str) -> Iterator[str]:
    """The URL of a database of the server that nobody has made anything in."""
    name = f"{prefix}_{new_id()}"
    run_sql(url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    yield on_database(url, name)
    run_sql(url, f'drop database "{name}" with (force)')


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


if __name__ == "__main__":
    hold(Path(sys.argv[1]), int(sys.argv[2]))
