"""Whose turn it is. Order alone, no clock."""

import asyncio
from collections import Counter

import pytest

from poolhouse.errors import Overloaded
from poolhouse.fair_queue import FairQueue


async def settle():
    """Lets every task run that can."""
    for _ in range(4):
        await asyncio.sleep(0)


class Works:
    """Starts tasks that hold a place until told to end; `order` is who got one, in order."""

    def __init__(self, queue):
        self.queue, self.order, self.tasks = queue, [], []

    async def _work(self, name):
        await self.queue.enter(name[0])
        self.order.append(name)

    async def start(self, *names):
        for name in names:
            self.tasks.append(asyncio.create_task(self._work(name)))
            await settle()
        return self.tasks[-len(names) :]

    async def end(self, times=1):
        for _ in range(times):
            self.queue.leave()
            await settle()


async def test_keys_take_turns_and_each_keeps_its_own_order():
    works = Works(FairQueue(1, 100, "test"))
    await works.start("a1", "a2", "a3", "a4", "b1", "b2", "c1")
    await works.end(6)
    assert works.order == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


async def test_one_key_alone_is_first_in_first_out():
    works = Works(FairQueue(2, 100, "test"))
    await works.start(*(f"a{n}" for n in range(8)))
    assert works.order == ["a0", "a1"]
    await works.end(6)
    assert works.order == [f"a{n}" for n in range(8)]


async def test_who_comes_late_waits_for_one_of_each_other_at_most():
    works = Works(FairQueue(1, 1000, "test"))
    await works.start(*(f"{key}{n}" for n in range(50) for key in "abc"))
    await works.start("z0")
    await works.end(4)
    assert "z0" in works.order


async def test_a_full_queue_lets_a_newcomer_push_out_the_newest_of_the_fullest():
    works = Works(FairQueue(1, 4, "test"))
    await works.start("a0", "a1", "a2", "a3", "a4")
    (newcomer,) = await works.start("b0")
    assert isinstance(works.tasks[4].exception(), Overloaded)
    (second,) = await works.start("b1")
    assert isinstance(works.tasks[3].exception(), Overloaded)
    (third,) = await works.start("b2")
    assert isinstance(third.exception(), Overloaded)
    await works.end(4)
    assert works.order == ["a0", "a1", "b0", "a2", "b1"]
    assert newcomer.done()
    assert second.done()


async def test_a_full_queue_of_one_key_refuses_more_of_it():
    works = Works(FairQueue(1, 2, "test"))
    tasks = await works.start("a0", "a1", "a2", "a3")
    assert isinstance(tasks[3].exception(), Overloaded)


@pytest.mark.parametrize("when", ["waiting", "as its turn comes"])
async def test_who_goes_away_takes_no_place(when):
    queue = FairQueue(1, 10, "test")
    works = Works(queue)
    _, gone, _ = await works.start("a0", "a1", "b0")
    if when == "waiting":
        gone.cancel()
        await works.end()
    else:
        queue.leave()
        gone.cancel()
        await settle()
    await asyncio.gather(*works.tasks, return_exceptions=True)
    assert works.order == ["a0", "b0"]
    await works.end()
    assert queue.waiting == 0
    assert not queue._waiting
    await works.start("c0")
    assert works.order[-1] == "c0"


async def test_every_place_is_given_back_whatever_happens():
    queue, inside, most = FairQueue(3, 20, "test"), 0, 0

    async def work(n):
        nonlocal inside, most
        await queue.enter("abcd"[n % 4])
        inside += 1
        most = max(most, inside)
        try:
            await asyncio.sleep(0)
        finally:
            inside -= 1
            queue.leave()

    tasks = [asyncio.create_task(work(n)) for n in range(60)]
    await asyncio.sleep(0)
    for task in tasks[::7]:
        task.cancel()
    ends = Counter(type(end).__name__ for end in await asyncio.gather(*tasks, return_exceptions=True))
    assert ends["NoneType"] >= 3
    assert most == 3
    assert (queue.waiting, queue._free) == (0, 3)
