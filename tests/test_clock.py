"""One clock for all nodes: the database's, whatever the machine says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import poolhouse
from poolhouse import clock, ids, times
from poolhouse.clock import TOLERATED_S, Difference
from poolhouse.db.clocks import compared
from poolhouse.db.database import Database
from poolhouse.processes import Process
from poolhouse.settings import Settings

SOURCE = Path(poolhouse.__file__).parent
OF_THE_MACHINE = {
    "clock.py": "where it is corrected",
    "client/parsing.py": "of the machine where a command of the console is typed",
}
_MAY_ASK = re.compile(r"\b(time|datetime|date)\.(now|time|time_ns|utcnow|today|localtime|gmtime|ctime)\(")
"""To parse all of the source takes five seconds."""
ASKS = {"time", "time_ns", "utcnow", "today", "localtime", "gmtime", "ctime"}


@pytest.fixture(autouse=True)
def own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_ahead_s", "_ahead", "_found"):
        monkeypatch.setattr(clock, name, getattr(clock, name))


class Machine:
    """A clock of a machine that is `ahead_s` ahead."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, ahead_s: float) -> None:
        self._real, self.ahead_s = clock.time.time, ahead_s
        outer = self

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return datetime.fromtimestamp(outer.time(), tz)

        monkeypatch.setattr(clock, "datetime", Shifted)
        monkeypatch.setattr(clock, "time", self)

    def time(self) -> float:
        return self._real() + self.ahead_s


def by_the_machine(tree: ast.AST) -> Iterator[int]:
    """Lines that ask the machine which time it is: `time.time()`, `datetime.now()` and their like."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        of = node.func.value
        owner = of.id if isinstance(of, ast.Name) else of.attr if isinstance(of, ast.Attribute) else ""
        if owner in ("time", "datetime", "date") and node.func.attr in {*ASKS, "now"}:
            yield node.lineno


def test_nobody_asks_the_machine_which_time_it_is() -> None:
    found = {}
    for file in SOURCE.rglob("*.py"):
        text = file.read_text()
        if file.relative_to(SOURCE).as_posix() in OF_THE_MACHINE:
            continue
        lines = list(by_the_machine(ast.parse(text))) if _MAY_ASK.search(text) else []
        if "from time import time" in text or lines:
            found[file.relative_to(SOURCE).as_posix()] = lines
    assert found == {}


def test_who_asks_the_machine_is_found() -> None:
    for text in ("time.time()", "datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()"):
        assert list(by_the_machine(ast.parse(text))) == [1]
    assert list(by_the_machine(ast.parse("clock.now(); loop.time(); moment.time(); time.monotonic()"))) == []


@pytest.mark.parametrize("ahead_s", [-600.0, 600.0])
async def test_a_node_whose_machine_is_ten_minutes_off_has_the_databases_time(
    database: Database, monkeypatch: pytest.MonkeyPatch, ahead_s: float
) -> None:
    machine = Machine(monkeypatch, ahead_s)
    process = Process(database, Settings())
    with capture_logs() as said:
        await process.beat()
    (told,) = [line for line in said if line["event"] == "clock_off"]
    assert abs(told["ahead_of_database_s"] - ahead_s) < 1
    theirs = await database.fetchval("select clock_timestamp()")
    for ours in (clock.now(), times.now(), datetime.fromtimestamp(clock.epoch_s(), UTC)):
        assert abs(ours - theirs) < timedelta(seconds=1)
    await process.beat()
    kept = "select clock_ahead_s from server_processes where id = $1"
    assert abs(await database.fetchval(kept, process.id) - ahead_s) < 1
    machine.ahead_s = 0.0  # somebody has set it right
    with capture_logs() as said:
        await process.beat()
    assert [line["event"] for line in said] == ["clock_right"]
    assert abs(clock.now() - await database.fetchval("select clock_timestamp()")) < timedelta(seconds=1)
    await database.execute("delete from server_processes where id = $1", process.id)


async def test_the_most_exact_of_three_answers_counts(database: Database) -> None:
    found = await compared(database)
    assert abs(found.ahead_s) <= found.exact_s + 0.01


def test_a_small_difference_or_an_inexact_one_corrects_nothing() -> None:
    for ahead_s, exact_s in ((TOLERATED_S, 0.0), (-TOLERATED_S, 0.0), (5.0, 5.0)):
        clock.follow(Difference(ahead_s, exact_s))
        assert clock.epoch_s() == pytest.approx(clock.machine_s(), abs=0.1)
    clock.follow(Difference(5.0, 1.0))
    assert clock.machine_s() - clock.epoch_s() == pytest.approx(5.0, abs=0.1)
    clock.follow(Difference(5.2, 0.01))
    assert clock.machine_s() - clock.epoch_s() == pytest.approx(5.0, abs=0.1), (
        "no second correction for so little"
    )
    clock.follow(Difference(0.1, 0.01))
    assert clock.machine_s() - clock.epoch_s() == pytest.approx(0.0, abs=0.1)


def test_ids_stay_in_order_when_the_clock_is_turned_back() -> None:
    before = ids.new_id()
    clock.follow(Difference(30.0, 0.0))
    assert ids.new_id() > before
