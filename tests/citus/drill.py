"""A Citus under load of three pools: a worker is killed and comes back, a pool moves. What clients of each pool see.

    POOLHOUSE_TEST_DATABASE_URL=postgresql://... python -m tests.citus.drill [lost] [move] [--users 20000] [--json]

The URL is of a superuser, to the coordinator of a Citus with two workers. Two pools are on one worker, in one shard;
the third is elsewhere. The worker that is killed must run on this machine. docs/operations/citus.md has the table of a
run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
from deploy.ha.drill.load import Load
from deploy.ha.drill.machines import Program, free_port
from tests.nodes import drop_database, is_citus, make_database, on_node
from tests.postgres import await_in_thread, on_database

from poolhouse.db.distributing import distribute_database
from poolhouse.db.migrations import migrate
from poolhouse.ids import new_id

SHARDS = 2
"""One a worker, so that two pools of a worker are in one shard."""
KINDS = ("login", "write", "read", "list")
WARM_S, AWAY_S, QUIET_S, LONGEST_S = 5.0, 10.0, 3.0, 300.0
POOLHOUSE = (sys.executable, "-c", "from poolhouse.cli import main; main()")

_NODE_OF = """
select n.nodename, n.nodeport from pg_dist_placement p join pg_dist_node n using (groupid)
where p.shardid = get_shard_id_for_distribution_column('pools', $1::text)
"""
_PEOPLE = """
insert into users (pool_id, id, username) select $1::text, n::text, 'user of before ' || n
from generate_series(1, $2::int) n
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What the clients of one pool saw of one event. `unserved_s`: by kind, from the first request that failed to the
    first good answer after the last that failed. `lost`: acknowledged users that are gone."""

    event: str
    pool: str
    answered: int
    failed: int
    statuses: dict[str, int]
    unserved_s: dict[str, float]
    slowest_s: dict[str, float]
    login_ms: float
    acknowledged: int
    lost: int
    took_s: float


class PoolLoad(Load):
    """Sign-ins, new users that are read at once, and lists, of one pool."""

    async def start(self) -> None:
        keys = {one: self.credentials[one] for one in ("accessKeyId", "accessKeySecret")}
        found = await self._said(0, "POST", "get-management-token", keys, {})
        self._token = {"authorization": f"Bearer {found['access_token']}"}
        app = self.credentials["appId"]
        if app is None:
            made = await self._said(0, "POST", "create-application", {"appName": "drill"}, self._token)
            app = made["appId"]
        self._app = {"x-authing-app-id": app}
        ann = {"username": "ann", "password": "pa55word"}
        self.acknowledged.add((await self._said(0, "POST", "create-user", ann, self._token))["userId"])
        for act in (self._login, self._write, self._write, self._list):
            self._tasks.append(asyncio.create_task(self._again_and_again(0, act)))

    def quiet_since(self, moment_s: float) -> bool:
        since = [one for one in self.answers if one.began_s >= moment_s]
        return all(one.good for one in since) and {one.kind for one in since} == {*KINDS}

    def report(
        self, event: str, pool: str, began_s: float, known: int, ids: set[str], present: set[str]
    ) -> Report:
        asked = [one for one in self.answers if one.ended_s >= began_s]
        bad = [one for one in asked if not one.good]
        logins = [one.ended_s - one.began_s for one in asked if one.kind == "login" and one.good]
        return Report(
            event,
            pool,
            len(asked) - len(bad),
            len(bad),
            dict(Counter(str(one.status) for one in bad)),
            {kind: self._unserved(asked, kind) for kind in KINDS},
            {
                kind: round(
                    max((one.ended_s - one.began_s for one in asked if one.kind == kind), default=0), 1
                )
                for kind in KINDS
            },
            round(1000 * median(logins)) if logins else 0,
            len(ids) - known,
            len(ids - present),
            round(self.now_s - began_s, 1),
        )

    @staticmethod
    def _unserved(asked: list[Any], kind: str) -> float:
        its = [one for one in asked if one.kind == kind]
        bad = [one for one in its if not one.good]
        if not bad:
            return 0.0
        last = max(one.ended_s for one in bad)
        good = [one.ended_s for one in its if one.good and one.ended_s > last]
        return round(min(good, default=last) - min(one.began_s for one in bad), 1)


class Worker:
    """A PostgreSQL server of this machine, by what it says of itself."""

    def __init__(self, said: str) -> None:
        lines = said.splitlines()
        self._pid, self.data = int(lines[0]), Path(lines[1])
        here = Path(f"/proc/{self._pid}")
        try:
            if here.joinpath("cwd").resolve() != self.data:
                raise FileNotFoundError
            self._command = here.joinpath("cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            entries = here.joinpath("environ").read_bytes().rstrip(b"\0").split(b"\0")
            owner, self._log = here.stat(), here.joinpath("fd/1").resolve()
        except OSError:
            sys.exit(f"{self.data} is of no server of this machine that we may end")
        self._environment = dict(entry.split(b"=", 1) for entry in entries)
        self._owner = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}

    def kill(self) -> None:
        children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        for pid in (self._pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def start(self) -> None:
        with (self._log if self._log.is_file() else Path("/dev/null")).open("ab") as log:
            subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._owner,  # type: ignore[call-overload]
            )


class Drill:
    """`url`: of a database that is made for it. `pools`: who is where, "moved", "beside it", "elsewhere"."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder, self.port = url, folder, free_port()
        self.server = Program("poolhouse", folder)
        self.pools: dict[str, dict[str, Any]] = {}
        self.loads: dict[str, PoolLoad] = {}

    async def start(self, users: int) -> None:
        await migrate(self.url)
        await distribute_database(self.url, SHARDS, lambda *_: None)
        data = str(self.folder / "data")
        self.server.start(
            *POOLHOUSE,
            "up",
            "--data",
            data,
            "--port",
            str(self.port),
            env={"POOLHOUSE_DATABASE_URL": self.url},
        )
        await self._until_ready()
        first = json.loads((self.folder / "data" / "credentials.json").read_text())
        found = [(await self._node_of(first["userPoolId"]), first)]
        while len(there := [one for at, one in found if at == found[0][0]]) < 2 or len(there) == len(found):
            made = await asyncio.to_thread(self._made_by_command, f"pool {len(found)}")
            found.append((await self._node_of(made["userPoolId"]), made))
        other = next(one for at, one in found if at != found[0][0])
        self.pools = {"moved": there[0], "beside it": there[1], "elsewhere": other}
        connection = await asyncpg.connect(self.url)
        await connection.execute(_PEOPLE, there[0]["userPoolId"], users, timeout=LONGEST_S)
        await connection.close()
        for name, pool in self.pools.items():
            self.loads[name] = load = PoolLoad([self.port], self.url, pool)
            await load.start()

    async def end(self) -> None:
        for load in self.loads.values():
            await load.stop()
        await asyncio.to_thread(self.server.end)

    async def run(self, event: str, act: Any) -> list[Report]:
        began = {name: (load.now_s, len(load.acknowledged)) for name, load in self.loads.items()}
        await act()
        _tell(f"{event}: done after {next(iter(self.loads.values())).now_s - began['moved'][0]:.1f} s")
        quiet = {name: load.now_s for name, load in self.loads.items()}
        async with asyncio.timeout(LONGEST_S):
            while True:
                await asyncio.sleep(0.5)
                late = {name: load.now_s - QUIET_S for name, load in self.loads.items()}
                if all(
                    late[name] > quiet[name] and self.loads[name].quiet_since(late[name]) for name in quiet
                ):
                    break
        reports = []
        for name, load in self.loads.items():
            ids = set(load.acknowledged)
            present = await self._present(self.pools[name], ids)
            reports.append(load.report(event, name, *began[name], ids, present))
        return reports

    async def undisturbed(self) -> None:
        await asyncio.sleep(AWAY_S)

    async def lost(self) -> None:
        host, port = await self._node_of(self.pools["moved"]["userPoolId"])
        name = self.url.rpartition("/")[2]
        connection = await asyncpg.connect(on_node(self.url, host, port, name))
        worker = Worker(await connection.fetchval("select pg_read_file('postmaster.pid')"))
        connection.terminate()
        worker.kill()
        await asyncio.sleep(AWAY_S)
        worker.start()

    async def move(self) -> None:
        pool = self.pools["moved"]["userPoolId"]
        here = await self._node_of(pool)
        connection = await asyncpg.connect(self.url)
        nodes = await connection.fetch("select nodename, nodeport from pg_dist_node where shouldhaveshards")
        await connection.close()
        host, port = next((h, p) for h, p in nodes if (h, p) != here)
        _tell(
            (await asyncio.to_thread(self._command, "pool", "move", pool, f"{host}:{port}", "--json")).strip()
        )
        if await self._node_of(pool) == here:
            raise RuntimeError("the pool has not moved")

    async def _node_of(self, pool: str) -> tuple[str, int]:
        connection = await asyncpg.connect(self.url)
        [row] = await connection.fetch(_NODE_OF, pool)
        await connection.close()
        return row["nodename"], row["nodeport"]

    async def _present(self, pool: dict[str, Any], ids: set[str]) -> set[str]:
        connection = await asyncpg.connect(self.url)
        asked = "select id from users where pool_id = $1 and id = any($2)"
        rows = await connection.fetch(asked, pool["userPoolId"], list(ids))
        await connection.close()
        return {row["id"] for row in rows}

    def _made_by_command(self, name: str) -> dict[str, Any]:
        made = json.loads(self._command("pool", "create", name, "--json"))
        pool, secret = made["id"], made["secret"]
        return {"userPoolId": pool, "accessKeyId": pool, "accessKeySecret": secret, "appId": None}

    def _command(self, *words: str) -> str:
        beside = "--data", str(self.folder / "data"), "--database-url", self.url
        ran = subprocess.run([*POOLHOUSE, *words, *beside], capture_output=True, text=True)
        if ran.returncode:
            raise RuntimeError(f"{' '.join(words)}: {ran.stderr.strip()[-500:]}")
        return ran.stdout

    async def _until_ready(self) -> None:
        def ready() -> bool:
            address = f"http://127.0.0.1:{self.port}/readyz"
            with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
            return False

        async with asyncio.timeout(90):
            while not await asyncio.to_thread(ready):  # noqa: ASYNC110
                await asyncio.sleep(0.2)


EVENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "undisturbed": (("undisturbed", "nothing, for 10 s"),),
    "lost": (("lost", "the worker killed -9, back after 10 s"),),
    "move": (("move", "the pool moved, from a shared shard"), ("move", "moved back, in its own shard")),
}
"""What is done, under which title."""


async def careless(url: str) -> list[str]:
    """The nodes that acknowledge what they may lose: nothing of theirs would be a finding."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "select nodename || ':' || nodeport as name from run_command_on_all_nodes('show synchronous_commit') "
        "join pg_dist_node using (nodeid) where result = 'off'"
    )
    await connection.close()
    return [row["name"] for row in rows]


async def _drill(url: str, given: argparse.Namespace, folder: Path) -> list[Report]:
    drill, reports = Drill(url, folder), list[Report]()
    try:
        await drill.start(given.users)
        await asyncio.sleep(WARM_S)
        for name in given.events or EVENTS:
            for act, title in EVENTS[name]:
                found = await drill.run(title, getattr(drill, act))
                reports += found
                for one in found if not given.json else ():
                    _show(one)
    finally:
        await drill.end()
        for name, load in drill.loads.items():
            for refusal, times in load.refusals.most_common(3):
                _tell(f"{name}: {times} times {refusal}")
    return reports


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="drill", description="a lost worker and a moved pool, and what they cost"
    )
    parser.add_argument(
        "events", nargs="*", metavar="EVENT", help=f"of {', '.join(EVENTS)}; all, if none is named"
    )
    parser.add_argument("--users", type=int, default=20_000, help="of the pool that moves")
    parser.add_argument("--json", action="store_true", help="the reports as JSON")
    parser.add_argument("--keep", action="store_true", help="leaves the folder, for its logs")
    given = parser.parse_args()
    if unknown := set(given.events) - {*EVENTS}:
        parser.error(f"no event {min(unknown)}")
    outside = os.environ.get("POOLHOUSE_TEST_DATABASE_URL", "")
    if not outside or not is_citus(outside):
        print("skipped: name the coordinator of a Citus by POOLHOUSE_TEST_DATABASE_URL", file=sys.stderr)
        return 0
    if nodes := await_in_thread(careless(outside)):
        print(f"skipped: synchronous_commit is off on {', '.join(nodes)}", file=sys.stderr)
        return 0
    folder, name = Path(tempfile.mkdtemp(prefix="poolhouse-drill-")), f"drill_{new_id()}"
    make_database(outside, name)
    try:
        reports = asyncio.run(_drill(on_database(outside, name), given, folder))
    finally:
        drop_database(outside, name)
        if given.keep:
            _tell(f"logs are in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if given.json:
        print(json.dumps([asdict(one) for one in reports], indent=2))
    return 1 if any(unfit(one) for one in reports) else 0


def unfit(one: Report) -> bool:
    """Something acknowledged is gone, nobody said when to ask again, or a lost worker was felt elsewhere."""
    lost_worker = one.event == EVENTS["lost"][0][1]
    return bool(
        one.lost or {*one.statuses} - {"503"} or (one.failed and lost_worker and one.pool == "elsewhere")
    )


def _show(one: Report) -> None:
    failed = ", ".join(f"{times} x {status}" for status, times in one.statuses.items()) or "0"
    unserved = " ".join(f"{kind} {seconds}" for kind, seconds in one.unserved_s.items())
    slowest = " ".join(f"{kind} {seconds}" for kind, seconds in one.slowest_s.items())
    print(
        f"{one.event} | {one.pool} | answered {one.answered} | failed {failed} | unserved s {unserved} | "
        f"slowest s {slowest} | login {one.login_ms} ms | acknowledged {one.acknowledged} | lost {one.lost} | "
        f"{one.took_s} s",
        flush=True,
    )


def _tell(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
