"""An upgrade without a pause, tried: `python -m tests.upgrade.rolling [COMMIT]`, or `make rolling-upgrade BASE=COMMIT`.

The server of an older commit makes a database and serves. This tree's program changes the schema under load. Then two
official clients are driven against the old server on the new schema, against both servers in turn, and against the
new one; each run is held to the one against the old server on its own schema. COMMIT is the newest with another schema
if absent. What differs is printed, with what the old server's log calls a defect; exit status 1 if anything does.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from tests.clients.matrix import CLIENTS, Client
from tests.clients.packages import LeftOut
from tests.clients.runs import Run, run
from tests.clients.test_matrix import _sign_in_on_the_page

from poolhouse.db.embedded import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
VERSIONS = "src/poolhouse/db/migrations/versions"
BUILT = (
    *("src/poolhouse/sandbox/js/node_modules", "src/poolhouse/wire/console/js/node_modules"),
    "src/poolhouse/wire/console/built",
)
"""What a set-up makes, and is taken from this tree."""
DRIVEN = ("authing-5.1.0", "authing-js-sdk-4.23.55")
KEY = "5" * 64
PASSWORD = "correct horse 1"
UP_WITHIN_S = 120


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def base_commit() -> str:
    """The newest of the first parents that lacks versions of this tree, all of them newer than its own."""
    ours = {file.name for file in (ROOT / VERSIONS).glob("[0-9]*.py")}
    for commit in git("log", "--first-parent", "--format=%H", "HEAD").split():
        listed = git("ls-tree", "--name-only", f"{commit}:{VERSIONS}").split()
        theirs = {name for name in listed if name[0].isdigit()}
        if ours - theirs and not passed_over(ours, theirs):
            return commit
    raise SystemExit("no commit has another schema")


def passed_over(ours: set[str], theirs: set[str]) -> list[str]:
    """Versions that a database of `theirs` never gets: it knows only the newest that it has."""
    return sorted(name for name in ours - theirs if name < max(theirs))


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """Its files, with what is built taken from this tree."""
    with tempfile.TemporaryDirectory(prefix="poolhouse-old-") as name:
        archive = subprocess.run(["git", "archive", commit, "src"], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", name], input=archive.stdout, check=True)
        for path in BUILT:
            (Path(name) / path).symlink_to(ROOT / path)
        yield Path(name) / "src"


class Between:
    """A port that hands each connection to the next of `targets`."""

    def __init__(self) -> None:
        self.targets: list[int] = []
        self._turn = itertools.count()

    async def __aenter__(self) -> Between:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = self.targets[next(self._turn) % len(self.targets)]
        theirs, ours = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(_copy(reader, ours), _copy(theirs, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while part := await reader.read(1 << 16):
            writer.write(part)
            await writer.drain()
    writer.close()


@dataclass
class Node:
    source: Path
    data: Path
    environment: dict[str, str]
    port: int = 0
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.data.with_suffix(".log")
        self.environment = {**os.environ, **self.environment, "PYTHONPATH": str(self.source)}

    def command(self, *words: str) -> list[str]:
        program = "from poolhouse.cli import main; main()"
        return [sys.executable, "-P", "-c", program, *words, "--data", str(self.data)]

    def json(self, *words: str) -> dict[str, Any]:
        ran = subprocess.run(
            self.command(*words, "--json"), env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert ran.returncode == 0, ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        with self.log.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *self.command("up", "--port", "0"), env=self.environment, stdout=subprocess.PIPE, stderr=log
            )
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), UP_WITHIN_S)
        assert b"is up at" in line, self.log.read_text()[-4000:]
        self.port = _port_of(process.pid)
        try:
            yield
        finally:
            process.terminate()
            await process.wait()

    def faults(self) -> Counter[str]:
        """Operation and class of what the log calls a defect."""
        found: Counter[str] = Counter()
        for line in self.log.read_text(errors="replace").splitlines():
            with suppress(ValueError):
                said = json.loads(line)
                if said.get("event") == "request" and said.get("outcome") == "fault":
                    found[f"{said['operation']}: {said.get('error', '')}"] += 1
        return found


def _port_of(pid: int) -> int:
    """Which port of IPv4 it listens on."""
    mine = {
        os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd") if _link(pid, name)
    }
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == "0A" and f"socket:[{words[9]}]" in mine:
            return int(words[1].partition(":")[2], 16)
    raise AssertionError("it listens nowhere")


def _link(pid: int, name: str) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
    except OSError:
        return False


def made_pool(old: Node, host: str, redirect: str = "http://127.0.0.1/callback") -> dict[str, Any]:
    """A pool with what an engineer is given of it, made by the old server."""
    pool = old.json("pool", "create", "driven")
    words = ("--pool", pool["id"])
    key = old.json("key", "create", *words)
    app = old.json("app", "create", "shop", "--redirect-uri", redirect, *words)
    return {
        "host": host,
        "userPoolId": pool["id"],
        "userPoolSecret": pool["secret"],
        "accessKeyId": key["accessKeyId"],
        "accessKeySecret": key["accessKeySecret"],
        "appId": app["appId"],
        "appSecret": app["secret"],
        "redirectUri": redirect,
        "publicKey": httpx.get(f"{host}/api/v2/.well-known").json()["data"]["publicKey"],
    }


async def drive(client: Client, given: dict[str, Any]) -> Run:
    token = ""

    async def code(address: str) -> str:
        nonlocal token
        async with httpx.AsyncClient(base_url=f"{given['host']}/api/v3", timeout=60) as http:
            if not token:
                known = {name: given[name] for name in ("accessKeyId", "accessKeySecret")}
                token = (await http.post("/get-management-token", json=known)).json()["data"]["access_token"]
            http.headers["authorization"] = f"Bearer {token}"
            listed = (await http.get("/list-mail", params={"to": address})).json()["data"]["list"]
            if not listed:
                return ""  # none was sent: the call that needs it says so
            one = (await http.get("/get-mail", params={"id": listed[0]["id"]})).json()["data"]
        return next((word for word in _numbers(one["text"]) if len(word) == 6), "")

    async def authorization(account: str) -> str:
        try:
            return await _sign_in_on_the_page(given, account)
        except AssertionError:
            return ""  # the page is another than it should be: the call that needs the code fails

    return await run(
        client.packages.command(),
        given | {"walk": client.walk},
        {"code": code, "authorization": authorization},
    )


def _numbers(text: str) -> list[str]:
    return "".join(one if one.isdigit() else " " for one in text).split()


class Load:
    """Requests one after another, of four at a time, counted by what they were and how they ended."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given, self._number = given, itertools.count()
        self.ended: Counter[tuple[str, str]] = Counter()
        self.slowest_s = 0.0

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[Load]:
        tasks = [asyncio.create_task(self._person()) for _ in range(4)]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _person(self) -> None:
        async with httpx.AsyncClient(base_url=self._given["host"], timeout=60) as http:
            known = {name: self._given[name] for name in ("accessKeyId", "accessKeySecret")}
            token = (await http.post("/api/v3/get-management-token", json=known)).json()["data"][
                "access_token"
            ]
            v3 = {"authorization": f"Bearer {token}"}
            while True:
                name = f"rolling{next(self._number)}"
                made = await self._ask(
                    http.post, "create-user", json={"username": name, "password": PASSWORD}, headers=v3
                )
                user_id = (made.get("data") or {}).get("userId", "")
                await self._ask(http.post, "list-users", json={"keywords": name}, headers=v3)
                await self._ask(http.get, "get-user", params={"userId": user_id}, headers=v3)
                await self._ask(
                    http.post, "update-user", json={"userId": user_id, "nickname": "小李"}, headers=v3
                )
                await self._login(http, name)
                await self._ask(http.post, "delete-users-batch", json={"userIds": [user_id]}, headers=v3)

    async def _ask(
        self, how: Callable[..., Awaitable[httpx.Response]], operation: str, **words: Any
    ) -> dict[str, Any]:
        began = perf_counter()
        try:
            answer = await how(f"/api/v3/{operation}", **words)
            found: dict[str, Any] = answer.json()
            ended = (
                "ok" if found.get("statusCode") == 200 else f"{answer.status_code}: {found.get('message')}"
            )
        except (httpx.HTTPError, ValueError) as error:
            found, ended = {}, type(error).__name__
        self._count(operation, ended, began)
        return found

    async def _login(self, http: httpx.AsyncClient, name: str) -> None:
        query = "mutation ($input: LoginByUsernameInput!) { loginByUsername(input: $input) { token } }"
        given = {"query": query, "variables": {"input": {"username": name, "password": PASSWORD}}}
        began = perf_counter()
        try:
            answer = await http.post(
                "/graphql/v2", json=given, headers={"x-authing-app-id": self._given["appId"]}
            )
            ended = "ok" if "errors" not in answer.json() else str(answer.json()["errors"][0]["message"])
        except (httpx.HTTPError, ValueError) as error:
            ended = type(error).__name__
        self._count("sign in", ended, began)

    def _count(self, operation: str, ended: str, began: float) -> None:
        self.ended[operation, ended] += 1
        self.slowest_s = max(self.slowest_s, perf_counter() - began)

    def told(self) -> tuple[str, int]:
        failed = {key: count for key, count in self.ended.items() if key[1] != "ok"}
        text = f"{self.ended.total()} requests, {sum(failed.values())} failed, the slowest {self.slowest_s:.1f} s"
        return "\n".join(
            [text, *(f"  {what}: {ended}: {count}" for (what, ended), count in failed.items())]
        ), len(failed)


