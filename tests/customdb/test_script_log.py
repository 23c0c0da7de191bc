"""The log of scripts is written beside the calls, and one pool's flood is its own."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.conftest import PoolForTests

from poolhouse.customdb import script_log
from poolhouse.customdb.model import LogQuery
from poolhouse.customdb.script_log import Run, ScriptLog, entry_of
from poolhouse.db.database import Database
from poolhouse.paging import PageRequest
from poolhouse.sandbox.client import ConsoleLine, Returned
from poolhouse.services import Services


def run(pool: PoolForTests, said: str = "") -> Run:
    console = (ConsoleLine("log", said),) if said else ()
    outcome = Returned(value=None, console=console, duration_ms=1.0)
    return Run(pool.administrator, "getUser", 1, [{"id": "1"}, {}], {}, outcome, debug=False)


async def rows_of(services: Services, pool: PoolForTests) -> int:
    page = PageRequest.of(1, 1, largest=1)
    return (await services.customdb.list_logs(pool.administrator, LogQuery(), page)).total


async def test_every_row_is_written_though_they_come_faster_than_one_at_a_time(
    services: Services, database: Database, pool: PoolForTests
) -> None:
    log = ScriptLog(database)
    for _ in range(script_log.BATCH * 3 + 1):
        log.keep(run(pool))
    await log.settled()
    assert await rows_of(services, pool) == script_log.BATCH * 3 + 1


async def test_a_pool_whose_scripts_say_much_does_not_hold_up_the_rows_of_another(
    services: Services, database: Database, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    log = ScriptLog(database)
    for _ in range(script_log.WAITING_ROWS):
        log.keep(run(pool, "x" * 4_000))
    log.keep(run(other_pool))
    while not await rows_of(services, other_pool):
        pass
    assert await rows_of(services, pool) < script_log.WAITING_ROWS
    await log.settled()


@pytest.mark.parametrize("said", ["", "x" * 64_000])
async def test_what_cannot_be_written_in_time_is_lost_and_told(
    database: Database, pool: PoolForTests, said: str
) -> None:
    log = ScriptLog(database)
    with capture_logs() as told:
        for _ in range(script_log.WAITING_ROWS + 100):
            log.keep(run(pool, said))
        await log.settled()
    (lost,) = [entry for entry in told if entry["event"] == "script_logs_lost"]
    assert lost["pool_id"] == pool.id
    assert lost["rows"] >= 100


@pytest.mark.parametrize(
    ("name", "args", "answer", "about"),
    [
        ("login", [{"email": "li@x.cn"}, "right", {}], {"id": 7}, "7"),
        ("login", [{"email": "li@x.cn"}, "right", {}], None, None),
        ("login", [{"email": "li@x.cn"}, "right", {}], {"id": "x" * 300}, None),
        ("login", [{"email": "li@x.cn"}, "right", {}], {"id": "right"}, None),
        ("getUser", [{"id": "old-7", "email": None}, {}], None, "old-7"),
        ("getUser", [{"id": None, "email": "li@x.cn"}, {}], {"id": "old-7"}, "old-7"),
        ("updateUser", ["old-7", {"nickname": "Li"}, {}], None, "old-7"),
        ("deleteUser", ["old-7", {}], True, "old-7"),
        ("validatePassword", ["old-7", "right", {}], True, "old-7"),
        ("createUser", [{"username": "li"}, {}], {"id": "old-8"}, "old-8"),
        ("listUsers", [1, 10, {}], {"list": [{"id": "old-7"}]}, None),
        ("searchUser", ["li", {}], {"id": ["old-7"]}, None),
        ("verifyPassword", ["right", "hash", None, {}, {}], True, None),
    ],
)
def test_a_row_says_whom_the_call_was_about(
    pool: PoolForTests, name: str, args: list[Any], answer: Any, about: str | None
) -> None:
    """As its arguments or its answer say it; an id that is a password, or none, is not kept."""
    outcome = Returned(value=answer, console=(), duration_ms=1.0)
    entry = entry_of(Run(pool.administrator, name, 1, args, {}, outcome, debug=False))
    assert entry.script_user_id == about
