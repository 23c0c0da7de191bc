"""Pages that are a list: the same operation and the same columns as the command of the same name."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from poolhouse.client.model import Column, Command, Table, Values, got, put
from poolhouse.client.table import COMMANDS
from poolhouse.wire.console.access import namespaces
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, segment
from poolhouse.wire.console.words import Texts, titled
from poolhouse.wire.request import Query

PAGE_SIZE = 50


Offers = Callable[[Visit], Awaitable[Sequence[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class List:
    """`name`: of its address and, in `words`, its title. `command`: whose operation and columns it has. `search`:
    the command that looks for words among the same. `filters`: arguments of the command to choose from; `offers`: the
    choices where the command leaves them open, (value, label) each. `leads`: a row leads to its own page, by its first
    column; `at`: where that is below the pool, with what the row has in braces, if not below the list. `makes`: the
    operation that makes another; `inside`: below which page, with filters in braces, if not below the list."""

    name: str
    command: str
    search: str = ""
    filters: tuple[str, ...] = ()
    leads: bool = False
    makes: str = ""
    at: str = ""
    inside: str = ""
    offers: Mapping[str, Offers] = field(default_factory=dict)

    @property
    def operation(self) -> str:
        return COMMANDS[self.command].operation


LISTS = (
    List("groups", "group list", leads=True, makes="POST create-group"),
    List("roles", "role list", leads=True, makes="POST create-role"),
    List("organizations", "org list", leads=True, makes="POST create-organization"),
    List("applications", "app list", leads=True, makes="POST create-application"),
    List(
        "policies",
        "policy list",
        "policy list",
        leads=True,
        makes="POST create-data-policy",
        at="policies/{policyId}",
    ),
    List(
        "data-resources",
        "data-resource list",
        "data-resource list",
        filters=("namespaceCodes",),
        leads=True,
        makes="POST create-data-resource",
        at="data-resources/{namespaceCode}/{resourceCode}",
        inside="data-resources/{namespaceCodes}",
        offers={"namespaceCodes": namespaces.offered},
    ),
    List(
        "resource-policies",
        "resource-policy list",
        "resource-policy list",
        filters=("namespace",),
        leads=True,
        makes="POST create-policy",
        at="resource-policies/{namespace}/{code}",
        inside="resource-policies/{namespace}",
        offers={"namespace": namespaces.offered},
    ),
    List("tenants", "tenant list", "tenant list", leads=True, makes="POST create-tenant"),
    List("namespaces", "namespace list", "namespace list", leads=True, makes="POST create-namespace"),
    List(
        "resources",
        "resource list",
        "resource list",
        filters=("namespaceCodeList", "type"),
        leads=True,
        makes="POST create-resource",
        at="resources/{namespace}/{code}",
        inside="resources/{namespaceCodeList}",
        offers={"namespaceCodeList": namespaces.offered},
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says of a list, and so what Back and a new sign-in find again."""

    words: str
    chosen: Mapping[str, str]
    number: int

    @classmethod
    def of(cls, one: List, query: Query) -> Asked:
        """Raises InvalidInput naming the part that is none."""
        words = (query.text("q") or "").strip() if one.search else ""
        number = page_of(query)
        named = () if words and one.search != one.command else one.filters
        return cls(words, {name: value for name in named if (value := query.text(name))}, number)

    def values(self, command: Command) -> Values:
        values: Values = dict(command.fixed)
        for arg in command.args:
            if arg.default is not None:
                put(values, arg.to, arg.default)
        for name, value in self.chosen.items():
            put(values, name, value)
        if self.words:
            put(values, command.args[0].to, self.words)
        if command.paged is not None:
            before = f"{command.paged}." if command.paged else ""
            put(values, f"{before}page", self.number)
            put(values, f"{before}limit", PAGE_SIZE)
        return values

    def page(self, number: int) -> str:
        """Its address."""
        facts = {"q": self.words, **self.chosen, "page": str(number)}
        return "?" + urlencode({name: value for name, value in facts.items() if value})


def _handler(of: List) -> Handler:
    async def show(visit: Visit, rendering: Rendering) -> Response:
        asked = Asked.of(of, visit.http.query)
        command = COMMANDS[of.search if asked.words else of.command]
        shows = command.shows
        assert isinstance(shows, Table)
        data = await visit.ask(command.operation, asked.values(command))
        rows = got(data, shows.at) or []
        total = data.get("totalCount") if isinstance(data, dict) else None
        is_last = command.paged is None or len(rows) < PAGE_SIZE
        if total is not None and asked.number * PAGE_SIZE >= total:
            is_last = True
        return rendering.page(
            visit,
            "list.html",
            of=of,
            columns=[(column, titled(column.title, visit.lang)) for column in shows.columns],
            rows=[(_address(visit, of, row), [_value(row, one) for one in shows.columns]) for row in rows],
            total=total,
            asked=asked,
            choices={name: await _choices(visit, of, name) for name in of.filters},
            new=f"{visit.pool_address}/{_new(of, asked)}",
            previous=asked.page(asked.number - 1) if asked.number > 1 else "",
            following="" if is_last else asked.page(asked.number + 1),
        )

    return show


def _new(of: List, asked: Asked) -> str:
    """Where another is made, below the pool: inside of what the list is filtered by, if it is made inside of one."""
    inside = re.sub(r"{(\w+)}", lambda found: segment(asked.chosen.get(found[1]) or "default"), of.inside)
    return f"{inside or of.name}/new"


async def _choices(visit: Visit, of: List, name: str) -> Sequence[tuple[str, str]]:
    """Value and label."""
    if name in of.offers:
        return await of.offers[name](visit)
    t = Texts(visit.lang)
    known = next(arg.choices for arg in COMMANDS[of.command].args if arg.to == name)
    return [(one, t.status(one)) for one in known]


def _address(visit: Visit, of: List, row: dict[str, Any]) -> str:
    """Of the page of what a row is about; "" where it has none."""
    first = COMMANDS[of.command].shows
    assert isinstance(first, Table)
    if not of.leads or not _value(row, first.columns[0]):
        return ""
    if of.at:
        return f"{visit.pool_address}/" + re.sub(r"{(\w+)}", lambda found: segment(str(row[found[1]])), of.at)
    return f"{visit.pool_address}/{of.name}/{segment(str(_value(row, first.columns[0])))}"


def _value(row: dict[str, Any], column: Column) -> Any:
    found = got(row, column.path)
    return got(row, column.also) if found in (None, "") and column.also else found


PAGES = tuple(
    Page("GET", f"/pools/{{pool}}/{one.name}", _handler(one), calls=(one.operation,)) for one in LISTS
)
