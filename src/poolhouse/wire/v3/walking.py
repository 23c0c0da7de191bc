"""Walking a list by cursor, and lists without their total or with a part of it: for every list, beside page and limit.

`cursor`, `withTotalCount` and `countUpTo` stand where `page` and `limit` do. They are taken out of a question before it
is parsed, and a cursor is put back as the page and limit it stands for, so that a handler knows nothing of them. Lists
of users and of the audit log go on behind the row where they were (`PageRequest.after`), whatever comes and goes;
others at their place.
Decision: docs/decisions/0044-deep-pages.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import inspect as shapes

from poolhouse.caller import Caller
from poolhouse.crypto.cursors import Cursors
from poolhouse.errors import InvalidInput
from poolhouse.misfits import BOOLEAN, STRING, expected
from poolhouse.paging import MAX_OFFSET, Page, PageRequest
from poolhouse.wire.v3.endpoint import Endpoint

CURSOR, COUNTED, UP_TO, NEXT, EXACT = (
    "cursor",
    "withTotalCount",
    "countUpTo",
    "nextCursor",
    "totalCountIsExact",
)
_PAGE, _LIMIT = "page", "limit"
_OURS = frozenset({CURSOR, COUNTED, UP_TO})
_DEFAULT_LIMIT = 10
_YES, _NO = ("true", "1"), ("false", "0")


@dataclass(slots=True)
class Walk:
    """`of`: which list, asked by whom. `after`: the last row of the page before, as its key. A handler that can go on
    behind a row says which was its last (`ended`)."""

    of: str
    counted: bool = True
    number: int = 1
    after: tuple[datetime, str] | None = None
    last: tuple[datetime, str] | None = None
    more: bool | None = None
    count_up_to: int | None = None
    is_exact: bool = True
    total: int | None = None

    def page(self, page: PageRequest) -> PageRequest:
        return replace(page, after=self.after, counted=self.counted, count_up_to=self.count_up_to)

    def ended(self, at: datetime | None, row_id: str, *, more: bool | None) -> None:
        """The time and id of the last row; whether `more` follow, where that is known."""
        self.more = more
        if at:
            self.last = (at, row_id)

    def found(self, page: Page[Any], last: tuple[datetime, str] | None = None) -> None:
        """What a handler got. `last`: the key of its last row, where the list can go on behind that."""
        self.last, self.more, self.is_exact, self.total = last, page.more, page.is_exact, page.total


# -- the question ------------------------------------------------------------------------------------------


@cache
def place_of(kind: type[msgspec.Struct]) -> tuple[str, ...] | None:
    """The steps to what holds `page` and `limit`; None where nothing does."""
    return next(_places(kind), None)


def _places(kind: type[msgspec.Struct], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    info = shapes.type_info(kind)
    assert isinstance(info, shapes.StructType)
    if {_PAGE, _LIMIT} <= {field.encode_name for field in info.fields}:
        yield above
    for field in info.fields:
        for inner in field.type.types if isinstance(field.type, shapes.UnionType) else (field.type,):
            if isinstance(inner, shapes.StructType) and inner.cls is not kind:
                yield from _places(inner.cls, (*above, field.encode_name))


def of_body(
    row: Endpoint, caller: Caller, cursors: Cursors, body: dict[str, Any]
) -> tuple[Walk | None, dict[str, Any]]:
    """The body as the handler is to see it. Raises InvalidInput."""
    path = place_of(row.request) if row.request else None
    given: Any = body
    for step in path or ():
        given = given.get(step) if isinstance(given, Mapping) else None
    if path is None or not isinstance(given, Mapping) or not _OURS & given.keys():
        return None, body
    rest, inner = _without(body, path)
    walk, page = _begun(row, caller, cursors, given, rest)
    inner.update(page)
    return walk, rest


def of_query(
    row: Endpoint, caller: Caller, cursors: Cursors, pairs: Sequence[tuple[str, str]]
) -> tuple[Walk | None, Sequence[tuple[str, str]]]:
    """The same of a query."""
    given = {name: value for name, value in pairs if name in (_PAGE, _LIMIT) or name in _OURS}
    if not _OURS & given.keys() or not row.request or place_of(row.request) is None:
        return None, pairs
    rest = [pair for pair in pairs if pair[0] not in given]
    walk, page = _begun(row, caller, cursors, given, sorted(rest))
    return walk, [*rest, *((name, str(value)) for name, value in page.items())]


def _without(body: Mapping[str, Any], path: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A copy without what we take out, and the part of it where that was."""
    whole = inner = dict(body)
    for step in path:
        inner[step] = dict(inner[step])
        inner = inner[step]
    for name in (_PAGE, _LIMIT, *_OURS):
        inner.pop(name, None)
    return whole, inner


