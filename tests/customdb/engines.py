"""Databases of other makers, started for a test where their programs are found, and refused by name where not.

MariaDB: `mariadbd` on the PATH, in /usr/sbin or in POOLHOUSE_MARIADB_ROOT (an unpacked package).
MongoDB: `mongod` or `ferretdb` on the PATH, or POOLHOUSE_MONGODB_BIN naming either.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def _listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        except OSError:
            pass
        if process.poll() is not None:
            break
        await asyncio.sleep(0.05)
    process.kill()
    raise RuntimeError(log.read_text(errors="replace")[-2000:])


@asynccontextmanager
async def mariadb(folder: Path) -> AsyncIterator[str]:
    """The URI of a fresh server's database `legacy`, whose owner may do anything."""
    root = Path(os.environ.get("POOLHOUSE_MARIADB_ROOT", "/"))
    search = f"{os.environ.get('PATH', '')}:{root}/usr/sbin:{root}/usr/bin"
    server = shutil.which("mariadbd", path=search)
    if server is None:
        pytest.skip("MariaDB is not installed: apt-get install mariadb-server, or set POOLHOUSE_MARIADB_ROOT")
    env = {**os.environ, "LD_LIBRARY_PATH": f"{root}/usr/lib/x86_64-linux-gnu"} if root != Path("/") else None
    port, data, log = _free_port(), folder / "data", folder / "log"
    common = ["--no-defaults", f"--datadir={data}", f"--lc-messages-dir={root}/usr/share/mysql"]
    common += ["--user=root"] if os.geteuid() == 0 else []
    common += [f"--character-sets-dir={root}/usr/share/mysql/charsets", "--innodb-flush-log-at-trx-commit=0"]
    data.mkdir(parents=True)
    tables = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
    begin = "\n".join(
        [
            "create database mysql;",
            "use mysql;",
            *((root / "usr/share/mysql" / name).read_text() for name in tables),
            "flush privileges;",
            "create database legacy character set utf8mb4;",
            "create user 'app'@'%' identified by 'app-secret';",
            "grant all on *.* to 'app'@'%';\n",
        ]
    )
    made = subprocess.run(  # noqa: ASYNC221 - once a run, before anything
        [server, *common, "--bootstrap", "--skip-networking"],
        input=begin.encode(),
        capture_output=True,
        env=env,
    )
    if made.returncode != 0:
        raise RuntimeError(made.stderr.decode(errors="replace")[-2000:])
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220
            [
                server,
                *common,
                f"--port={port}",
                "--bind-address=127.0.0.1",
                f"--socket={folder / 's'}",
                "--plugin-dir=/nowhere",
            ],
            stdout=output,
            stderr=output,
            env=env,
        )
    try:
        await _listens(port, process, log)
        yield f"mysql://app:app-secret@127.0.0.1:{port}/legacy"
    finally:
        process.terminate()
        process.wait()


@asynccontextmanager
async def mongodb(folder: Path) -> AsyncIterator[str]:
    """The URI of an empty database `legacy`."""
    named = os.environ.get("POOLHOUSE_MONGODB_BIN")
    server = named or shutil.which("mongod") or shutil.which("ferretdb")
    if server is None:
        pytest.skip("no MongoDB: install mongod or FerretDB, or set POOLHOUSE_MONGODB_BIN")
    port, data, log = _free_port(), folder / "data", folder / "log"
    data.mkdir(parents=True)
    if "ferretdb" in Path(server).name:
        words = [
            "--handler=sqlite",
            f"--sqlite-url=file:{data}/",
            f"--listen-addr=127.0.0.1:{port}",
            "--telemetry=disable",
            "--debug-addr=-",
            f"--state-dir={data}",
        ]
    else:
        words = [f"--dbpath={data}", f"--port={port}", "--bind_ip=127.0.0.1"]
    with log.open("wb") as output:
        process = subprocess.Popen([server, *words], stdout=output, stderr=output)  # noqa: ASYNC220
    try:
        await _listens(port, process, log)
        yield f"mongodb://127.0.0.1:{port}/legacy"
    finally:
        process.terminate()
        process.wait()
