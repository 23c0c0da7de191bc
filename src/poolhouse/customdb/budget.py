"""How many script calls one request may cost. A small document can ask for the members of every group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from poolhouse.errors import TooLarge

MOST_CALLS = 2_500
"""Deleting as many users as one call may costs two each."""


@dataclass(slots=True)
class _Budget:
    left: int


_of_request: ContextVar[_Budget | None] = ContextVar("script calls", default=None)


@contextmanager
def of_one_request() -> Iterator[None]:
    """Whatever runs inside, and whatever it starts, has one budget. Outside of a request there is none."""
    token = _of_request.set(_Budget(MOST_CALLS))
    try:
        yield
    finally:
        _of_request.reset(token)


def require(calls: int) -> None:
    """Raises TooLarge where so many calls are more than is left: before the first of them."""
    budget = _of_request.get()
    if budget is not None and calls > budget.left:
        raise TooLarge(
            "script calls", f"一次请求最多调用脚本 {MOST_CALLS} 次", f"at most {MOST_CALLS} in one request"
        )


def spend() -> None:
    require(1)
    if (budget := _of_request.get()) is not None:
        budget.left -= 1
