"""etcd, PostgreSQL by Patroni, HAProxy and two Poolhouse nodes on one machine, with the files of the folder above.

What is replaced in these files are addresses, folders and passwords, so that a fault of theirs shows here.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg

from poolhouse.db.os_account import account

FILES = Path(__file__).parent.parent
NEEDED = {"etcd": "etcd-server", "patroni": "patroni", "patronictl": "patroni", "haproxy": "haproxy"}
"""Program -> the Debian package that has it."""
PG_BIN = Path("/usr/lib/postgresql/15/bin")


def missing() -> str | None:
    """The package without which there is no drill."""
    lacking = [package for program, package in NEEDED.items() if shutil.which(program) is None]
    if not (PG_BIN / "postgres").exists():
        lacking.append("postgresql-15")
    return lacking[0] if lacking else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def changed(name: str, changes: dict[str, str]) -> str:
    """A file of the folder with other addresses; every change must find its place."""
    text = (FILES / name).read_text()
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"{name} has no {old}")
        text = text.replace(old, new)
    return text


class Program:
    """A process of ours, and its log. Only what was started here is ever signaled."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self._log = name, folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(
        self, *command: str | Path, env: dict[str, str] | None = None, as_postgres: bool = False
    ) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd="/",
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **(account().as_child if as_postgres else {}),
            )

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM, within_s: float = 30.0) -> None:
        self.send(number)
        if self.process is not None:
            try:
                self.process.wait(within_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Database:
    """A machine with Patroni and the PostgreSQL that it keeps."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.port, self.rest = free_port(), free_port()
        self.config = folder / f"{name}.yml"
        self._patroni = Program(name, folder)
        self.data = folder / name

    def start(self) -> None:
        self._patroni.start("patroni", self.config, as_postgres=True)

    def postmaster(self) -> int | None:
        with suppress(FileNotFoundError, IndexError, ValueError):
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            if Path(f"/proc/{pid}/cwd").resolve() == self.data:
                return pid
        return None

    def children(self, title: str = "") -> list[int]:
        pid = self.postmaster()
        found = []
        with suppress(FileNotFoundError):
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                with suppress(FileNotFoundError):
                    if title in Path(f"/proc/{child}/cmdline").read_text():
                        found.append(int(child))
        return found

    def signal_postgres(self, number: signal.Signals) -> None:
        for pid in (self.postmaster(), *self.children()):
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)

    def crash(self) -> None:
        """The postmaster alone, by SIGKILL; its children see it and end."""
        if (pid := self.postmaster()) is not None:
            os.kill(pid, signal.SIGKILL)

    def lose(self) -> None:
        """The machine without power: nobody says goodbye."""
        self._patroni.send(signal.SIGKILL)
        self.signal_postgres(signal.SIGKILL)
        self._patroni.end(signal.SIGKILL)

    def pause(self) -> None:
        self._patroni.send(signal.SIGSTOP)
        self.signal_postgres(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal_postgres(signal.SIGCONT)
        self._patroni.send(signal.SIGCONT)

    def end(self) -> None:
        self.resume()
        self._patroni.end(within_s=15.0)
        self.signal_postgres(signal.SIGKILL)

    def state(self) -> dict[str, Any]:
        """What its Patroni says of it; nothing where it says nothing."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.rest}/patroni", timeout=1) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except (OSError, ValueError):
            return {}


