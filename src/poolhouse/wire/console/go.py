"""Going to anything by a part of its name: pages, people, groups, roles, applications, organizations, scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from poolhouse.client.model import Values, got, put
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


@dataclass(frozen=True, slots=True)
class Source:
    """`name`: of its pages and of its word. `operation` takes the words at `words` and the page at `paged`; `key`
    leads to the page of one, "" where it has none; `labels`: what it may be called by, the first that it has."""

    name: str
    operation: str
    key: str
    labels: tuple[str, ...]
    words: str = "keywords"
    paged: str = ""
    only: Mapping[str, Any] | None = None

    def values(self, words: str) -> Values:
        values: Values = dict(self.only or {})
        put(values, self.words, words)
        before = f"{self.paged}." if self.paged else ""
        put(values, f"{before}page", 1)
        put(values, f"{before}limit", MOST_OF_A_KIND)
        put(values, f"{before}withTotalCount", False)
        return values


SOURCES = (
    Source(
        "users",
        "POST list-users",
        "userId",
        ("name", "nickname", "username", "email", "phone", "userId"),
        paged="options.pagination",
    ),
    Source("groups", "GET list-groups", "code", ("name", "code")),
    Source("roles", "GET list-roles", "code", ("name", "code")),
    Source("applications", "GET list-applications", "appId", ("appName", "appId")),
    Source("organizations", "GET search-organizations", "organizationCode", ("organizationName",)),
)


@dataclass(frozen=True, slots=True)
class Place:
    """`kind`: the word above it. `also`: what tells it from another of the same name."""

    kind: str
    label: str
    address: str
    also: str = ""


async def show(visit: Visit, rendering: Rendering) -> Response:
    words = (visit.http.query.text("q") or "").strip()
    if len(words) > LONGEST_WORDS:
        raise InvalidInput("q", f"最多 {LONGEST_WORDS} 个字符", f"at most {LONGEST_WORDS} characters")
    places = [*_pages(visit, words), *(await _found(visit, words) if words else ())]
    return rendering.page(visit, "go.html", words=words, places=places)


def _pages(visit: Visit, words: str) -> Iterator[Place]:
    """Those of the frame and the scripts, whichever of our languages they are asked for in."""
    base = _base(visit)
    for _, links in SECTIONS:
        for link in links:
            if (not link.operation or visit.may(link.operation)) and _says(words, *TEXTS[link.name]):
                label = TEXTS[link.name][visit.lang == "en-US"]
                yield Place("pages", label, f"{base}/{link.below}".rstrip("/"))
    if words and visit.may("GET list-custom-database-scripts"):
        for name in SCRIPT_NAMES:
            if _says(words, name):
                yield Place("scripts", name, f"{base}/scripts/{name}")


async def _found(visit: Visit, words: str) -> list[Place]:
    places: list[Place] = []
    for source in SOURCES:
        if not visit.may(source.operation):
            continue
        rows = (await visit.ask(source.operation, source.values(words)))["list"][:MOST_OF_A_KIND]
        if source.name == "users" and not rows:
            rows = (await meant(visit, words)).all
        for row in rows:
            called = [str(row[name]) for name in source.labels if row.get(name)]
            key = str(got(row, source.key))
            also = next((one for one in (*called[1:], key) if one != called[0]), "")
            places.append(Place(source.name, called[0], f"{_base(visit)}/{source.name}/{segment(key)}", also))
    return places


def _says(words: str, *names: str) -> bool:
    return any(words.casefold() in name.casefold() for name in names)


def _base(visit: Visit) -> str:
    return visit.pool_address


PAGES = (Page("GET", "/pools/{pool}/go", show),)
