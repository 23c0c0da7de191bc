"""A flood from one address leaves room for everybody else."""

import asyncio

import pytest

from poolhouse.errors import Overloaded
from poolhouse.login.address_limiter import AddressLimiter


async def test_one_address_holds_no_more_than_its_share_and_others_go_by():
    turns, running, most, leave = AddressLimiter(at_once=3, waiting=5), 0, 0, asyncio.Event()

    async def flood():
        nonlocal running, most
        async with turns.of("203.0.113.7"):
            running += 1
            most = max(most, running)
            await leave.wait()
            running -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(flood())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await flood()
        async with turns.of("198.51.100.1"), turns.of(None):
            assert running == 3
        leave.set()
    assert (running, most) == (0, 3)
    assert not turns._addresses
