"""The list of users."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.custom_fields import label_of
from poolhouse.client.model import got
from poolhouse.errors import InvalidInput, NotFound, PoolhouseError, QueryTooBroad
from poolhouse.wire.console.nearest import NAMES, departments
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.people.asked import NEVER, ONE, OPERATORS, Asked, parts
from poolhouse.wire.console.people.meant import Meant, called, meant
from poolhouse.wire.console.people.view import CUSTOM, SIZES, Column, View, columns
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import USERS, Visit, onward, redirect, segment
from poolhouse.wire.console.words import Texts
from poolhouse.wire.v3.walking import COUNTED, EXACT, NEXT, UP_TO

LIST = "POST list-users"
BRANCH = "GET list-department-branch"
MOST_COUNTED, MOST_OF_SEVERAL = 10_000, 2_000
"""Of a large pool no more are counted, unless somebody asks for it; and where several filters are to hold, whom no
index has together, so that each who is counted is looked up."""
MOST_CHOICES = 50


async def show(visit: Visit, rendering: Rendering) -> Response:
    asked = Asked.of(visit.http.query)
    if visit.http.query.text("field_key") or visit.http.query.text("plain"):
        return redirect(
            _here(visit) + asked.page(1)
        )  # the address of a state, without what a form leaves empty
    view = View.of(visit)
    found = Meant() if asked.is_filtered or asked.number > 1 else await meant(visit, asked.words)
    if found.alone:
        return redirect(f"{_here(visit)}/{segment(found.alone['userId'])}")
    choices = await choices_of(visit, asked.filters.get("department", ""))
    known = columns(choices["fields"])
    shown = view.shown(known)
    listed = await _listed(visit, asked, view, custom=any(one.path.startswith(CUSTOM) for one in shown))
    return rendering.page(
        visit,
        "people/list.html",
        asked=asked,
        view=view,
        sizes=SIZES,
        known=known,
        columns=shown,
        rows=[_row(row, shown) for row in listed.rows],
        exact=found.beside,
        listed=listed,
        choices=choices,
        operators=OPERATORS,
        chips=list(_chips(visit, asked, choices, known)),
        previous=asked.page(asked.number - 1) if asked.number > 1 else "",
        following=asked.page(asked.number + 1, listed.cursor) if listed.cursor else "",
    )


async def keep(visit: Visit, rendering: Rendering) -> Response:
    """What they like to see of it."""
    form = visit.form()
    chosen = [value for name, value in visit.http.form_pairs() if name == "column"]
    response = redirect(onward(form.get("to", "")) if form.get("to") else _here(visit))
    return visit.keep(response, USERS, View.chosen(form.get("size", ""), chosen).kept(visit))


# -- who is meant, and who is listed -----------------------------------------------------------------------


@dataclass(slots=True)
class _Listed:
    """`total` is None where it takes too long to count; there are more where it is not exact. `refusal`: why nobody is
    listed."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    total: int | None = None
    is_exact: bool = True
    cursor: str = ""
    refusal: str = ""


async def _listed(visit: Visit, asked: Asked, view: View, *, custom: bool) -> _Listed:
    page: dict[str, Any] = {"limit": view.size}
    page |= {"cursor": asked.cursor} if asked.cursor else {"page": asked.number}
    options = {"sort": asked.sorting(), "withCustomData": custom}
    refused: PoolhouseError | None = None
    up_to = {} if visit.http.query.text("count") == "all" else {UP_TO: counted_up_to(asked)}
    for counted in ({COUNTED: True, **up_to}, {COUNTED: False}):
        body = {**asked.question(), "options": {**options, "pagination": {**page, **counted}}}
        try:
            data, beside = await visit.ask_beside(LIST, body)
        except QueryTooBroad as error:
            refused = error
            continue
        except InvalidInput as error:
            if not asked.cursor or error.facts.get("field") not in ("cursor", "limit"):
                raise
            return await _listed(visit, _by_number(asked), view, custom=custom)
        is_exact = beside.get(EXACT, True)
        return _Listed(data["list"], data.get("totalCount"), is_exact, beside.get(NEXT) or "")
    assert refused
    trace.note(error=refused)
    return _Listed(refusal=refused.message(visit.lang))


