"""Whether this tree is slower than another commit: `make bench-check`, `make bench-check BASE=v0.1.0`.

Both run as servers at once, each on its own database with the same people in it, by the same interpreter, and answer in
turns: a busy machine is busy for both. An act that seems slower than the bar is asked again, many times more, before it
counts. Exit status 1 if one is, by the median of the ratios; the load beside the table says how much to believe.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from rich.console import Console
from rich.table import Table

from bench import crowd, surroundings
from bench.running import Server, data_folder, running
from poolhouse import logs
from poolhouse.db.embedded import running_url

USERS = 20_000
BAR = 1.2
ROUNDS, CALLS, STARTS = 21, 8, 5
DOUBTFUL, MORE = 1.1, 5
"""A ratio from which an act is asked again, and how many times as often."""

PASSWORD = "correct horse 1"
LOGIN = "mutation ($input: LoginByUsernameInput!) { loginByUsername(input: $input) { token } }"
TOKEN = (
    "query ($id: String!, $secret: String!) { accessToken(userPoolId: $id, secret: $secret) { accessToken } }"
)
LIST = "query ($page: Int) { users(page: $page, limit: 10) { totalCount list { id username email name } } }"


@dataclass(slots=True)
class Side:
    """One of the two servers, and the one connection it is asked over."""

    server: Server
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    headers: dict[str, str] = field(default_factory=dict)
    v2_headers: dict[str, str] = field(default_factory=dict)
    turn: int = 0

    async def ask(self, path: str, body: Any = None) -> dict[str, Any]:
        """Speaks just enough HTTP to cost next to nothing. Raises RuntimeError where the answer is no success."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nhost: bench\r\n"
        by = self.v2_headers if path.startswith("/graphql") else self.headers
        given = {**by, "content-type": "application/json", "content-length": str(len(content))}
        head += "".join(f"{name}: {value}\r\n" for name, value in given.items())
        self.writer.write(head.encode() + b"\r\n" + content)
        answered = await self.reader.readuntil(b"\r\n\r\n")
        (length,) = re.findall(rb"content-length: (\d+)", answered.lower())
        text = await self.reader.readexactly(int(length))
        answer: dict[str, Any] = json.loads(text)
        if answer.get("statusCode", 200) != 200 or "errors" in answer:
            raise RuntimeError(f"{path}: {text.decode()[:400]}")
        return answer

    def next(self) -> int:
        self.turn += 1
        return self.turn


Act = Callable[[Side], Awaitable[Any]]


def _found(**asked: Any) -> Act:
    body = {"options": {"pagination": {"page": 1, "limit": 10}}, **asked}
    return lambda side: side.ask("/api/v3/list-users", body)


def _filtered(name: str, operator: str, value: Any) -> Act:
    return _found(advancedFilter=[{"field": name, "operator": operator, "value": value}])


ACTS: dict[str, Act] = {
    "v3 list of 10": lambda side: side.ask("/api/v3/list-users?limit=10"),
    "v3 list of 50": lambda side: side.ask("/api/v3/list-users?limit=50"),
    "v3 page 1,000 of 10": lambda side: side.ask("/api/v3/list-users?page=1000&limit=10"),
    "v3 one user": lambda side: side.ask("/api/v3/get-user?userId=person7&userIdType=username"),
    "v3 search, two characters": _found(keywords="王伟"),
    "v3 search, broad": _found(keywords="qq.com"),
    "v3 status Suspended": lambda side: side.ask("/api/v3/list-users?status=Suspended&limit=10"),
    "v3 loginsCount over 500": _filtered("loginsCount", "GREATER", 500),
    "v3 name contains": _filtered("name", "CONTAINS", "王伟"),
    "v3 create a user": lambda side: side.ask(
        "/api/v3/create-user",
        {"username": f"new{side.next()}", "name": "新来的人", "email": f"n{side.turn}@b.example"},
    ),
    "v2 list of 10": lambda side: side.ask("/graphql/v2", {"query": LIST, "variables": {"page": 1}}),
    "login by a password": lambda side: side.ask(
        "/graphql/v2",
        {"query": LOGIN, "variables": {"input": {"username": "person7", "password": PASSWORD}}},
    ),
}


