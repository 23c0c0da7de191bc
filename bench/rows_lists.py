"""Lists of users, filtered and ordered, in a pool of 100,000, against the plainest list there is."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from statistics import median
from typing import Any

from bench.rows import Row, at_most, known, measurement
from bench.running import own_database
from poolhouse.caller import Caller
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.services import Services, opened
from poolhouse.times import now
from poolhouse.users.model import Condition, DepartmentFilter, Sort, UserDraft, UserQuery

USERS, ROUNDS, SIZE, BATCH = 100_000, 15, 10, 10_000

_FILL = """
insert into users (pool_id, id, username, email, phone, name, company, gender, user_source_type, status, blocked,
  logins_count, last_login, last_ip, created_at, updated_at, signed_up, status_changed_at)
select $1, substr(md5(n::text), 1, 24), 'user' || n, 'e' || substr(md5('e' || n), 1, 6) || n || '@example.com',
  '138' || lpad(n::text, 8, '0'), '张' || chr(20000 + n % 3001) || chr(20000 + n % 2999),
  '九州科技有限公司' || n % 8000, (array['M', 'F', 'U'])[1 + n % 3],
  (array['register', 'adminCreated', 'excel', 'sync'])[1 + n % 7 % 4],
  case when n % 40 = 0 then 'Resigned' else 'Activated' end, n % 50 = 0, n % 500,
  case when n % 5 <> 0 then now() - n % 9973 * interval '1 hour' end, '10.0.' || n % 250 || '.' || n % 249,
  at, at, at, at
from generate_series($2::int, $3::int) n, lateral (select now() - n * interval '5 minutes' as at) t
"""

_MEMBERS = """
insert into node_members (pool_id, node_id, user_id)
select pool_id, $2, id from users where pool_id = $1 and logins_count % 2 = 0
"""

SORTED = (
    ("username up", Sort("username", False)),
    ("createdAt up", Sort("created_at", False)),
    ("lastLogin down", Sort("last_login")),
    ("loginsCount down", Sort("logins_count")),
    ("gender down", Sort("gender")),
    ("email up", Sort("email", False)),
)
WEEK_AGO, HALF_AGO, *HOUR = (
    (now() - timedelta(hours=hours)).isoformat() for hours in (7 * 24, 5000, 5001, 5000)
)
LISTS: dict[str, dict[str, Any]] = {
    "status Suspended": {"statuses": ("Suspended",)},
    "status Activated": {"statuses": ("Activated",)},
    "gender F": {"conditions": (Condition("gender", "EQUAL", "F"),)},
    "source sync": {"conditions": (Condition("user_source_type", "EQUAL", "sync"),)},
    **{f"sorted by {name}": {"sort": (sort,)} for name, sort in SORTED},
}
FILTERED: dict[str, Condition] = {
    "company is": Condition("company", "EQUAL", "九州科技有限公司77"),
    "lastLogin, one hour": Condition("last_login", "BETWEEN", HOUR),
    "loginsCount, 200 people": Condition("logins_count", "GREATER", 499),
    "createdAt, last week": Condition("created_at", "GREATER", WEEK_AGO),
    "lastLogin, half of all, total kept": Condition("last_login", "GREATER", HALF_AGO),
    "name contains two characters": Condition("name", "CONTAINS", "张" + chr(20077)),
    "e-mail contains, 1,000 people": Condition("email", "CONTAINS", "77@example"),
    "name contains, everybody, total kept": Condition("name", "CONTAINS", "张"),
}
"""Name -> what is asked; the page and its exact total."""


async def filled(services: Services) -> tuple[Caller, str]:
    """A pool of USERS, analysed as PostgreSQL would within minutes, and the root of half of them."""
    database = services.db
    pool = await services.pools.create("crowd")
    for first in range(1, USERS + 1, BATCH):
        await database.execute(_FILL, pool.id, first, first + BATCH - 1)
    caller = Caller(pool.id, "administrator", pool.id)
    org = await services.orgs.create_org(caller, NodeDraft({"name": "Org", "code": "org"}))
    node = await services.orgs.create_node(caller, org.id, org.root.id, NodeDraft({"name": "n", "code": "n"}))
    await database.execute(_MEMBERS, pool.id, node.id)
    for table in ("users", "user_logins", "node_members"):
        await database.execute(f"vacuum analyze {table}")
    return caller, org.root.id


async def milliseconds(services: Services, caller: Caller, **asked: Any) -> float:
    began = time.perf_counter()
    await services.users.list(caller, UserQuery(PageRequest(1, SIZE), **asked))
    return (time.perf_counter() - began) * 1000


@measurement
async def lists_of_users() -> AsyncIterator[Row]:
    async with own_database() as (settings, url):
        async with opened(settings, url) as services:
            caller, root = await filled(services)
            for name, asked in LISTS.items():
                await milliseconds(services, caller, **asked)
                rounds = [
                    (await milliseconds(services, caller), await milliseconds(services, caller, **asked))
                    for _ in range(ROUNDS)
                ]
                ratio = median(ours / plain for plain, ours in rounds)
                yield at_most(f"list, {name}: against a page of everybody", ratio, "x", bar=4.0)
                yield known(f"list, {name}", median(ours for _, ours in rounds), "ms")
            for name, condition in FILTERED.items():
                first = await milliseconds(services, caller, conditions=(condition,))
                if "total kept" in name:
                    yield known(f"list, {name.replace('total kept', 'counted')}", first, "ms")
                taken = [await milliseconds(services, caller, conditions=(condition,)) for _ in range(ROUNDS)]
                yield at_most(f"list, {name}", median(taken), "ms", bar=15)
            below = {"departments": (DepartmentFilter(root, True),)}
            began = time.perf_counter()
            await milliseconds(services, caller, **below)
            yield known("list, below a root of 50,000, counted", (time.perf_counter() - began) * 1000, "ms")
            taken = [await milliseconds(services, caller, **below) for _ in range(ROUNDS)]
            yield at_most("list, below a root of 50,000, total kept", median(taken), "ms", bar=50)
        async with opened(settings, url) as another:
            await milliseconds(another, caller)
            first = await milliseconds(another, caller, **below)
            yield at_most("list, below a root of 50,000, first in another process", first, "ms", bar=50)
            await another.users.create(caller, UserDraft({"username": "newcomer"}))
            first = await milliseconds(another, caller, **below)
            yield at_most("list, below a root of 50,000, first after a newcomer", first, "ms", bar=50)
