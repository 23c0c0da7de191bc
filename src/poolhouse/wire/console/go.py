"""Going to anything by a part of its name: pages, people, what is in the pool, settings, scripts, mail templates."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from poolhouse.client.custom_fields import label_of
from poolhouse.client.model import Values, put
from poolhouse.client.table_fields import KINDS
from poolhouse.customdb.model import SCRIPT_NAMES
from poolhouse.errors import InvalidInput
from poolhouse.wire.console.navigation import SECTIONS
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.people.meant import meant
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, segment
from poolhouse.wire.console.words import TEXTS

MOST_OF_A_KIND = 5
LONGEST_WORDS = 256
FIELDS, SETTINGS, SOURCES_OF_IDENTITY, TEMPLATES, ADMINISTRATORS = (
    "GET get-custom-fields",
    "GET list-pool-settings",
    "GET list-ext-idp",
    "GET get-email-templates",
    "GET list-pool-administrators",
)


@dataclass(frozen=True, slots=True)
class Source:
    """`name`: its word. `at`: the page of one below the pool, with what a row has in braces. `operation` takes the
    words at `words` and the page at `paged`, None for none; it need not count them if it is `uncounted`. `labels`: what
    one may be called by, the first that it has."""

    name: str
    operation: str
    at: str
    labels: tuple[str, ...]
    words: str = "keywords"
    paged: str | None = ""
    uncounted: bool = False

    def values(self, words: str) -> Values:
        values: Values = {}
        put(values, self.words, words)
        before = f"{self.paged}." if self.paged else ""
        put(values, f"{before}limit", MOST_OF_A_KIND)
        if self.paged is not None:
            put(values, f"{before}page", 1)
        if self.uncounted:
            put(values, f"{before}withTotalCount", False)
        return values


SOURCES = (
    Source(
        "users",
        "POST list-users",
        "users/{userId}",
        ("name", "nickname", "username", "email", "phone", "userId"),
        paged="options.pagination",
        uncounted=True,
    ),
    Source("groups", "GET list-groups", "groups/{code}", ("name", "code"), uncounted=True),
    Source("roles", "GET list-roles", "roles/{code}", ("name", "code"), uncounted=True),
    Source(
        "organizations",
        "GET search-organizations",
        "organizations/{organizationCode}",
        ("organizationName", "organizationCode"),
        uncounted=True,
    ),
    Source(
        "departments",
        "GET find-departments",
        "organizations/{organizationCode}/departments/{departmentId}",
        ("name", "code"),
        paged=None,
    ),
    Source("tenants", "GET list-tenants", "tenants/{tenantId}", ("name", "tenantId")),
    Source(
        "applications", "GET list-applications", "applications/{appId}", ("appName", "appId"), uncounted=True
    ),
    Source(
        "resources",
        "GET list-common-resource",
        "resources/{namespace}/{code}",
        ("name", "code"),
        words="keyword",
    ),
    Source(
        "resource-policies",
        "GET list-policies",
        "resource-policies/{namespace}/{code}",
        ("code",),
        words="query",
    ),
    Source("namespaces", "GET list-namespaces", "namespaces/{code}", ("name", "code")),
    Source(
        "data-resources",
        "GET list-data-resources",
        "data-resources/{namespaceCode}/{resourceCode}",
        ("resourceName", "resourceCode"),
        words="query",
    ),
    Source("policies", "GET list-data-policies", "policies/{policyId}", ("policyName",), words="query"),
)
"""What v3 looks for itself, in the order in which it is shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """`kind`: the word above it. `also`: what tells it from another of the same name. `names`: what it is called in the
    language that it is not shown in."""

    kind: str
    label: str
    address: str
    also: str = ""
    names: str = ""


async def show(visit: Visit, rendering: Rendering) -> Response:
    words = (visit.http.query.text("q") or "").strip()
    if len(words) > LONGEST_WORDS:
        raise InvalidInput("q", f"最多 {LONGEST_WORDS} 个字符", f"at most {LONGEST_WORDS} characters")
    kinds: dict[str, list[Place]] = {}
    for place in [*_pages(visit, words), *(await _found(visit, words) if words else ())]:
        kinds.setdefault(place.kind, []).append(place)
    return rendering.page(visit, "go.html", words=words, kinds=kinds)


