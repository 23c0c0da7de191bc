"""Which page of a list a caller asks for. Source: docs/contract/v2.md#pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from poolhouse.paging import Page, PageRequest, everything
from poolhouse.wire.spelling import whole_number
from poolhouse.wire.v2.request import V2Request

T = TypeVar("T")

_ALL = -1


def page_of(args: Mapping[str, Any], usual: int | None = None) -> PageRequest:
    """Of the arguments of a document, or of a body. `usual`: the rows a page where nothing is said."""
    limit = whole_number(args.get("limit"), "limit")
    return PageRequest.of(whole_number(args.get("page"), "page"), usual if limit is None else limit)


def asked_page(request: V2Request, usual: int | None = None) -> PageRequest:
    """Of the query."""
    return page_of(request.query.pairs(), usual)


async def page_or_all(request: V2Request, ask: Callable[[PageRequest], Awaitable[Page[T]]]) -> Page[T]:
    """The page of the query; with `limit=-1` the whole list, or TooLarge."""
    if request.query.integer("limit") == _ALL:
        found = await everything(ask)
        return Page(len(found), found)
    return await ask(asked_page(request))
