"""The same people in each server, the same acts asked of each in turn, by one client.

    python -m bench.peers FOLDER [--users 1,000,000] [poolhouse keycloak kratos better-auth]

FOLDER keeps what was installed and the databases, some 6 GB with a million people; a second run only measures. What
each needs besides: Java 17 and Maven, Go, Node. Writes bench/peers.json, which docs/operations/performance.md
shows (`python -m bench.page`): {people, machine, commit, date, load, peers: {name: {version, settings, acts: {name:
{ms, least_ms, most_ms} or {missing}}}}}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from rich.console import Console
from rich.table import Table

from bench import crowd, surroundings
from bench.peers.better_auth import BetterAuth
from bench.peers.keycloak import Keycloak
from bench.peers.kratos import Kratos
from bench.peers.ours import Ours
from bench.peers.peer import Act, Asker, Missing, Peer, Person
from poolhouse import logs
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.migrations import migrate
from poolhouse.services import opened
from poolhouse.settings import Settings

PEERS: dict[str, type[Peer]] = {
    "poolhouse": Ours,
    "keycloak": Keycloak,
    "kratos": Kratos,
    "better-auth": BetterAuth,
}
ACTS = (
    "first page of 50",
    "page 10,000 of 10",
    "search, part of an e-mail",
    "search, two Chinese characters",
    "search, nobody",
    "find by e-mail",
    "find by id",
    "count",
    "create",
    "sign in",
)
ROUNDS, LONG_MS = 5, 20_000
"""What takes longer than LONG_MS is asked once only."""
RESULTS = Path(__file__).parents[1] / "peers.json"

PEOPLE = """
select gen_random_uuid(), username, coalesce(email, username || '@users.example'), name, created_at
from users where pool_id = $1
"""
"""Of bench/crowd.py, and everybody has an address, which two of the peers demand."""
TABLE = "create table people (id uuid, username text, email text, name text, at timestamptz)"
COLUMNS = ["id", "username", "email", "name", "at"]
WANTED = """
select username, lower(email) as email, name from people
where length(name) = 3 and name !~ '[A-Za-z]' and email like '%@corp%' order by at, id offset 1000 limit 1
"""


async def main(folder: Path, users: int, names: list[str]) -> None:
    logs.configure("error")
    console = Console()
    data = made(folder) and made(folder / "postgres-data")
    peers = [PEERS[name](folder / name) for name in names]
    for peer in peers:
        console.print(f"[dim]installing {peer.name}[/]")
        peer.install()
    with ExitStack() as stack:
        url = stack.enter_context(EmbeddedPostgres(data, tcp_port=0, options={"max_connections": "300"}))
        people = folder / f"people-{users}"
        if not people.exists():
            console.print(f"[dim]making {users:,} people[/]")
            await write_people(url, people, users)
        asked: dict[str, tuple[Asker, dict[str, Act]]] = {}
        for peer in peers:
            console.print(f"[dim]starting {peer.name}, and bringing everybody in[/]")
            own = await database(url, f"{peer.name}_{users}".lower().replace("-", "_"))
            base = stack.enter_context(peer.run(own))
            connection = await asyncpg.connect(own)
            await bring_in(connection, peer, people)
            person = Person(**await connection.fetchrow(WANTED))
            asked[peer.name] = Asker(base), await peer.acts(connection, person)
            await connection.close()
        before = surroundings.load()
        measured = measure(asked, console)
        found = {
            "people": users,
            **surroundings.of_a_run(),
            "load": max(before, surroundings.load()),
            "peers": {
                peer.name: {"version": peer.version, "settings": peer.settings, "acts": measured[peer.name]}
                for peer in peers
            },
        }
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    console.print(table(found))


def made(folder: Path) -> Path:
    """A folder that PostgreSQL's account can pass."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    return folder


async def write_people(url: str, file: Path, users: int) -> None:
    """By way of a database of ours, which is dropped."""
    own = await database(url, "people")
    await migrate(own)
    async with opened(Settings(data=file.parent / "people-settings"), own) as services:
        pool = await services.pools.create("people")
    await crowd.fill(own, pool.id, users)
    connection = await asyncpg.connect(own)
    await connection.copy_from_query(PEOPLE, pool.id, output=file, timeout=3600)
    await connection.close()
    connection = await asyncpg.connect(url)
    await connection.execute("drop database people with (force)")
    await connection.close()


async def database(url: str, name: str) -> str:
    """The address of this database, made if it is not there."""
    connection = await asyncpg.connect(url)
    if not await connection.fetchval("select 1 from pg_database where datname = $1", name):
        await connection.execute(f'create database "{name}"')
    await connection.close()
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def bring_in(connection: asyncpg.Connection, peer: Peer, file: Path) -> None:
    """Once; analysed as PostgreSQL would within minutes."""
    if await connection.fetchval("select to_regclass('people')"):
        return
    await connection.execute(f"begin; {TABLE}")
    await connection.copy_to_table("people", source=file, columns=COLUMNS, timeout=3600)
    await peer.fill(connection)
    await connection.execute("commit")
    await connection.execute("vacuum analyze", timeout=7200)


def measure(
    asked: dict[str, tuple[Asker, dict[str, Act]]], console: Console
) -> dict[str, dict[str, dict[str, Any]]]:
    """Each round asks each server each act once, one after the other: who is busy is so for all."""
    taken: dict[str, dict[str, list[float]]] = {name: {act: [] for act in ACTS} for name in asked}
    failed: dict[str, dict[str, str]] = {name: {} for name in asked}
    for round_ in range(ROUNDS + 1):  # the first, cold, is not counted
        console.print(f"[dim]round {round_} of {ROUNDS}[/]")
        for act in ACTS:
            for name, (asker, acts) in asked.items():
                one, known = acts[act], taken[name][act]
                if isinstance(one, Missing) or act in failed[name] or (known and known[-1] > LONG_MS):
                    continue
                try:
                    took, _ = asker.ask(one(round(time.time() * 1000)))
                except RuntimeError as error:
                    failed[name][act] = str(error)
                    console.print(f"[red]{name}, {act}: {error}[/]")
                else:
                    if round_ or took > LONG_MS:
                        known.append(took)
    return {
        name: {act: told(acts[act], taken[name][act], failed[name].get(act)) for act in ACTS}
        for name, (_, acts) in asked.items()
    }


def told(act: Act, taken: list[float], failed: str | None) -> dict[str, Any]:
    if isinstance(act, Missing):
        return {"missing": act.why}
    if failed:
        return {"missing": f"answered otherwise: {failed[:200]}"}
    ms, least, most = (round(one, 2) for one in (median(taken), min(taken), max(taken)))
    return {"ms": ms, "least_ms": least, "most_ms": most}


def table(found: dict[str, Any]) -> Table:
    drawn = Table(f"ms, {found['people']:,} people, load {found['load']}", *found["peers"])
    for act in ACTS:
        cells = [peer["acts"][act] for peer in found["peers"].values()]
        drawn.add_row(act, *(f"{cell['ms']:g}" if "ms" in cell else "-" for cell in cells))
    return drawn


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m bench.peers", description=(__doc__ or "").split("\n")[0])
    words.add_argument("folder", type=Path)
    words.add_argument("peers", nargs="*", choices=[*PEERS, []], default=[])
    words.add_argument("--users", type=lambda text: int(text.replace(",", "")), default=1_000_000)
    given = words.parse_args()
    asyncio.run(main(given.folder.absolute(), given.users, given.peers or list(PEERS)))