class Machines:
    """Everything but the load. `primary_port` and `replica_port` are HAProxy's."""

    def __init__(self, folder: Path, databases: int, etcds: int) -> None:
        self.folder = folder
        self.primary_port, self.replica_port = free_port(), free_port()
        self.databases = [Database(f"db{n}", folder) for n in range(1, databases + 1)]
        self.etcds = [Program(f"etcd{n}", folder) for n in range(1, etcds + 1)]
        self.haproxy = Program("haproxy", folder)
        self.nodes = [Program(f"node{n}", folder) for n in (1, 2)]
        self.node_ports = [free_port(), free_port()]
        self._etcd_ports = [(free_port(), free_port()) for _ in self.etcds]
        self._passwords = {
            what: secrets.token_hex(16) for what in ("restapi", "superuser", "replication", "rewind")
        }

    async def start(self, tell: Any) -> dict[str, Any]:
        """Answers credentials.json of the first node."""
        for number in range(len(self.etcds)):
            self.start_etcd(number)
        for one in self.databases:
            self._write_patroni(one)
        self.databases[0].start()
        tell("Patroni makes the cluster")
        await self._until(lambda: self.primary() is not None, 90, "no primary")
        for one in self.databases[1:]:
            one.start()
        config = self.folder / "haproxy.cfg"
        config.write_text(self._haproxy())
        self.haproxy.start("haproxy", "-db", "-f", config)
        tell("standbys are copied")
        await self._until(self.healthy, 90, "the standbys do not follow")
        await self._make_database()
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        tell("Poolhouse starts, twice")
        for number in (0, 1):
            self._start_node(number, key)
            await self._until(lambda n=number: self._ready(n), 90, "a node is not ready")  # type: ignore[misc]
        credentials: dict[str, Any] = json.loads((self.folder / "data1" / "credentials.json").read_text())
        return credentials

    def start_etcd(self, number: int) -> None:
        client, peer = self._etcd_ports[number]
        name = f"etcd{number + 1}"
        cluster = ",".join(
            f"etcd{n}=http://127.0.0.1:{port}" for n, (_, port) in enumerate(self._etcd_ports, 1)
        )
        text = changed(
            "etcd.env",
            {
                ",".join(f"etcd{n}=http://etcd{n}.internal:2380" for n in (1, 2, 3)): cluster,
                "ETCD_NAME=etcd1": f"ETCD_NAME={name}",
                "/var/lib/etcd/poolhouse": str(self.folder / name),
                "http://0.0.0.0:2379": f"http://127.0.0.1:{client}",
                "http://etcd1.internal:2379": f"http://127.0.0.1:{client}",
                "http://0.0.0.0:2380": f"http://127.0.0.1:{peer}",
                "http://etcd1.internal:2380": f"http://127.0.0.1:{peer}",
            },
        )
        env = dict(line.split("=", 1) for line in text.splitlines() if line.startswith("ETCD_"))
        self.etcds[number].start("etcd", env=env)

    def primary(self) -> Database | None:
        for one in self.databases:
            state = one.state()
            if state.get("role") in ("master", "primary") and state.get("state") == "running":
                return one
        return None

    def healthy(self) -> bool:
        """One leads, the others stream from it, and where writes wait for one of them it is known which."""
        primary = self.primary()
        if primary is None:
            return False
        followers = primary.state().get("replication") or []
        streaming = [one for one in followers if one.get("state") == "streaming"]
        if len(streaming) < len(self.databases) - 1:
            return False
        # That writes wait for a standby is settled once etcd knows it, a few seconds after PostgreSQL does.
        return not self.synchronous() or "Sync Standby" in self.patronictl("list")

    def synchronous(self) -> bool:
        return "synchronous_mode: true" in self.patronictl("show-config")

    def synchronous_standby(self) -> Database:
        primary = self.primary()
        assert primary
        followers = primary.state()["replication"]
        (name,) = (one["application_name"] for one in followers if one["sync_state"] == "sync")
        return next(one for one in self.databases if one.name == name)

    def patronictl(self, *words: str) -> str:
        ran = subprocess.run(
            ["patronictl", "-c", self.databases[0].config, *words],  # noqa: S607 - as an operator calls it
            cwd="/",
            capture_output=True,
            text=True,
            **account().as_child,
        )
        if ran.returncode:
            raise RuntimeError(f"patronictl {words[0]}: {ran.stderr.strip()[-500:]}")
        return ran.stdout

    async def present(self, user_ids: set[str]) -> set[str]:
        """Of these users, those that the primary has."""
        connection = await asyncpg.connect(self._superuser())
        rows = await connection.fetch("select id from users where id = any($1)", list(user_ids))
        await connection.close()
        return {row["id"] for row in rows}

    def end(self) -> None:
        for node in self.nodes:
            node.end()
        for one in self.databases:
            one.end()
        for program in (self.haproxy, *self.etcds):
            program.end(within_s=10.0)

    def _write_patroni(self, one: Database) -> None:
        clients = ",".join(f"127.0.0.1:{client}" for client, _ in self._etcd_ports)
        them = account()
        one.config.write_text(
            changed(
                "patroni.yml",
                {
                    "name: db1": f"name: {one.name}",
                    "etcd1.internal:2379,etcd2.internal:2379,etcd3.internal:2379": clients,
                    "0.0.0.0:8008": f"127.0.0.1:{one.rest}",
                    "db1.internal:8008": f"127.0.0.1:{one.rest}",
                    "0.0.0.0:5432": f"127.0.0.1:{one.port}",
                    "db1.internal:5432": f"127.0.0.1:{one.port}",
                    "/var/lib/postgresql/15/poolhouse": str(one.data),
                    "/usr/lib/postgresql/15/bin": str(PG_BIN),
                    "/var/run/postgresql": str(self.folder),
                    "/var/lib/postgresql/.pgpass-patroni": str(self.folder / f"{one.name}.pgpass"),
                    "10.0.0.0/24": "127.0.0.1/32",
                    **{f"change-me-{what}": password for what, password in self._passwords.items()},
                },
            )
        )
        one.config.chmod(0o600)
        them.give(one.config)
        one.data.mkdir(mode=0o700)
        them.give(one.data)

    def _haproxy(self) -> str:
        text = changed(
            "haproxy.cfg",
            {
                "127.0.0.1:5000": f"127.0.0.1:{self.primary_port}",
                "127.0.0.1:5001": f"127.0.0.1:{self.replica_port}",
            },
        )
        first = "    server db1 db1.internal:5432 check port 8008\n    server db2 db2.internal:5432 check port 8008\n"
        if text.count(first) != 2:
            raise ValueError("haproxy.cfg names other servers")
        ours = "".join(
            f"    server {d.name} 127.0.0.1:{d.port} check port {d.rest}\n" for d in self.databases
        )
        return text.replace(first, ours)

    def database_url(self) -> str:
        return f"postgresql://poolhouse:{self._passwords['restapi']}@127.0.0.1:{self.primary_port}/poolhouse"

    def _superuser(self, database: str = "poolhouse") -> str:
        return (
            f"postgresql://postgres:{self._passwords['superuser']}@127.0.0.1:{self.primary_port}/{database}"
        )

    async def _make_database(self) -> None:
        """As docs/operations/database.md has it."""
        connection = await asyncpg.connect(self._superuser("postgres"))
        await connection.execute(f"create role poolhouse login password '{self._passwords['restapi']}'")
        await connection.execute(
            "create database poolhouse owner poolhouse template template0 encoding 'UTF8' locale 'C.UTF-8'"
        )
        await connection.close()

    def _start_node(self, number: int, key: str) -> None:
        env = {
            "POOLHOUSE_DATABASE_URL": self.database_url(),
            "POOLHOUSE_REPLICA_URL": self.database_url().replace(
                str(self.primary_port), str(self.replica_port)
            ),
            "POOLHOUSE_SECRET_KEY": key,
        }
        data, port = self.folder / f"data{number + 1}", self.node_ports[number]
        program = "from poolhouse.cli import main; main()"
        self.nodes[number].start(
            sys.executable, "-c", program, "up", "--data", data, "--port", str(port), env=env
        )

    def _ready(self, number: int) -> bool:
        process = self.nodes[number].process
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{self.nodes[number].name} has ended, see its log")
        with suppress(OSError):
            url = f"http://127.0.0.1:{self.node_ports[number]}/readyz"
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
        return False

    async def _until(self, true: Any, within_s: float, fault: str) -> None:
        async with asyncio.timeout(within_s):
            while not await asyncio.to_thread(true):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
