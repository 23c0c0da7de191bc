"""The one cache: fresh after a write, bounded, and one read for however many ask."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from poolhouse import ttl_cache
from poolhouse.errors import DatabaseLost
from poolhouse.ttl_cache import Marks, TtlCache


class Table:
    """One row by key, read slowly: what a read answers is what was there when it began."""

    def __init__(self) -> None:
        self.rows: dict[str, str | None] = {}
        self.reads: list[str] = []
        self.open = asyncio.Event()
        self.open.set()

    def of(self, key: str) -> Callable[[], Awaitable[str | None]]:
        async def load() -> str | None:
            self.reads.append(key)
            row = self.rows.get(key)
            await self.open.wait()
            return row

        return load


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """[now], which stands until a test moves it."""
    now = [0.0]
    monkeypatch.setattr(ttl_cache, "monotonic", lambda: now[0])
    return now


async def test_a_row_is_read_once_until_its_time_is_over(table: Table, clock: list[float]) -> None:
    cache: TtlCache[str | None] = TtlCache(1.0)
    table.rows["a"] = "old"
    assert await cache.get("a", table.of("a")) == "old"
    table.rows["a"] = "new, by another node"
    clock[0] = 0.99
    assert await cache.get("a", table.of("a")) == "old"
    clock[0] = 1.0
    assert await cache.get("a", table.of("a")) == "new, by another node"


async def test_the_time_counts_from_before_the_read(table: Table, clock: list[float]) -> None:
    cache: TtlCache[str | None] = TtlCache(1.0)
    table.rows["a"] = "old"
    table.open.clear()
    asking = asyncio.create_task(cache.get("a", table.of("a")))
    await asyncio.sleep(0.001)
    table.rows["a"], clock[0] = "new, by another node", 0.9
    table.open.set()
    assert await asking == "old"
    clock[0] = 1.0
    assert await cache.get("a", table.of("a")) == "new, by another node"


async def test_that_there_is_none_is_kept_too(table: Table) -> None:
    cache: TtlCache[str | None] = TtlCache(60.0)
    assert await cache.get("a", table.of("a")) is None
    assert await cache.get("a", table.of("a")) is None
    assert table.reads == ["a"]


async def test_a_write_is_seen_at_once_though_a_read_was_under_way(table: Table) -> None:
    cache: TtlCache[str | None] = TtlCache(60.0)
    table.rows["a"] = "old"
    table.open.clear()
    before = asyncio.create_task(cache.get("a", table.of("a")))
    await asyncio.sleep(0.001)
    table.rows["a"] = "new"
    cache.drop("a")
    after = asyncio.create_task(cache.get("a", table.of("a")))
    await asyncio.sleep(0.001)
    table.open.set()
    assert await before == "old", "it began before the write"
    assert await after == "new"
    assert await cache.get("a", table.of("a")) == "new"
    assert table.reads == ["a", "a"]


async def test_a_write_of_one_row_costs_no_other_its_place(table: Table) -> None:
    cache: TtlCache[str | None] = TtlCache(60.0)
    table.open.clear()
    reading = asyncio.create_task(cache.get("a", table.of("a")))
    await asyncio.sleep(0.001)
    cache.drop("b")
    table.open.set()
    await reading
    await cache.get("a", table.of("a"))
    assert table.reads == ["a"]


async def test_a_thousand_who_miss_at_once_are_one_read(table: Table) -> None:
    cache: TtlCache[str | None] = TtlCache(60.0)
    table.rows["a"] = "row"
    table.open.clear()
    asking = [asyncio.create_task(cache.get("a", table.of("a"))) for _ in range(1000)]
    await asyncio.sleep(0.001)
    table.open.set()
    assert await asyncio.gather(*asking) == ["row"] * 1000
    assert table.reads == ["a"]


async def test_whoever_goes_away_leaves_the_read_to_the_others(table: Table) -> None:
    cache: TtlCache[str | None] = TtlCache(60.0)
    table.rows["a"] = "row"
    table.open.clear()
    first = asyncio.create_task(cache.get("a", table.of("a")))
    await asyncio.sleep(0.001)
    second = asyncio.create_task(cache.get("a", table.of("a")))
    await asyncio.sleep(0.001)
    first.cancel()
    await asyncio.sleep(0.001)
    table.open.set()
    assert await second == "row"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_failure_is_everybodys_who_waited_and_is_not_kept() -> None:
    cache: TtlCache[str] = TtlCache(60.0)
    reads = 0

    async def load() -> str:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0.001)
        if reads == 1:
            raise DatabaseLost("away")
        return "row"

    found = await asyncio.gather(*(cache.get("a", load) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [DatabaseLost] * 3
    assert await cache.get("a", load) == "row"


async def test_a_stranger_who_asks_for_much_takes_no_place_of_what_is_in_use(table: Table) -> None:
    cache: TtlCache[str | None] = TtlCache(60.0, most=10)
    for n in range(9):
        await cache.get(f"in use {n}", table.of(f"in use {n}"))
    for n in range(100):
        await cache.get(f"no such {n}", table.of(f"no such {n}"))
        for k in range(9):
            await cache.get(f"in use {k}", table.of(f"in use {k}"))
    assert len(table.reads) == 109
    assert len(cache._kept) == 10


async def test_a_key_that_is_no_id_is_looked_up_and_not_kept(table: Table) -> None:
    cache: TtlCache[str | None] = TtlCache(60.0)
    for _ in range(2):
        await cache.get("x" * 5000, table.of("long"))
    assert table.reads == ["long", "long"]
    assert not cache._kept
    assert not cache._reads


def of_a_process(folder: Path) -> TtlCache[str | None]:
    """As each process has one: with a mapping of its own of the folder's marks."""
    marks = Marks()
    marks.share(folder)
    return TtlCache(60.0, marks=marks)