def _pages(visit: Visit, words: str) -> Iterator[Place]:
    """Those of the frame and the scripts, whichever of our languages they are asked for in."""
    for _, links in SECTIONS:
        for link in links:
            if (not link.operation or visit.may(link.operation)) and _says(words, *TEXTS[link.name]):
                label = TEXTS[link.name][visit.lang == "en-US"]
                yield Place("pages", label, f"{visit.pool_address}/{link.below}".rstrip("/"))
    if words and visit.may("GET list-custom-database-scripts"):
        for name in SCRIPT_NAMES:
            if _says(words, name):
                yield Place("scripts", name, f"{visit.pool_address}/scripts/{name}")


async def _found(visit: Visit, words: str) -> list[Place]:
    places: list[Place] = []
    for source in SOURCES:
        if not visit.may(source.operation):
            continue
        rows = (await visit.ask(source.operation, source.values(words)))["list"][:MOST_OF_A_KIND]
        if source.name == "users" and not rows:
            rows = (await meant(visit, words)).all
        places += [_place(visit, source, row) for row in rows]
    for kind in (_fields, _sources, _settings, _templates, _administrators):
        every = [place async for place in kind(visit)]
        places += [one for one in every if _says(words, one.label, one.also, one.names)][:MOST_OF_A_KIND]
    return places


def _place(visit: Visit, source: Source, row: Mapping[str, Any]) -> Place:
    called = [str(row[name]) for name in source.labels if row.get(name)]
    address = re.sub(r"{(\w+)}", lambda found: segment(str(row[found[1]])), source.at)
    above = " / ".join(row.get("namePath", ())[:-1])
    key = str(row[re.findall(r"{(\w+)}", source.at)[-1]])
    also = above or next((one for one in (*called[1:], key) if one != called[0]), "")
    return Place(source.name, called[0], f"{visit.pool_address}/{address}", also)


# -- what v3 tells as a whole, so few are they -------------------------------------------------------------


async def _fields(visit: Visit) -> AsyncIterator[Place]:
    for kind in KINDS if visit.may(FIELDS) else ():
        for one in await visit.ask(FIELDS, {"targetType": kind}):
            address = f"{visit.pool_address}/fields/{kind}/{segment(one['key'])}"
            labels = [label_of(one, lang) for lang in (visit.lang, "zh-CN", "en-US")]
            yield Place("fields", labels[0], address, one["key"], " ".join(labels))


async def _sources(visit: Visit) -> AsyncIterator[Place]:
    for one in (await visit.ask(SOURCES_OF_IDENTITY))["list"] if visit.may(SOURCES_OF_IDENTITY) else ():
        yield Place("sources", one["name"], f"{visit.pool_address}/sources/{segment(one['id'])}", one["type"])


async def _settings(visit: Visit) -> AsyncIterator[Place]:
    """A setting on the page of its section, which is opened at it."""
    for one in await visit.ask(SETTINGS) if visit.may(SETTINGS) else ():
        address = f"{visit.pool_address}/settings/{one['section']}"
        anchor = f"#f-{one['name'].replace('.', '-')}" if one["hasEffect"] else ""
        effect = one["effect"][:1].upper() + one["effect"][1:]
        yield Place("settings", effect or one["name"], f"{address}{anchor}", one["name"])


async def _templates(visit: Visit) -> AsyncIterator[Place]:
    for one in (await visit.ask(TEMPLATES))["templates"] if visit.may(TEMPLATES) else ():
        address = f"{visit.pool_address}/mail-templates/{segment(one['type'])}"
        yield Place("mail_templates", one["name"] or one["type"], address, one["type"])


async def _administrators(visit: Visit) -> AsyncIterator[Place]:
    for one in (await visit.ask(ADMINISTRATORS))["list"] if visit.may(ADMINISTRATORS) else ():
        address = f"{visit.pool_address}/administrators/{segment(one['id'])}"
        yield Place("administrators", one["name"] or one["username"], address, one["username"])


def _says(words: str, *names: str) -> bool:
    return any(words.casefold() in name.casefold() for name in names)


PAGES = (Page("GET", "/pools/{pool}/go", show),)
