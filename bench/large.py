"""Lists from ten thousand people to ten million: `make bench-large`, or `python -m bench.large USERS [FOLDER]`.

Each size is a pool of its own, beside the smaller ones, in the database of FOLDER (a temporary one by default; ten
million take some 30 GB, an hour or two). A pool that FOLDER already has is asked again and not filled again. Writes
bench/large.json after each size, in place of what it told of that size before: [{users, machine, commit, date, load,
fill_s, index_s, vacuum_s, filled_at_load, acts: {name: {first_ms, ms, total}},
bytes_a_user: {table or table.index: bytes}, settings, ...}].
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bench import crowd, surroundings
from bench.running import data_folder, running
from poolhouse import logs
from poolhouse.caller import Caller
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.slow_queries import LONGEST_S
from poolhouse.errors import QueryTooBroad
from poolhouse.orgs.model import NodeDraft, Tree
from poolhouse.paging import PageRequest
from poolhouse.services import Services, opened
from poolhouse.settings import Settings
from poolhouse.times import now
from poolhouse.users.model import Condition, DepartmentFilter, Sort, UserDraft, UserQuery

RESULTS = Path(__file__).with_name("large.json")
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
TIMES, CREATED = 5, 100
WIDTH = 14  # departments below the root, and below each of them


@dataclass(frozen=True, slots=True)
class Crowd:
    """A filled pool: its root department, one of the lowest, and what its filling took."""

    pool_id: str
    root: str
    leaf: str
    figures: dict[str, Any]

    @property
    def caller(self) -> Caller:
        return Caller(self.pool_id, "administrator", self.pool_id)


def acts(today: Any) -> dict[str, dict[str, Any]]:
    """Name -> what is asked of the list of users, beside its first page of ten."""

    def since(**back: int) -> str:
        return str((today - timedelta(**back)).isoformat())

    def where(field: str, operator: Any, value: Any) -> dict[str, Any]:
        return {"conditions": (Condition(field, operator, value),)}

    return {
        "everybody, page 1": {},
        "everybody, page 1,000": {"page": PageRequest(1_000, 10)},
        "everybody, page 10,000": {"page": PageRequest(10_000, 10)},
        "status Suspended": {"statuses": ("Suspended",)},
        "status Activated": {"statuses": ("Activated",)},
        "gender F": where("gender", "EQUAL", "F"),
        "source sync": where("user_source_type", "EQUAL", "sync"),
        "sorted by username up": {"sort": (Sort("username", False),)},
        "sorted by createdAt up": {"sort": (Sort("created_at", False),)},
        "sorted by lastLogin down": {"sort": (Sort("last_login"),)},
        "sorted by loginsCount down": {"sort": (Sort("logins_count"),)},
        "sorted by email up": {"sort": (Sort("email", False),)},
        "company is": where("company", "EQUAL", "杭州九州科技有限公司"),
        "lastLogin in the last hour": where("last_login", "GREATER", since(hours=1)),
        "lastLogin in 100 days": where("last_login", "GREATER", since(days=100)),
        "loginsCount over 590": where("logins_count", "GREATER", 590),
        "createdAt in the last day": where("created_at", "GREATER", since(days=1)),
        "name contains two characters": where("name", "CONTAINS", "沈梓"),
        "e-mail contains one person's part": where("email", "CONTAINS", "9876@corp"),
        "search 沈梓": {"keyword": "沈梓"},
        "search 莫, one character": {"keyword": "莫"},
        "search wang": {"keyword": "wang"},
        "search qq.com": {"keyword": "qq.com"},
        "search 有限公司": {"keyword": "有限公司"},
        "search q, one letter": {"keyword": "q"},
        "search 13800009": {"keyword": "13800009"},
        "search what nobody has": {"keyword": "qzx9vk"},
    }


async def main(users: int, folder: Path | None) -> None:
    logs.configure("warning")
    run = surroundings.of_a_run()  # the code that was loaded, whatever is committed meanwhile
    with ExitStack() as stack:
        data = folder or stack.enter_context(data_folder())
        data.mkdir(exist_ok=True)
        data.chmod(0o755)
        with running(data):  # which makes the database
            pass
        smallest: Crowd | None = None
        for size in [one for one in SIZES if one < users] + [users]:
            with EmbeddedPostgres(data) as url:
                crowded = await one_pool(data, url, size)
                found = await asked(data, url, crowded, smallest)
            found["acts"]["start of the server"] = starts(data)
            found = {"users": size, **run, "date": now().isoformat(timespec="minutes"), **found}
            smallest = smallest or crowded
            save(found)
            print(
                f"{size:,} users: filled in {found['fill_s']} s, indexes in {found['index_s']} s", flush=True
            )


def starts(data: Path) -> dict[str, Any]:
    taken = []
    for _ in range(TIMES):
        with running(data) as server:
            taken.append(server.start_s * 1000)
    return {"ms": round(median(taken))}


def save(found: dict[str, Any]) -> None:
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    others = [size for size in known if size["users"] != found["users"]]
    sizes = sorted([*others, found], key=lambda size: int(size["users"]))
    RESULTS.write_text(json.dumps(sizes, ensure_ascii=False, indent=1) + "\n")


async def one_pool(data: Path, url: str, users: int) -> Crowd:
    """The pool of that size in the database of `data`, filled unless it was."""
    known = data / f"crowd{users}.json"
    if known.exists():
        return Crowd(**json.loads(known.read_text()))
    connection = await asyncpg.connect(url)
    before = await sizes(connection)
    async with opened(Settings(data=data), url) as services:
        pool = await services.pools.create(f"crowd{users}")
        root, leaves = await departments(services, Caller(pool.id, "administrator", pool.id))
    began = time.perf_counter()
    async with crowd.without_indexes(url, "users", "user_logins", "user_search"):
        await crowd.fill(url, pool.id, users)
        filled = time.perf_counter()
    indexed = time.perf_counter()
    await crowd.join_departments(connection, pool.id, leaves)
    vacuumed = time.perf_counter()
    await connection.execute("vacuum (analyze) users", timeout=7200)
    vacuumed = time.perf_counter() - vacuumed
    for table in ("user_logins", "user_search", "node_members", "user_counts"):
        await connection.execute(f"vacuum (analyze) {table}", timeout=7200)
    figures = {
        "fill_s": round(filled - began, 1),
        "index_s": round(indexed - filled, 1),
        "vacuum_s": round(vacuumed, 1),
        "filled_at_load": surroundings.load(),
        "bytes_a_user": bytes_a_user(before, await sizes(connection), users),
    }
    await connection.close()
    filled_pool = Crowd(pool.id, root, leaves[0], figures)
    known.write_text(json.dumps(asdict(filled_pool)))
    return filled_pool


async def asked(data: Path, url: str, crowded: Crowd, smallest: Crowd | None) -> dict[str, Any]:
    async with opened(Settings(data=data), url) as services:
        caller = crowded.caller
        await services.db.execute("delete from kept_lists where pool_id = $1", caller.pool_id)
        below = {"departments": (DepartmentFilter(crowded.root, True),)}
        leaf = {"departments": (DepartmentFilter(crowded.leaf, False),)}
        questions = acts(now()) | {"below the root": below, "in one department": leaf}
        found = {name: await measured(services, caller, **one) for name, one in questions.items()}
        one_user = (await services.users.list(caller, UserQuery(PageRequest(3, 10)))).items[0].id
        found["one user by id"] = await timed(lambda: services.users.get(caller, one_user))
        found["create"] = await created(services, caller)
        beside = {}
        if smallest is not None:
            for name in ("everybody, page 1", "search 沈梓", "search qq.com", "search 有限公司"):
                beside[name] = await measured(services, smallest.caller, **questions[name])
        names = ("shared_buffers", "effective_cache_size", "work_mem", "maintenance_work_mem")
        settings = {name: await services.db.fetchval(f"show {name}") for name in names}
    return {
        "load": surroundings.load(),
        **crowded.figures,
        "acts": found,
        "the pool of 10,000 beside it": beside,
        "settings": settings,
    }


async def departments(services: Services, caller: Caller) -> tuple[str, list[str]]:
    """A root with WIDTH departments, each with WIDTH below it: its id, and those of the lowest."""

    def draft(code: str) -> NodeDraft:
        return NodeDraft({"name": f"部门 {code}", "code": code})

    org = await services.orgs.import_tree(
        caller,
        Tree(
            draft("root"),
            tuple(
                Tree(draft(f"d{n}"), tuple(Tree(draft(f"d{n}-{m}"), ()) for m in range(WIDTH)))
                for n in range(WIDTH)
            ),
        ),
    )
    lowest = []
    for child in await services.orgs.list_children(caller, org.root.id):
        lowest += [one.id for one in await services.orgs.list_children(caller, child.id)]
    return org.root.id, lowest


async def measured(services: Services, caller: Caller, **asked: Any) -> dict[str, Any]:
    """The first answer, which may have to count, and the median of those after it. Where it is refused because it is
    being counted beside the requests, `first_ms` is until it was."""
    query = UserQuery(**({"page": PageRequest(1, 10)} | asked))
    began = time.perf_counter()
    refused: dict[str, Any] = {}
    while True:
        try:
            page = await services.users.list(caller, query)
            break
        except QueryTooBroad as error:
            passed_s = time.perf_counter() - began
            refused = refused or {"refused": type(error).__name__, "after_ms": round(passed_s * 1000)}
            if "being counted" not in error.message("en-US") or passed_s > LONGEST_S:
                return refused
            await asyncio.sleep(1)
    first_ms = (time.perf_counter() - began) * 1000
    again = await timed(lambda: services.users.list(caller, query))
    return {"first_ms": round(first_ms, 2), **refused, **again, "total": page.total}


async def timed(call: Callable[[], Awaitable[Any]]) -> dict[str, Any]:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - began) * 1000)
    return {"ms": round(median(taken), 2)}


async def created(services: Services, caller: Caller) -> dict[str, Any]:
    taken, ids = [], []
    for n in range(CREATED):
        draft = UserDraft(
            values={"username": f"newcomer{n}", "email": f"newcomer{n}@example.com", "name": "新来的人"}
        )
        began = time.perf_counter()
        user = await services.users.create(caller, draft)
        taken.append((time.perf_counter() - began) * 1000)
        ids.append(user.id)
    await services.users.delete(caller, ids)
    return {"ms": round(median(taken), 2)}


async def sizes(connection: asyncpg.Connection) -> dict[str, int]:
    """Bytes of each table and index of the schema; `table` or `table.index`."""
    rows = await connection.fetch(
        "select c.relname as name, t.relname as of, pg_relation_size(c.oid) + case when c.relkind = 'r' then "
        "coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) else 0 end as bytes "
        "from pg_class c left join pg_index i on i.indexrelid = c.oid left join pg_class t on t.oid = i.indrelid "
        "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'i')"
    )
    return {f"{row['of']}.{row['name']}" if row["of"] else row["name"]: row["bytes"] for row in rows}


def bytes_a_user(before: dict[str, int], after: dict[str, int], users: int) -> dict[str, float]:
    grown = {name: (size - before.get(name, 0)) / users for name, size in after.items()}
    return {
        name: round(size, 1) for name, size in sorted(grown.items(), key=lambda one: -one[1]) if size >= 0.5
    }


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1].replace("_", "")), Path(sys.argv[2]) if sys.argv[2:] else None))
