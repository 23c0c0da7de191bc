"""What the address of the log of calls says: the filters and the page. Nothing else knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from poolhouse.errors import InvalidInput
from poolhouse.wire.console.visit import page_of
from poolhouse.wire.request import Query

TEXTS: Mapping[str, str] = {"script": "name", "result": "result", "user": "userId", "request": "requestId"}
TIMES: Mapping[str, str] = {"from": "start", "to": "end"}
NUMBERS: Mapping[str, str] = {"least": "minDurationMs", "most": "maxDurationMs"}
"""Names in the address, and v3's."""
FILTERS = (*TEXTS, *TIMES, *NUMBERS)
LONGEST = 256
PERIODS = (("hour", timedelta(hours=1)), ("day", timedelta(days=1)), ("week", timedelta(days=7)))


@dataclass(frozen=True, slots=True)
class Asked:
    """`cursor`: where the page begins; a page without one is found by its number."""

    filters: Mapping[str, str]
    number: int = 1
    cursor: str = ""

    @classmethod
    def of(cls, query: Query) -> Asked:
        """Raises InvalidInput naming the part that is none."""
        filters = {name: value for name in FILTERS if (value := (query.text(name) or "").strip())}
        if long := next((name for name, value in filters.items() if len(value) > LONGEST), None):
            raise InvalidInput(long, f"最多 {LONGEST} 个字符", f"at most {LONGEST} characters")
        asked = cls(filters, page_of(query), query.text("cursor") or "")
        asked.question()
        return asked

    def question(self) -> dict[str, Any]:
        """The body of POST list-custom-database-logs without its page. Raises InvalidInput."""
        return {
            to: read(name, self.filters[name])
            for names, read in ((TEXTS, _text), (TIMES, _moment), (NUMBERS, _number))
            for name, to in names.items()
            if name in self.filters
        }

    def page(self, number: int, cursor: str = "") -> str:
        """Its address."""
        pairs = [*self.filters.items(), *([("page", str(number))] if number > 1 else [])]
        return "?" + urlencode([*pairs, *([("cursor", cursor)] if cursor else [])])

    def without(self, name: str) -> str:
        """The address of the same without this filter, from its first page."""
        return replace(self, filters={n: v for n, v in self.filters.items() if n != name}).page(1)

    def since(self, period: timedelta, now: datetime) -> str:
        """The address of the same, of the last hour or day."""
        begun = f"{now.astimezone(UTC) - period:%Y-%m-%dT%H:%M}"
        kept = {name: value for name, value in self.filters.items() if name not in TIMES}
        return replace(self, filters={**kept, "from": begun}).page(1)


def _text(name: str, value: str) -> str:
    return value


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise InvalidInput(name, "应为毫秒数", "must be a number of milliseconds")
    return int(value)


def _moment(name: str, value: str) -> int:
    """Of UTC, as every page shows times without JavaScript. A day alone is its beginning."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None or not 1970 <= at.year < 3000:
        raise InvalidInput(name, "应为时间，如 2026-11-27T08:30", "must be a time such as 2026-11-27T08:30")
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)