async def tried(source: Path, url: str, folder: Path) -> int:
    """How many differences there are."""
    clients = [one for one in CLIENTS if one.file in DRIVEN]
    differences = 0
    async with Between() as between:
        shared = {
            "POOLHOUSE_DATABASE_URL": url,
            "POOLHOUSE_SECRET_KEY": KEY,
            "POOLHOUSE_PUBLIC_URL": between.url,
        }
        old, new = Node(source, folder / "old", shared), Node(ROOT / "src", folder / "new", shared)
        async with old.serving():
            between.targets = [old.port]
            before: dict[str, Run] = {}

            async def compared(title: str) -> None:
                nonlocal differences
                for client in clients:
                    try:
                        ran = await drive(client, await asyncio.to_thread(made_pool, old, between.url))
                    except LeftOut as reason:
                        print(f"{title}: {client.title} is left out: {reason}", flush=True)
                        continue
                    known = before.setdefault(client.file, ran)
                    lost = [name for name in known.passed if name not in ran.passed]
                    differences += len(lost)
                    print(
                        f"{title}: {client.title}: {len(ran.passed)} passed, {len(ran.failed)} failed",
                        flush=True,
                    )
                    for name in lost:
                        print(f"  no longer: {name}: {ran.details.get(name, 'not made')}", flush=True)

            await compared("old on the old schema")
            load = Load(await asyncio.to_thread(made_pool, old, between.url))
            async with load.going_on():
                await asyncio.sleep(2)
                began = perf_counter()
                migrating = await asyncio.create_subprocess_exec(*new.command("migrate"), env=new.environment)
                assert await migrating.wait() == 0
                took = perf_counter() - began
                await asyncio.sleep(2)
            text, failed = load.told()
            differences += failed
            print(f"old while the schema changes ({took:.1f} s): {text}", flush=True)
            await compared("old on the new schema")
            async with new.serving():
                between.targets = [old.port, new.port]
                await compared("old and new in turn")
                between.targets = [new.port]
                await compared("new")
        for name, node in (("old", old), ("new", new)):
            for what, count in node.faults().items():
                differences += 1
                print(f"defects in the log of the {name} server: {what}: {count}", flush=True)
    return differences


def main(commit: str | None) -> int:
    commit = commit or base_commit()
    subject = git("log", "-1", "--format=%h of %cs: %s", commit).strip()
    print(f"old: {subject}", flush=True)
    with checked_out(commit) as source, tempfile.TemporaryDirectory(prefix="poolhouse-rolling-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        theirs = {file.name[:4] for file in (source.parent / VERSIONS).glob("[0-9]*.py")}
        ours = {file.name[:4] for file in (ROOT / VERSIONS).glob("[0-9]*.py")}
        print(
            f"versions of the schema that it lacks: {', '.join(sorted(ours - theirs)) or 'none'}", flush=True
        )
        if late := passed_over(ours, theirs):
            print(f"never applied to its databases, which are newer: {', '.join(late)}", flush=True)
            return len(late)
        for one in ("old", "new", "database"):
            (folder / one).mkdir(mode=0o755)
        with EmbeddedPostgres(folder / "database") as url:
            return asyncio.run(tried(source, url, folder))


if __name__ == "__main__":
    sys.exit(1 if main(next(iter(sys.argv[1:]), None)) else 0)
