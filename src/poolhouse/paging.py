"""Pages: what every list takes and gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from poolhouse.errors import InvalidInput, TooLarge

T = TypeVar("T")

MAX_OFFSET = 10_000_000


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`number` counts from 1; `size` is rows a page."""

    number: int = 1
    size: int = 10

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @classmethod
    def of(cls, number: int | None, size: int | None, *, largest: int = 1000) -> PageRequest:
        """What a caller sent; None takes the default. Zero, negative and huge values are refused by name."""
        number, size = 1 if number is None else number, 10 if size is None else size
        if number < 1:
            raise InvalidInput("page", "应不小于 1", "must be at least 1")
        if size < 1:
            raise InvalidInput("limit", "应不小于 1", "must be at least 1")
        if size > largest:
            raise TooLarge("limit", f"最大不能超过 {largest}", f"must be at most {largest}")
        if number * size > MAX_OFFSET:
            raise TooLarge("page", "页码过大", "too far from the first page")
        return cls(number, size)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`total` counts every match, not only this page's."""

    total: int = 0
    items: list[T] = field(default_factory=list)


_MOST_AT_ONCE = 1000


async def everything(ask: Callable[[PageRequest], Awaitable[Page[T]]]) -> list[T]:
    """All of a list, for answers that are not paged: page after page, however many there are."""
    found: list[T] = []
    number = 1
    while True:
        page = await ask(PageRequest(number, _MOST_AT_ONCE))
        found += page.items
        if len(page.items) < _MOST_AT_ONCE:
            return found
        number += 1