def counted_up_to(asked: Asked) -> int:
    return MOST_OF_SEVERAL if len(asked.pairs(order=False)) > 1 else MOST_COUNTED


def _by_number(asked: Asked) -> Asked:
    """A cursor made under another key, or for pages of another size."""
    return Asked(asked.words, asked.filters, asked.custom, asked.sort, asked.number)


def _row(row: dict[str, Any], shown: list[Column]) -> tuple[str, str, list[Any]]:
    """Id, what they are called, and the cells."""
    values = [
        (row.get("customData") or {}).get(one.path.removeprefix(CUSTOM))
        if one.path.startswith(CUSTOM)
        else got(row, one.path)
        for one in shown
    ]
    return row["userId"], called(row), values


# -- filters -----------------------------------------------------------------------------------------------


async def choices_of(visit: Visit, department: str = "") -> dict[str, list[Any]]:
    """What there is to filter by, as far as their roles show it and a list of choices is long; `department`, which is
    chosen, in any case."""
    found: dict[str, list[Any]] = {"groups": [], "roles": [], "departments": [], "fields": []}
    for name, operation in (("groups", "GET list-groups"), ("roles", "GET list-roles")):
        if visit.may(operation):
            asked = {"page": 1, "limit": MOST_CHOICES, COUNTED: False}
            rows = (await visit.ask(operation, asked))["list"]
            found[name] = [(one["code"], one.get("name") or one["code"]) for one in rows]
    if visit.may("GET get-custom-fields"):
        defined = await visit.ask("GET get-custom-fields", {"targetType": "USER"})
        found["fields"] = [{**one, "label": label_of(one, visit.lang)} for one in defined]
    if visit.may(NAMES):
        found["departments"] = await _departments(visit)
        if department and department not in dict(found["departments"]):
            found["departments"] += await _named(visit, department)
    return found


async def _departments(visit: Visit) -> list[tuple[str, str]]:
    return [
        (f"{one.organization}/{'root' if one.is_root else one.department_id}", one.name)
        for one in await departments(visit)
    ]


async def _named(visit: Visit, department: str) -> list[tuple[str, str]]:
    """The choice of `ORGANIZATION/DEPARTMENT`; none where there is no such."""
    code, _, department_id = department.partition("/")
    try:
        one = await visit.ask(BRANCH, {"organizationCode": code, "departmentId": department_id, "limit": 1})
    except (NotFound, InvalidInput):
        return []
    return [(department, " / ".join(step["name"] for step in one["path"]))]


def _chips(visit: Visit, asked: Asked, choices: dict[str, list[Any]], known: list[Column]) -> Any:
    """Title, value and the address without it, of each filter."""
    t = Texts(visit.lang)
    for name in ONE:
        if value := asked.filters.get(name):
            yield t[f"filter_{name}"], _said(t, name, value, choices), asked.without(name, value)
    labels = {one.path.removeprefix(CUSTOM): one.label for one in known if one.path.startswith(CUSTOM)}
    for one in asked.custom:
        key, operator, value = parts(one)
        yield labels.get(key) or key, f"{t['is_' + operator]} {value}".strip(), asked.without("field", one)


def _said(t: Texts, name: str, value: str, choices: dict[str, list[Any]]) -> str:
    if name == "status":
        return t.status(value)
    if name == "source":
        return t[f"source_{value}"]
    if name == "signed_in":
        return t.never if value == NEVER else t.at_least_once
    if name in ("department", "group", "role"):
        return str(dict(choices[f"{name}s"]).get(value, value))
    return value


def _here(visit: Visit) -> str:
    return f"{visit.pool_address}/users"


PAGES = (
    Page("GET", "/pools/{pool}/users", show, calls=(LIST,)),
    Page("POST", "/pools/{pool}/users/view", keep, calls=(LIST,)),
)
