"""One thing done to many: upon whom and what, chosen on a page; and how far it is, on another.

Whom the list had chosen stands in the address: `user=ID` for each, or `all=1` with the words and filters of the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import InvalidInput, PoolhouseError, QueryTooBroad
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.people.asked import Asked
from poolhouse.wire.console.people.users_list import LIST, choices_of
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, is_last, page_of, redirect, segment

START, ONE, ALL, RESULTS, CANCEL = (
    "POST start-bulk-act",
    "GET get-bulk-act",
    "GET list-bulk-acts",
    "GET list-bulk-act-results",
    "POST cancel-bulk-act",
)
ROWS = 50
SETTABLE = ("company", "country", "province", "city", "address", "gender", "locale", "zoneinfo")
"""Fields of users that the form offers; v3 takes a few more."""
PROFILE = "profile."
"""Before the name of such a field in the form: a custom field may be called the same."""


@dataclass(frozen=True, slots=True)
class Card:
    """`acts`: one is chosen where there are several. `operation`: what does the same to one, whose scopes it needs.
    `chooses`: by which list of choices."""

    name: str
    acts: tuple[str, ...]
    operation: str
    chooses: str = ""


CARDS = (
    Card("status", ("BLOCK", "ACTIVATE"), "POST set-user-status"),
    Card("sessions", ("END_SESSIONS",), "POST log-out-user"),
    Card("group", ("ADD_TO_GROUP", "REMOVE_FROM_GROUP"), "POST add-group-members", "groups"),
    Card("role", ("ASSIGN_ROLE", "REVOKE_ROLE"), "POST assign-role", "roles"),
    Card(
        "department",
        ("ADD_TO_DEPARTMENT", "REMOVE_FROM_DEPARTMENT"),
        "POST add-department-members",
        "departments",
    ),
    Card("field", ("SET_FIELD",), "POST update-user", "fields"),
    Card("delete", ("DELETE",), "POST delete-users-batch"),
)
_BY_ACT = {act: card for card in CARDS for act in card.acts}


@dataclass(frozen=True, slots=True)
class Whom:
    """`count` is None where it takes too long to tell."""

    users: tuple[str, ...]
    asked: Asked
    count: int | None

    @property
    def is_all(self) -> bool:
        return not self.users

    @property
    def query(self) -> str:
        chosen = [("user", one) for one in self.users] or [("all", "1"), *self.asked.pairs(order=False)]
        return "?" + urlencode(chosen)

    @property
    def values(self) -> dict[str, Any]:
        if self.users:
            return {"userIds": list(self.users)}
        return {"match": self.asked.question() or {"everybody": True}}


async def whom(visit: Visit) -> Whom | None:
    """None where nobody was chosen."""
    query = visit.http.query
    users = tuple(dict.fromkeys(one for one in query.all("user") if one))
    if users:
        return Whom(users, Asked.of(query), len(users))
    return await everybody(visit) if query.text("all") else None


async def everybody(visit: Visit) -> Whom:
    """All that the words and filters of the address find."""
    asked = Asked.of(visit.http.query)
    try:
        found = await visit.ask(
            LIST, {**asked.question(), "options": {"pagination": {"page": 1, "limit": 1}}}
        )
    except QueryTooBroad as error:
        trace.note(error=error)
        return Whom((), asked, None)
    return Whom((), asked, found["totalCount"])


async def choose(visit: Visit, rendering: Rendering) -> Response:
    return await _chosen(visit, rendering, await whom(visit))


async def _chosen(
    visit: Visit,
    rendering: Rendering,
    those: Whom | None,
    status: int = 200,
    *,
    error: str = "",
    form: Mapping[str, str] | None = None,
) -> Response:
    return rendering.page(
        visit,
        "bulk/choose.html",
        status,
        whom=those,
        cards=CARDS,
        choices=await choices_of(visit) if those and those.count != 0 else {},
        settable=SETTABLE,
        profile=PROFILE,
        may_start=visit.may(START),
        given=form or {},
        error=error,
    )


async def start(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    those = await whom(visit)
    try:
        if those is None:
            raise InvalidInput("user", "请先选择用户", "choose users first")
        begun = await visit.ask(START, {**_values(form), **those.values})
    except PoolhouseError as error:
        trace.note(error=error)
        status = 400 if isinstance(error, InvalidInput) else status_of(error)
        return await _chosen(visit, rendering, those, status, error=error.message(visit.lang), form=form)
    return redirect(f"{visit.pool_address}/bulk-acts/{segment(begun['actId'])}")


def _values(form: Mapping[str, str]) -> dict[str, Any]:
    """What v3 is asked, beside upon whom. Raises InvalidInput."""
    act = form.get("act", "")
    values: dict[str, Any] = {"act": act}
    card = _BY_ACT.get(act)
    given = form.get("with", "").strip()
    if card is None:
        return values
    if card.name == "status":
        values["note"] = form.get("note", "").strip()
    elif card.name == "group":
        values["group"] = given
    elif card.name == "role":
        namespace, _, code = given.rpartition("/")
        values |= {"role": code, "namespace": namespace or "default"}
    elif card.name == "department":
        organization, _, department = given.partition("/")
        values |= {"organizationCode": organization, "departmentId": department}
    elif card.name == "field":
        values |= {"field": given.removeprefix(PROFILE), "value": form.get("value", "").strip() or None}
    elif card.name == "delete":
        typed = form.get("confirm", "").strip()
        if not typed.isascii() or not typed.isdigit() or len(typed) > 12:
            raise InvalidInput("confirm", "请输入将删除的人数", "type how many users are to be deleted")
        values["confirm"] = int(typed)
    return values


# -- acts that were begun ----------------------------------------------------------------------------------


async def acts(visit: Visit, rendering: Rendering) -> Response:
    number = page_of(visit.http.query)
    found = await visit.ask(ALL, {"page": number, "limit": ROWS})
    return rendering.page(
        visit,
        "bulk/acts.html",
        acts=found["list"],
        number=number,
        is_last=is_last(number, ROWS, found),
        names=await _names(visit, found["list"]),
    )


async def act(visit: Visit, rendering: Rendering) -> Response:
    return await _shown(visit, rendering)


async def _shown(visit: Visit, rendering: Rendering, status: int = 200, error: str = "") -> Response:
    query = visit.http.query
    number, only = page_of(query), "FAILED" if query.text("only") == "failed" else ""
    one = await visit.ask(ONE, {"actId": visit.path["act"]})
    asked = {"actId": one["actId"], "page": number, "limit": ROWS, **({"outcome": only} if only else {})}
    found = await visit.ask(RESULTS, asked)
    return rendering.page(
        visit,
        "bulk/act.html",
        status,
        act=one,
        results=found["list"],
        total=found["totalCount"],
        only=only,
        number=number,
        is_last=is_last(number, ROWS, found),
        names=await _names(visit, [one]),
        may_cancel=visit.may(CANCEL),
        error=error,
    )


async def cancel(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    try:
        ended = await visit.ask(CANCEL, {"actId": visit.path["act"]})
    except PoolhouseError as error:
        if status_of(error) == 404:
            raise
        trace.note(error=error)
        return await _shown(visit, rendering, status_of(error), error.message(visit.lang))
    return redirect(f"{visit.pool_address}/bulk-acts/{segment(ended['actId'])}")


async def _names(visit: Visit, found: list[dict[str, Any]]) -> dict[str, str]:
    return await visit.services.administrators.names({one["adminUserId"] for one in found})


PAGES = (
    Page("GET", "/pools/{pool}/users/bulk", choose, calls=(LIST,)),
    Page("POST", "/pools/{pool}/users/bulk", start, calls=(LIST, START)),
    Page("GET", "/pools/{pool}/bulk-acts", acts, calls=(ALL,)),
    Page("GET", "/pools/{pool}/bulk-acts/{act}", act, calls=(ONE, RESULTS)),
    Page("POST", "/pools/{pool}/bulk-acts/{act}/cancel", cancel, calls=(ONE, CANCEL)),
)
