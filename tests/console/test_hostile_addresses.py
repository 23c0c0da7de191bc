"""Addresses that nobody writes by hand, on every page that is looked at: what a page knows of its address is taken from
its own forms and links, and each of it gets what is none. HOSTILE=all asks each with each, which takes minutes."""

from __future__ import annotations

import os
import re
from html import unescape
from urllib.parse import quote

from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, Things
from tests.console.hostile import PAYLOADS, Tags, harm

from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.console import PAGES

ALL = os.environ.get("HOSTILE") == "all"
NAMES = ("page", "cursor", "sort", "limit", "q", "version", "to", "lang", "done")
VALUES = (
    *(
        "%00",
        "a%00b",
        "%ff",
        "%ED%A0%80",
        "%ud800",
        "%",
        "",
        "x",
        "0",
        "-1",
        "1.5",
        "1e3",
        "9" * 30,
        "%EF%BC%91",
    ),
    *("a" * 10_000, "%F0%9F%98%80" * 800, "2026-99-99", "0001-01-01T00:00:00", "[]", "{}", "null", "true"),
    *("..%2F..%2F", "%25", "%5C%5Cevil.example", "AAAA", "eyJhIjoxfQ"),
    *(quote(value[:400]) for value in PAYLOADS.values()),
)
SHOWN = [page for page in PAGES if page.method == "GET" and page.access in ("pool", "administrator")]
IN_URLS = re.compile(r"[?&]([A-Za-z_]{1,40})=")


def known(text: str) -> list[str]:
    """The parameters that a page has: those of its forms that ask, and of its links."""
    names: set[str] = set()
    asking = False
    for tag, attributes in Tags(text).seen:
        if tag == "form":
            asking = (attributes.get("method") or "get").lower() == "get"
        if asking and tag in ("input", "select", "textarea") and attributes.get("name"):
            names.add(str(attributes["name"]))
        names |= set(IN_URLS.findall(attributes.get("href") or ""))
    return sorted(names | set(NAMES))


async def judged(console: Console, address: str) -> str:
    """What is wrong with the answer; "" for nothing."""
    answer = await console.http.get(address, headers={"accept-language": "en"})
    if answer.status_code not in (200, 303, 400, 404, 431):
        return f"{answer.status_code}"
    if answer.status_code == 400 and not re.search(r'class="error"[^>]*>[^<]{8,}', answer.text):
        return "400 without a sentence"
    if found := harm(answer.text):
        return f"harm: {found[:2]}"
    return ""


async def test_no_address_is_a_fault_whatever_is_in_it(console: Open, things: Things) -> None:
    """Each page with everything at once, some of it twice, and with one alone: what is refused first hides the rest."""
    one = await console("owner")
    found: dict[str, str] = {}
    asked = 0
    for turn, page in enumerate(SHOWN):
        here = one.address(things.fill(page.path))
        names = known((await one.http.get(here, follow_redirects=True)).text)
        each = [f"{name}={VALUES[(turn + place) % len(VALUES)]}" for place, name in enumerate(names)]
        alone = [f"{name}={value}" for name in names for value in VALUES] if ALL else [each[turn % len(each)]]
        twice = [f"{name}=2" for name in names[turn % 3 :: 3]]
        for query in ("&".join([*each, *twice]), *alone):
            asked += 1
            if wrong := await judged(one, f"{here}?{query}"):
                found[f"{here}?{query}"[:300]] = wrong
    assert found == {}
    assert asked >= 2 * len(SHOWN)


async def test_a_page_of_another_pools_list_shows_nothing_of_it(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, console: Open
) -> None:
    """What leads to the next page is good for the list it came from, and names nobody of another pool."""
    for whose, mark in ((pool, "ours"), (other_pool, "theirs")):
        for number in range(60):
            draft = UserDraft({"username": f"{mark}{number:02}", "name": f"{mark}{new_id()}"})
            await services.users.create(whose.administrator, draft)
    one = await console("owner", is_owner=True)
    cursors = {}
    for list_ in ("users", "audit"):
        text = (await one.http.get(f"/console/pools/{other_pool.id}/{list_}")).text
        following = re.search(r'rel="next" href="([^"]+)"', text)
        assert following, list_
        cursors[list_] = unescape(following[1])
    for list_, theirs in cursors.items():
        for page in (list_, "users", "audit", "calls", "sign_ins"):
            answer = await one.get(f"/pools/{{pool}}/{page}{theirs}")
            assert answer.status_code in (200, 400), (list_, page)
            assert "theirs" not in Tags(answer.text).text, (list_, page)
