"""Loops that nothing but their own cancelling ends, and work that stopping waits for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from poolhouse.background import FAILURES, Tasks, forever, in_turn
from poolhouse.bulk.work import BulkWork
from poolhouse.errors import DatabaseLost
from poolhouse.import_files.work import FileWork
from poolhouse.mail import delivery as mail
from poolhouse.services import Services

FAULTS = [
    KeyError("a bug"),
    DatabaseLost("away"),
    asyncio.CancelledError(),
    ExceptionGroup("two", [ValueError()]),
]

ROOT = Path(__file__).parents[1]


def test_every_loop_is_named_where_its_failures_are_explained() -> None:
    sources = (one.read_text() for one in (ROOT / "src" / "poolhouse").rglob("*.py"))
    named = {name for text in sources for name in re.findall(r'forever\(f?"(\w+)', text)}
    named |= {BulkWork.name, FileWork.name}
    page = (ROOT / "docs" / "operations" / "watching.md").read_text()
    (row,) = re.findall(r"^\| `poolhouse_background_failures_total`.*$", page, re.MULTILINE)
    assert named == {name for name in named if re.search(rf"\b{name.removesuffix('_listen')}\b", row)}
    assert {"own_writes", "listening", "maintenance_"} <= named


async def running(loop: Any, until: Callable[[], bool]) -> None:
    """`loop` until `until`, then cancelled: it must end by that and by nothing else."""
    task = asyncio.create_task(loop)
    async with asyncio.timeout(20):
        while not until():
            assert not task.done(), task
            await asyncio.sleep(0.005)
    task.cancel()
    assert isinstance((await asyncio.gather(task, return_exceptions=True))[0], asyncio.CancelledError)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
async def test_a_turn_that_fails_is_told_and_followed_by_the_next(fault: BaseException) -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        turns += 1
        if turns < 3:
            raise fault

    before = FAILURES.labels("test")._value.get()
    with structlog.testing.capture_logs() as logs:
        await running(forever("test", turn, pause_s=0.001), lambda: turns > 5)
    assert [line["loop"] for line in logs if line["event"] == "background_turn_failed"] == ["test", "test"]
    assert FAILURES.labels("test")._value.get() == before + 2


async def test_a_rest_that_fails_does_not_end_the_loop() -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        turns += 1

    async def rest() -> None:
        raise KeyError("a bug")

    await running(forever("test", turn, rest, pause_s=0.001), lambda: turns > 2)


async def test_mail_goes_on_after_a_bug(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery = mail.Delivery(services.db, services.box, mail.Transports(), only=[])
    looked = 0

    async def start_due() -> int:
        nonlocal looked
        looked += 1
        delivery._wake.set()
        if looked == 1:
            raise KeyError("a bug")
        return 0

    monkeypatch.setattr(delivery, "_start_due", start_due)
    await running(delivery.run(), lambda: looked > 2)


async def test_settling_waits_for_what_runs_and_for_what_that_starts() -> None:
    tasks, done = Tasks("work"), []

    async def inner() -> None:
        await asyncio.sleep(0.01)
        done.append("inner")

    async def outer() -> None:
        await asyncio.sleep(0.01)
        tasks.start(inner())
        done.append("outer")

    tasks.start(outer())
    await tasks.settled()
    assert done == ["outer", "inner"]


async def test_settling_gives_up_what_takes_too_long_and_tells_it() -> None:
    tasks, ended = Tasks("work"), asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    tasks.start(endless())
    with structlog.testing.capture_logs() as logs:
        await tasks.settled(0.01)
    assert ended.is_set()
    assert [line["event"] for line in logs] == ["background_work_cancelled"]


async def test_an_ending_goes_on_after_a_step_that_fails() -> None:
    done = []

    async def fails() -> None:
        raise KeyError("a bug")

    async def works() -> None:
        done.append("works")

    with structlog.testing.capture_logs() as logs:
        await in_turn(("first", fails), ("second", works))
    assert done == ["works"]
    assert [(line["event"], line["step"]) for line in logs] == [("stopping_step_failed", "first")]


async def test_work_that_fails_is_told() -> None:
    tasks = Tasks("work")

    async def broken() -> None:
        raise KeyError("a bug")

    with structlog.testing.capture_logs() as logs:
        tasks.start(broken())
        await tasks.settled()
        await asyncio.sleep(0)
    assert [(line["event"], line["work"]) for line in logs] == [("background_work_failed", "work")]
