"""The audit log: a list whose filters are its address, and one act with what was there before and after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from poolhouse.audit.model import Kind, Operation, ResourceType
from poolhouse.errors import InvalidInput, Lang, QueryTooBroad
from poolhouse.login.refusal_log import in_words
from poolhouse.misfits import one_of
from poolhouse.wire.console.days import day, is_moment, moment
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, segment
from poolhouse.wire.console.words import Texts
from poolhouse.wire.request import Query
from poolhouse.wire.v2.act_names import THINGS, VERBS

LIST, ONE = "GET list-audit-records", "GET get-audit-record"
PAGE_SIZE = 50
DAYS = {"from": "start", "to": "end"}
"""Name in the address -> of v3. A day is one of UTC, and whole; a moment is what a figure was counted from."""
CHOSEN = {
    "operation": ("operation", get_args(Operation)),
    "thing": ("resourceType", get_args(ResourceType)),
    "by": ("by", get_args(Kind)),
    "outcome": ("success", ("yes", "no")),
}
TYPED = {
    "user": "userId",
    "actor": "actorId",
    "ip": "clientIp",
    "resource": "resourceId",
    "request": "requestId",
    "reason": "reason",
}
_NAMES = (*DAYS, *CHOSEN, *TYPED)
_LEADS = {"user": "users", "application": "applications"}
"""What has a page of its own by the id that the log has of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says of the list. `cursor`: where the page begins."""

    filters: Mapping[str, str]
    number: int
    cursor: str

    @classmethod
    def of(cls, query: Query) -> Asked:
        """Raises InvalidInput naming the part that is none."""
        filters = {name: value for name in _NAMES if (value := (query.text(name) or "").strip())}
        for name, (_, known) in CHOSEN.items():
            if filters.get(name, known[0]) not in known:
                raise InvalidInput(name, *one_of(known))
        asked = cls(filters, page_of(query), query.text("cursor") or "")
        asked.values()
        return asked

    def values(self) -> dict[str, Any]:
        """For v3."""
        values: dict[str, Any] = {}
        for name, value in self.filters.items():
            if name in DAYS:
                values[DAYS[name]] = _ms(_limit(name, value))
            elif name == "outcome":
                values["success"] = value == "yes"
            else:
                values[CHOSEN[name][0] if name in CHOSEN else TYPED[name]] = value
        return values

    def page(self, number: int = 1, cursor: str = "") -> str:
        """Its address, below the list's."""
        facts = {**self.filters, **({"page": str(number)} if number > 1 else {})}
        return "?" + urlencode({**facts, **({"cursor": cursor} if cursor else {})})

    def without(self, name: str) -> str:
        kept = {other: value for other, value in self.filters.items() if other != name}
        return Asked(kept, 1, "").page()


def _limit(name: str, value: str) -> datetime:
    if is_moment(value):
        return moment(name, value)
    begins = day(name, value)
    return begins + timedelta(days=1) if name == "to" else begins


def _ms(at: datetime) -> int:
    return round((at - datetime.fromtimestamp(0, UTC)).total_seconds() * 1000)


# -- the list ----------------------------------------------------------------------------------------------


FIXED: Mapping[str, Mapping[str, str]] = {"audit": {}, "sign_ins": {"by": "user", "operation": "login"}}
"""The lists, by the name of their address and title -> the filters each has for good, and does not offer."""


def _list(name: str) -> Handler:
    async def answer(visit: Visit, rendering: Rendering) -> Response:
        return await _show(visit, rendering, name)

    return answer


async def _show(visit: Visit, rendering: Rendering, name: str) -> Response:
    asked, fixed = Asked.of(visit.http.query), FIXED[name]
    texts, refusal = Texts(visit.lang), ""
    rows: list[Any] = []
    following: str | None = None
    values = replace(asked, filters={**asked.filters, **fixed}).values()
    try:
        rows, following = await page_of_records(visit, values, asked.number, asked.cursor)
    except QueryTooBroad as error:
        refusal = error.message(visit.lang)
    return rendering.page(
        visit,
        "audit/list.html",
        title=name,
        asked=asked,
        rows=[told(visit, row) for row in rows],
        refusal=refusal,
        chips=[
            (texts[f"audit_{name}"], said(name, value, visit.lang), asked.without(name))
            for name, value in asked.filters.items()
            if name not in fixed
        ],
        choices={
            name: [(value, said(name, value, visit.lang)) for value in known]
            for name, (_, known) in CHOSEN.items()
            if name not in fixed
        },
        typed=tuple(TYPED),
        days=tuple(DAYS),
        previous=asked.page(asked.number - 1) if asked.number > 1 else "",
        following=asked.page(asked.number + 1, following) if following else "",
    )


