"""Runs work that would block the event loop in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from poolhouse.turn import let_go

P = ParamSpec("P")
T = TypeVar("T")

_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


async def aside(whose: str, work: Callable[P, T], /, *args: P.args, **named: P.kwargs) -> T:
    """What `work` answers or raises. One piece runs at a time for each `whose`, such as a pool, so that
    one pool's work leaves threads for the others.

    `work` must be bounded in time: nothing can stop it, not even the end of the request.
    """
    let_go()
    lock = _turns.setdefault(whose, asyncio.Lock())
    async with lock:
        return await asyncio.to_thread(work, *args, **named)