def main(base: str) -> int:
    logs.configure("warning")
    console = Console()
    with ExitStack() as stack:
        other = stack.enter_context(checked_out(base))
        console.print(
            f"this tree against {surroundings.git('rev-parse', '--short', base)}, load {surroundings.load()}"
        )
        folders = [stack.enter_context(data_folder()) for _ in range(2)]
        started = starts(folders, (surroundings.ROOT, other))
        servers = [
            stack.enter_context(running(folder, source=tree / "src"))
            for folder, tree in zip(folders, (surroundings.ROOT, other), strict=True)
        ]
        ratios = {"start": started} | asyncio.run(compared(folders, servers))
    console.print(_table(ratios))
    slower = [name for name, found in ratios.items() if median(found) > BAR]
    console.print(
        f"slower than {BAR:g} x: {', '.join(slower)}" if slower else "nothing is slower",
        f"(load {surroundings.load()})",
    )
    return 1 if slower else 0


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The commit's files, with the JavaScript packages of this tree."""
    with TemporaryDirectory(prefix="poolhouse-base-") as name:
        tree = Path(name) / "tree"
        command = ["git", "-C", str(surroundings.ROOT), "worktree"]
        subprocess.run([*command, "add", "--quiet", "--detach", str(tree), commit], check=True)
        try:
            packages = Path("src/poolhouse/sandbox/js/node_modules")
            (tree / packages).symlink_to(surroundings.ROOT / packages)
            tree.parent.chmod(0o755)
            yield tree
        finally:
            subprocess.run([*command, "remove", "--force", str(tree)], check=True)


def starts(folders: list[Path], trees: tuple[Path, Path]) -> list[float]:
    """Ratios of second starts."""

    def both(round_: int) -> float:
        taken = [0.0, 0.0]
        for side in _in_turn(round_):
            with running(folders[side], source=trees[side] / "src") as server:
                taken[side] = server.start_s
        return taken[0] / taken[1]

    both(0)
    ratios = [both(round_) for round_ in range(STARTS)]
    if median(ratios) > DOUBTFUL:
        ratios += [both(round_) for round_ in range(STARTS * MORE)]
    return ratios


async def compared(folders: list[Path], servers: list[Server]) -> dict[str, list[float]]:
    sides = [await prepared(folder, server) for folder, server in zip(folders, servers, strict=True)]
    for act in ACTS.values():
        for side in sides:
            for _ in range(CALLS):
                await act(side)
    ratios: dict[str, list[float]] = {name: [] for name in ACTS}
    for round_ in range(ROUNDS):
        for name, act in ACTS.items():
            ratios[name].append(await one_round(sides, act, round_))
    for name, found in ratios.items():
        if median(found) > DOUBTFUL:
            found += [await one_round(sides, ACTS[name], n) for n in range(ROUNDS * MORE)]
    for side in sides:
        side.writer.close()
    return ratios


async def one_round(sides: list[Side], act: Act, round_: int) -> float:
    """The time of this tree's server over that of the other's; who begins changes with the round."""
    taken = [0.0, 0.0]
    for call in range(CALLS):
        for side in _in_turn(round_ + call):
            began = time.perf_counter()
            await act(sides[side])
            taken[side] += time.perf_counter() - began
    return taken[0] / taken[1]


def _in_turn(round_: int) -> tuple[int, int]:
    return (0, 1) if round_ % 2 == 0 else (1, 0)


async def prepared(folder: Path, server: Server) -> Side:
    known, url = server.credentials, running_url(folder)
    await crowd.fill(url, known["userPoolId"], USERS)
    connection = await asyncpg.connect(url)
    await connection.execute("vacuum analyze")
    await connection.close()
    address = urlsplit(known["host"])
    side = Side(server, *await asyncio.open_connection(address.hostname, address.port))
    key = {"accessKeyId": known["accessKeyId"], "accessKeySecret": known["accessKeySecret"]}
    token = (await side.ask("/api/v3/get-management-token", key))["data"]["access_token"]
    pool = {"id": known["userPoolId"], "secret": known["userPoolSecret"]}
    old = (await side.ask("/graphql/v2", {"query": TOKEN, "variables": pool}))["data"]["accessToken"]
    of_pool = {"x-authing-userpool-id": known["userPoolId"], "x-authing-app-id": known["appId"]}
    side.headers = {"authorization": f"Bearer {token}", **of_pool}
    side.v2_headers = {"authorization": f"Bearer {old['accessToken']}", **of_pool}
    await side.ask("/api/v3/create-user", {"username": "person7", "password": PASSWORD, "name": "王伟"})
    return side


def _table(ratios: dict[str, list[float]]) -> Table:
    table = Table("act", "this tree / the base", "quarters", "rounds", "")
    for name, found in ratios.items():
        ordered = sorted(found)
        quarters = f"{ordered[len(ordered) // 4]:.2f} to {ordered[len(ordered) * 3 // 4]:.2f}"
        slow = median(found) > BAR
        table.add_row(
            name, f"{median(found):.3f}", quarters, str(len(found)), "[red]slower[/]" if slow else ""
        )
    return table


if __name__ == "__main__":
    sys.exit(main(os.environ.get("BASE") or ("HEAD" if surroundings.commit().endswith("+") else "HEAD~1")))
