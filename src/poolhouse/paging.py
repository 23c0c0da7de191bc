"""Pages: what every list takes and gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from poolhouse.errors import InvalidInput, TooLarge

T = TypeVar("T")

MAX_OFFSET = 10_000_000
LARGEST_PAGE = 1000
LARGEST_WHOLE = 10_000
"""Rows of an answer that is not paged."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`number` counts from 1; `size` is rows a page.

    Of users newest first: `after` is the time of creation and id of the row behind which the page begins, whatever its
    number. Where it is not `counted`, a directory may say a total that is too small, as long as it is beyond the page
    if more follows. Who counts may stop behind `count_up_to`, and says then that the total is not exact.
    `one_more`: one row behind the page is looked for, which tells whether more follow.
    """

    number: int = 1
    size: int = 10
    after: tuple[datetime, str] | None = None
    counted: bool = True
    count_up_to: int | None = None
    one_more: bool = False

    @property
    def rows(self) -> int:
        """To look for."""
        return self.size + self.one_more

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def total_of(self, rows: int) -> int | None:
        """How many there are, where a page of so many rows tells it: the last one, and any that is not `counted`, of
        which more are known only to be there. Then nothing is counted, for which a list that is searched would be read
        whole a second time."""
        if not self.counted:
            return self.offset + rows
        return self.offset + rows if rows < self.size and (rows or self.number == 1) else None

    @classmethod
    def of(cls, number: int | None, size: int | None, *, largest: int = LARGEST_PAGE) -> PageRequest:
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
    """`total` counts every match, not only this page's. Where it is not exact, there are more. `more`: whether rows
    follow, where that is known; else the total tells, of a page that was asked for by its number."""

    total: int = 0
    items: list[T] = field(default_factory=list)
    is_exact: bool = True
    more: bool | None = None

    @classmethod
    def cut(cls, total: int, found: list[T], request: PageRequest, *, is_exact: bool = True) -> Page[T]:
        """Of rows that were looked for with one more than the page has."""
        return cls(total, found[: request.size], is_exact, len(found) > request.size)


async def everything(ask: Callable[[PageRequest], Awaitable[Page[T]]], most: int = LARGEST_WHOLE) -> list[T]:
    """All of a list, for answers that are not paged. Raises TooLarge when it has more than `most` rows."""
    page = await ask(PageRequest(1, most))
    if page.total > most:
        raise TooLarge(
            "limit", f"多于 {most} 条，请分页查询", f"there are more than {most}, ask page by page"
        )
    return page.items