async def test_what_one_process_writes_another_reads_at_once(table: Table, tmp_path: Path) -> None:
    here, there = of_a_process(tmp_path), of_a_process(tmp_path)
    for text in ("first", "second", "third"):
        table.rows["a"] = text
        here.drop("a")
        assert await here.get("a", table.of("a")) == text
        assert await there.get("a", table.of("a")) == text
    assert len(table.reads) == 6
    assert await there.get("a", table.of("a")) == "third"
    assert len(table.reads) == 6


async def test_a_read_under_way_when_another_process_writes_is_neither_kept_nor_joined(
    table: Table, tmp_path: Path
) -> None:
    here, there = of_a_process(tmp_path), of_a_process(tmp_path)
    table.rows["a"] = "old"
    table.open.clear()
    before = asyncio.create_task(there.get("a", table.of("a")))
    await asyncio.sleep(0.001)
    table.rows["a"] = "new"
    here.drop("a")
    after = asyncio.create_task(there.get("a", table.of("a")))
    await asyncio.sleep(0.001)
    table.open.set()
    assert [await before, await after] == ["old", "new"]
    assert await there.get("a", table.of("a")) == "new"


async def test_processes_of_other_folders_hear_nothing(table: Table, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    here, there = of_a_process(tmp_path), of_a_process(tmp_path / "elsewhere")
    table.rows["a"] = "old"
    assert await there.get("a", table.of("a")) == "old"
    table.rows["a"] = "new"
    here.drop("a")
    assert await there.get("a", table.of("a")) == "old"


async def test_without_a_folder_a_process_keeps_its_own(table: Table, tmp_path: Path) -> None:
    marks = Marks()
    with pytest.raises(OSError):
        marks.share(tmp_path / "no such folder")
    cache: TtlCache[str | None] = TtlCache(60.0, marks=marks)
    table.rows["a"] = "old"
    assert await cache.get("a", table.of("a")) == "old"
    table.rows["a"] = "new"
    cache.drop("a")
    assert await cache.get("a", table.of("a")) == "new"


async def test_a_disk_that_is_full_ends_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write to mapped memory without a place on the disk is SIGBUS. The row counts as written all the same."""
    here, there = Marks(), Marks()
    here.share(tmp_path)
    there.share(tmp_path)
    assert here.now.readonly
    assert (tmp_path / ttl_cache.FILE).stat().st_blocks * 512 >= ttl_cache.MARKS * ttl_cache.MARK_BYTES
    here.change(5)
    assert there.now[5] == here.now[5] != 0

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ttl_cache.os, "pwrite", full)
    with capture_logs() as logs:
        here.change(5)
    assert [line["event"] for line in logs] == ["cache_mark_unwritten"]


def test_a_link_in_the_place_of_the_marks_is_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("precious")
    (tmp_path / ttl_cache.FILE).symlink_to(kept)
    with pytest.raises(OSError):
        Marks().share(tmp_path)
    assert kept.read_text() == "precious"