async def page_of_records(
    visit: Visit, values: Mapping[str, Any], number: int, cursor: str = ""
) -> tuple[list[Any], str | None]:
    """And the cursor of the next page. A cursor of another key or list finds the page by its number."""
    page: dict[str, Any] = {"limit": PAGE_SIZE, "withTotalCount": "false"}
    asked = {**values, **page, **({"cursor": cursor} if cursor else {"page": number})}
    try:
        data, following = await visit.ask_page(LIST, asked)
    except InvalidInput as error:
        if not cursor or error.facts.get("field") != "cursor":
            raise
        return await page_of_records(visit, values, number)
    return data["list"], following


def told(visit: Visit, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the pages show it: words, and where it leads."""
    return {
        **row,
        "what": said("operation", row["operation"], visit.lang),
        "thing": said("thing", row["resourceType"], visit.lang),
        "title": act_title(row["operation"], row["resourceType"], visit.lang),
        "name": row["userDisplayName"] or _named(row) or row["userId"] or "",
        "leads": _leads(visit, row),
        "who": row["actorName"] or row["actorId"],
        "why": in_words(str(row["detail"].get("reason") or ""), visit.lang),
    }


def said(name: str, value: str, lang: Lang) -> str:
    """A filter's value in words."""
    at = lang == "en-US"
    if name == "operation":
        return VERBS[value][at] if value in VERBS else value
    if name == "thing":
        return THINGS[value][at] if value in THINGS else value
    texts = Texts(lang)
    if name == "by":
        return texts[f"audit_by_{value}"]
    if name == "outcome":
        return texts["audit_done" if value == "yes" else "audit_refused"]
    if name == "reason":
        return in_words(value, lang)
    if name in DAYS and is_moment(value):
        return f"{value.replace('T', ' ')} UTC"
    return value


def _named(row: Mapping[str, Any]) -> str:
    """What the thing is called, as far as the log has it; else its id."""
    for facts in (row["after"], row["before"], row["detail"]):
        for name in ("name", "code"):
            if isinstance(found := (facts or {}).get(name), str) and found:
                return found
    return str(row["resourceId"] or "")


def act_title(operation: str, thing: str, lang: Lang) -> str:
    verb, what = said("operation", operation, lang), said("thing", thing, lang)
    return f"{verb} {what}" if lang == "en-US" else f"{verb}{what}"


def _leads(visit: Visit, row: Mapping[str, Any]) -> str:
    """The page of whom or what it was done to, "" where there is none."""
    if row["userId"]:
        return f"{visit.pool_address}/users/{segment(row['userId'])}"
    below = _LEADS.get(row["resourceType"])
    return f"{visit.pool_address}/{below}/{segment(row['resourceId'])}" if below and row["resourceId"] else ""


# -- one act -----------------------------------------------------------------------------------------------


async def show_one(visit: Visit, rendering: Rendering) -> Response:
    row = await visit.ask(ONE, {"id": visit.path["record"]})
    return rendering.page(
        visit,
        "audit/one.html",
        row=told(visit, row),
        changes=list(changes(row["before"], row["after"])),
    )


def changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[tuple[str, Any, Any]]:
    """Field, before, after; None on a side that has not got it. What is within a group has its name behind a dot."""
    old, new = dict(_flat(before or {})), dict(_flat(after or {}))
    for name in dict.fromkeys([*old, *new]):
        yield name, old.get(name), new.get(name)


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and value and not above:
            yield from _flat(value, f"{name}.")
        else:
            yield above + name, value


PAGES = (
    *(Page("GET", f"/pools/{{pool}}/{name}", _list(name), calls=(LIST,)) for name in FIXED),
    Page("GET", "/pools/{pool}/audit/{record}", show_one, calls=(ONE,)),
)
