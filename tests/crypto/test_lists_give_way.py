"""Lists give way to logins that are in line for a hash."""

import asyncio
import threading

import pytest

from poolhouse import giving_way
from poolhouse.crypto.passwords import PasswordHasher


class OneByOne:
    """A hasher of one thread whose hashes end when they are told to."""

    def __init__(self, monkeypatch):
        self.hasher = PasswordHasher(memory_kib=64, passes=1, threads=1)
        self.may_end = threading.Semaphore(0)
        monkeypatch.setattr(self.hasher, "_verify", lambda *_: self.may_end.acquire())
        self.begun, self.logins, self.lists = [], [], []

    async def logins_in_line(self, count):
        """And one more, whose hash runs."""
        self.logins += [asyncio.create_task(self.hasher.verify("x", "y", "pool")) for _ in range(count + 1)]
        await self.settled()

    async def asks_for_list(self, name, pool="pool"):
        async def read():
            await self.hasher.logins_first(pool)
            self.begun.append(name)

        self.lists.append(asyncio.create_task(read()))
        await self.settled()

    async def a_hash_ends(self):
        running = [task for task in self.logins if not task.done()]
        self.may_end.release()
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        await self.settled()

    async def settled(self):
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
async def one_by_one(monkeypatch):
    monkeypatch.setattr(giving_way, "LONGEST_S", 60)
    told = OneByOne(monkeypatch)
    yield told
    for _ in told.logins:
        told.may_end.release()
    await asyncio.gather(*told.logins, *told.lists)
    told.hasher.close()


async def test_one_list_begins_with_each_hash_that_ends(one_by_one):
    await one_by_one.logins_in_line(5)
    for name in ("first", "second", "third"):
        await one_by_one.asks_for_list(name)
    assert one_by_one.begun == []
    await one_by_one.a_hash_ends()
    assert one_by_one.begun == ["first"]
    await one_by_one.a_hash_ends()
    assert one_by_one.begun == ["first", "second"]


async def test_pools_take_turns_at_it(one_by_one):
    await one_by_one.logins_in_line(5)
    for n in range(3):
        await one_by_one.asks_for_list(f"mirror {n}", "reads everything")
    await one_by_one.asks_for_list("other", "another pool")
    await one_by_one.a_hash_ends()
    await one_by_one.a_hash_ends()
    assert one_by_one.begun == ["mirror 0", "other"]


async def test_no_list_waits_while_no_login_is_in_line(one_by_one):
    await one_by_one.logins_in_line(0)
    await one_by_one.asks_for_list("at once")
    assert one_by_one.begun == ["at once"]


async def test_all_lists_begin_when_the_last_login_has_left_the_line(one_by_one):
    await one_by_one.logins_in_line(1)
    for n in range(3):
        await one_by_one.asks_for_list(n)
    await one_by_one.a_hash_ends()
    await one_by_one.a_hash_ends()
    assert one_by_one.begun == [0, 1, 2]


async def test_a_list_waits_only_so_long(one_by_one, monkeypatch):
    monkeypatch.setattr(giving_way, "LONGEST_S", 0)
    await one_by_one.logins_in_line(1)
    await one_by_one.asks_for_list("late")
    await asyncio.wait_for(asyncio.gather(*one_by_one.lists), 10)
    assert one_by_one.begun == ["late"]


async def test_nobody_gives_way_to_an_imports_hashes(one_by_one, monkeypatch):
    monkeypatch.setattr(one_by_one.hasher._argon2, "hash", lambda _: one_by_one.may_end.acquire())
    one_by_one.logins += [asyncio.create_task(one_by_one.hasher.hash("x", "pool")) for _ in range(3)]
    await one_by_one.settled()
    await one_by_one.asks_for_list("at once")
    assert one_by_one.begun == ["at once"]


async def test_a_request_that_gives_way_gives_up_its_turn(one_by_one, monkeypatch):
    given_up = []
    await one_by_one.logins_in_line(1)
    monkeypatch.setattr("poolhouse.turn.let_go", lambda: given_up.append("turn"))
    await one_by_one.asks_for_list("waits")
    assert given_up == ["turn"]