def _begun(
    row: Endpoint, caller: Caller, cursors: Cursors, given: Mapping[str, Any], rest: Any
) -> tuple[Walk, dict[str, Any]]:
    """And `page` and `limit`, as a handler is to see them. `rest`: what is asked beside them."""
    asked = sha256(msgspec.json.encode(rest, order="sorted")).hexdigest()
    person = caller.actor_id if row.access == "user" else ""
    walk = Walk(f"{caller.pool_id}/{row.name}/{person}/{asked}", _counted(given.get(COUNTED)))
    walk.count_up_to = _up_to(given.get(UP_TO))
    cursor = given.get(CURSOR)
    if not isinstance(cursor, str | None):
        raise InvalidInput(CURSOR, *expected(STRING))
    if not cursor:
        number, limit = given.get(_PAGE), given.get(_LIMIT)
        return walk, {
            _PAGE: 1 if number in (None, "") else number,
            _LIMIT: _DEFAULT_LIMIT if limit in (None, "") else limit,
        }
    walk.number, limit, at, user_id = cursors.open(cursor, walk.of)
    walk.after = (datetime.fromisoformat(at), user_id) if at else None
    if given.get(_PAGE) not in (None, ""):
        raise InvalidInput(_PAGE, "不能与 cursor 同用", "not beside a cursor")
    if str(given.get(_LIMIT) or limit) != str(limit):
        raise InvalidInput(_LIMIT, f"此游标为 {limit}", f"the cursor's is {limit}")
    return walk, {_PAGE: walk.number, _LIMIT: limit}


def _counted(value: Any) -> bool:
    if value is None or value == "" or value is True or str(value).lower() in _YES:
        return True
    if value is False or str(value).lower() in _NO:
        return False
    raise InvalidInput(COUNTED, *expected(BOOLEAN))


def _up_to(value: Any) -> int | None:
    if value is None or value == "":
        return None
    text = str(value)
    if isinstance(value, bool | float) or not (
        text.isascii() and text.isdigit() and len(text) < 10 and int(text)
    ):
        raise InvalidInput(UP_TO, "应为正整数", "must be a number above 0")
    return int(text)


# -- the answer --------------------------------------------------------------------------------------------


def answered(
    row: Endpoint, cursors: Cursors, walk: Walk, given: Any, data: Any
) -> tuple[Any, dict[str, Any]]:
    """`data` as it was asked for, and beside it the cursor of the next page, None where there is none; whether the
    total is exact, where it need not be."""
    data, cursor = _answered(row, cursors, walk, given, data)
    return data, {NEXT: cursor, **({} if walk.count_up_to is None else {EXACT: walk.is_exact})}


def _answered(row: Endpoint, cursors: Cursors, walk: Walk, given: Any, data: Any) -> tuple[Any, str | None]:
    for step in (place_of(row.request) if row.request else None) or ():
        given = getattr(given, _attribute(given.__class__, step))
    number, limit = int(given.page), int(given.limit)
    total = getattr(data, "total_count", walk.total)
    rows = data if isinstance(data, list) else getattr(data, "items", None)
    rows = getattr(data, "data", []) if rows is None else rows
    is_more = len(rows) == limit and (total is None or number * limit < total)
    is_more = is_more if walk.more is None else walk.more
    if not walk.counted and hasattr(data, "total_count"):
        data = {
            field.encode_name: getattr(data, field.name)
            for field in msgspec.structs.fields(data)
            if field.name != "total_count"
        }
    if not is_more or (number + 1) * limit > MAX_OFFSET:
        return data, None
    at, user_id = (walk.last[0].isoformat(), walk.last[1]) if walk.last else ("", "")
    return data, cursors.seal([number + 1, limit, at, user_id], walk.of)


@cache
def _attribute(kind: type[msgspec.Struct], encoded: str) -> str:
    """The attribute of a wire name."""
    return next(field.name for field in msgspec.structs.fields(kind) if field.encode_name == encoded)
