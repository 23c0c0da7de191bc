"""Every page of the console, generated from its table: who is refused, what it answers, and in which words."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from bench.console_pool import ConsolePool
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, Things, one_of_each
from tests.console.hostile import Tags

from poolhouse.administrators.roles import ROLES, SCOPES
from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.console import PAGES
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import HEADERS
from poolhouse.wire.console.visit import ON_SERVER, segment
from poolhouse.wire.console.words import STATUSES, TEXTS
from poolhouse.wire.v3.app import row_at
from poolhouse.wire.v3.table import PREFIX

NEEDING = [page for page in PAGES if page.access != "anyone"]
IN_POOL = [page for page in PAGES if page.access == "pool"]
OWNERS = [page for page in PAGES if page.access == "server-owner"]
SHOWN = [page for page in PAGES if page.method == "GET" and page not in OWNERS]


def name(page: Page) -> str:
    return f"{page.method} {page.path or '/'}"


NOBODY = Things("nobody", "nothing", "nothing", "nothing", "nothing", "nothing")


def filled(page: Page, things: Things = NOBODY) -> str:
    return things.fill(page.path)


def scopes(page: Page) -> set[str]:
    found: set[str] = set()
    for operation in page.calls:
        method, _, path = operation.partition(" ")
        found |= row_at(method, f"{PREFIX}{path}").scopes
    return found


async def called(console: Console, page: Page, things: Things = NOBODY) -> Any:
    if page.method == "GET":
        return await console.get(filled(page, things))
    return await console.post(filled(page, things))


def test_the_bench_has_one_of_each_thing_that_a_page_is_about() -> None:
    """Else its run ends with the first page that finds nothing."""
    asked = {name for page in NEEDING if page.method == "GET" for name in re.findall(r"{(\w+)}", page.path)}
    assert asked <= set(ConsolePool.__dataclass_fields__)


@pytest.mark.parametrize("page", NEEDING, ids=name)
async def test_a_stranger_is_asked_to_sign_in(stranger: Console, page: Page) -> None:
    answer = await called(stranger, page)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in?")


@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
async def test_every_page_is_shown(things: Things, console: Open, lang: str) -> None:
    one = await console("owner")
    headers = {"accept-language": lang}
    for page in SHOWN:
        answer = await one.get(f"{filled(page, things)}?choose=1", follow_redirects=True, headers=headers)
        assert answer.status_code == 200, (page.path, answer.text)
        assert f'<html lang="{lang}"' in answer.text
        assert "bound method" not in unescape(answer.text), page.path
        for header, value in HEADERS.items():
            assert re.sub(r" 'nonce-[\w-]{24}'", "", answer.headers[header]) == value


async def test_every_page_of_the_server_is_shown_to_an_owner_of_it(things: Things, console: Open) -> None:
    one = await console(is_owner=True)
    for page in (page for page in OWNERS if page.method == "GET"):
        for lang in ("zh-CN", "en-US"):
            answer = await one.get(filled(page, things), headers={"accept-language": lang})
            assert answer.status_code == 200, (page.path, answer.text)
            assert f'<html lang="{lang}"' in answer.text
            assert "bound method" not in unescape(answer.text), page.path


async def test_another_pool_is_not_there(services: Services, other_pool: PoolForTests, console: Open) -> None:
    """For a right in one pool is none in another; and a user of another is nobody."""
    theirs = await one_of_each(services, other_pool)
    one = await console("owner")
    form_of_ours = Console(one.http, other_pool, one.administrator)
    answers = {}
    for page in IN_POOL:
        answers[name(page), "there"] = await called(form_of_ours, page, theirs)
        if "{" in re.sub("{(pool|script|template|of)}", "", page.path):  # of which every pool has the same
            answers[name(page), "here"] = await called(one, page, theirs)
    for which, answer in answers.items():
        assert answer.status_code == 404, which
        assert not {"li", "李四", "员工", "shop"} & set(re.findall(r">(\w+)<", answer.text))
    found = await services.users.get(other_pool.administrator, theirs.user)
    assert found.status == "Activated"


@pytest.mark.parametrize("role", [role for role in ROLES if SCOPES[role] is not None])
async def test_a_role_opens_the_pages_of_its_scopes_and_no_other(console: Open, role: Any) -> None:
    one = await console(role)
    may = SCOPES[role] or frozenset()
    for page in IN_POOL:
        answer = await called(one, page)
        if scopes(page) <= may:
            assert answer.status_code != 403, (role, name(page))
        else:
            assert answer.status_code == 403, (role, name(page))


@pytest.mark.parametrize("page", OWNERS, ids=name)
async def test_what_is_the_servers_is_for_its_owners(console: Open, page: Page) -> None:
    assert (await called(await console("owner"), page)).status_code == 403
    assert (await called(await console(is_owner=True), page)).status_code != 403


async def test_a_form_of_another_site_does_nothing(console: Open, things: Things) -> None:
    """Without the token, and with it where the browser says that another site sent it."""
    one = await console("owner", is_owner=True)
    shown = await one.get("/account")
    token = re.search(r'name="form" value="([0-9a-f]+)"', shown.text)
    assert token
    elsewhere: list[dict[str, str]] = [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
    for page in (page for page in PAGES if page.method == "POST"):
        for given, headers in (("0" * 64, {}), *((token[1], each) for each in elsewhere)):
            address = one.address(filled(page, things))
            answer = await one.http.post(address, data={"form": given}, headers=headers)
            assert answer.status_code == 400, (name(page), headers)


@pytest.mark.parametrize("page", IN_POOL, ids=name)
def test_what_a_page_does_is_an_operation_of_the_api(page: Page) -> None:
    """A page that asks nothing of it shows less where a role lacks something; a form always has one."""
    assert page.calls or page.calls_any or page.method == "GET"
    for operation in page.calls:
        method, _, path = operation.partition(" ")
        assert row_at(method, f"{PREFIX}{path}").access == "administrator"


@pytest.mark.parametrize("page", OWNERS, ids=name)
def test_what_a_page_of_the_server_does_is_an_operation_of_the_command(page: Page) -> None:
    assert page.calls or page.method == "GET"
    assert set(page.calls) <= set(ON_SERVER)


# -- what stands on them -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["q=" + "%00", "page=0", "page=x", "page=99999999", "status=Nobody", "q=%ff"]
)
async def test_an_address_that_is_none_is_a_sentence(console: Open, query: str) -> None:
    one = await console("viewer")
    answer = await one.get(f"/pools/{{pool}}/users?{query}")
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text


async def test_a_page_before_the_first_is_none_on_any_list(console: Open, things: Things) -> None:
    """One rule: a list that takes it for the first would answer what the next one refuses."""
    one = await console("owner")
    paged = set()
    for page in SHOWN:
        there = await one.get(f"{filled(page, things)}?page=x", follow_redirects=True)
        if there.status_code == 400:
            paged.add(page.path)
            for number in ("0", "-1"):
                answer = await one.get(f"{filled(page, things)}?page={number}", follow_redirects=True)
                assert answer.status_code == 400, (page.path, number)
    assert {"/pools/{pool}/users", "/pools/{pool}/groups", "/pools/{pool}/users/{user}/sign-ins"} <= paged


@pytest.mark.parametrize("done", ["total", "page", "first_password", "done_", "done_saved{x}", "nothing"])
async def test_an_address_says_nothing_but_that_something_is_done(stranger: Console, done: str) -> None:
    """Not a word with a gap, which nobody fills: that was a fault on any page, for anybody."""
    for path in ("/sign-in", "/nothing"):
        answer = await stranger.get(f"{path}?done={done}")
        assert answer.status_code in (200, 404)
        assert 'class="notice"' not in answer.text


@pytest.mark.parametrize(
    "code", ["员工 a", "a/b", "a%b", "a%2Fb", "a+b", "a?b#c", "staff/delete", "new", ".", "..", "~", "~new"]
)
async def test_a_code_of_any_characters_has_its_pages(
    services: Services, pool: PoolForTests, console: Open, code: str
) -> None:
    await services.groups.create(pool.administrator, GroupDraft(code="staff", name="another"))
    await services.groups.create(pool.administrator, GroupDraft(code=code, name="x"))
    one = await console("owner")
    links = re.findall(r'<td><a href="([^"]+)"', (await one.get("/pools/{pool}/groups")).text)
    (here,) = [link for link in links if not link.endswith("/staff")]
    for page in ("", "/edit", "/delete"):
        answer = await one.http.get(here + page)
        assert answer.status_code == 200, page
        assert "another" not in answer.text
    path = here.removeprefix("/console") + "/delete"
    assert (await one.post(path, page=path, confirm=code)).status_code == 303
    assert (await one.http.get(here)).status_code == 404


def test_a_page_beside_those_of_things_is_no_thing() -> None:
    """A thing of the same name has another address."""
    paths = [page.path.split("/") for page in PAGES]
    for one in paths:
        for other in paths:
            for here, (mine, theirs) in enumerate(zip(one, other, strict=False)):
                if one[:here] == other[:here] and theirs.startswith("{") and not mine.startswith("{"):
                    assert segment(mine) != mine, (one, other)


async def test_every_field_is_shown_in_the_letters_it_has(console: Open, things: Things) -> None:
    one = await console("viewer")
    shown = (await one.get(f"/pools/{{pool}}/users/{things.user}/data")).text
    assert '"name": "李四"' in shown.replace("&#34;", '"')


async def test_no_page_asks_another_host_for_anything(console: Open, things: Things) -> None:
    one = await console("owner")
    for page in SHOWN:
        tags = Tags((await one.get(filled(page, things), follow_redirects=True)).text)
        for tag, attributes in tags.seen:
            if tag in ("img", "script", "link", "form"):
                address = attributes.get("src") or attributes.get("href") or attributes.get("action") or ""
                assert address.startswith(("/console", "data:image/")) or not address, (page.path, address)


async def test_a_file_is_kept_for_ever_and_another_digest_is_none(stranger: Console) -> None:
    page = await stranger.get("/sign-in")
    address = re.search(r"/console/static/[0-9a-f]{16}/console.css", page.text)
    assert address
    file = await stranger.http.get(address[0])
    assert (file.status_code, file.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in file.headers["cache-control"]
    for other in ("/console/static/0000000000000000/console.css", "/console/static/x/../words.py"):
        assert (await stranger.http.get(other)).status_code == 404


async def test_what_is_no_page_says_so(console: Open) -> None:
    one = await console("owner")
    answer = await one.get("/nothing")
    assert answer.status_code == 404
    assert "No such page" in answer.text
    assert (await one.http.get("/")).headers["location"] == "/console"


# -- words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [*TEXTS, *STATUSES])
def test_every_word_is_in_both_languages(key: str) -> None:
    zh, en = (TEXTS | STATUSES)[key]
    assert zh
    assert en
    assert not re.search(r"[\u4e00-\u9fff]", en)
    assert set(re.findall(r"{(\w+)}", zh)) == set(re.findall(r"{(\w+)}", en))


def test_no_template_says_anything_by_itself() -> None:
    """What a person reads stands in `words`; a template has its tags, and Jinja's."""
    from poolhouse.wire.console.rendering import templates

    for template in templates().list_templates(extensions=["html"]):
        source, _, _ = templates().loader.get_source(templates(), template)  # type: ignore[union-attr]
        bare = re.sub(r"{%.*?%}|{{.*?}}|<kbd>[^<]*</kbd>|<[^>]*>", " ", source, flags=re.DOTALL)
        said = set(re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", bare)) - {"Poolhouse", "中文", "English"}
        assert said == set(), template


async def test_a_user_is_blocked_and_comes_back(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    one = await console("user-editor")
    here = f"/pools/{{pool}}/users/{user.id}"
    for act, status in (("block", "Suspended"), ("unblock", "Activated")):
        was = "Activated" if act == "block" else "Suspended"
        answer = await one.post(f"{here}/{act}", page=here, was=was)
        assert answer.status_code == 303
        assert (await services.users.get(pool.administrator, user.id)).status == status
    shown = await one.get(here)
    assert 'action="' + one.address(here) + '/block"' in shown.text
    viewer = await console("viewer")
    assert "/block" not in (await viewer.get(here)).text


async def test_a_search_and_its_page_are_in_the_address(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    for number in range(60):
        await services.users.create(pool.administrator, UserDraft({"username": f"zhang{number:02}"}))
    one = await console("viewer")
    first = await one.get("/pools/{pool}/users?q=zhang")
    assert first.text.count("<tr><td>") == 50
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    second = await one.get("/pools/{pool}/users" + following[1].replace("&amp;", "&"))
    assert second.text.count("<tr><td>") == 10
    assert 'rel="next"' not in second.text
    assert 'value="zhang"' in second.text
    assert (await one.get(f"/pools/{{pool}}/users?q={new_id()}")).text.count("<tr><td>") == 0


# -- what a form may write over ----------------------------------------------------------------------------

_ACT = "an act of its own: what is filled in is offered, and writes over nothing"
UNCONDITIONAL = {
    ("/pools/{pool}/resources/{namespace}/{resource}", "give"): _ACT,
    ("/pools/{pool}/groups/{group}", "give"): _ACT,
    ("/pools/{pool}/roles/{role}", "give"): _ACT,
    ("/pools/{pool}/keys", ""): _ACT,
    ("/pools/{pool}/users/{user}/access", "role-add"): _ACT,
    ("/pools/{pool}/users/{user}/security", "password"): _ACT,
    ("/pools/{pool}/scripts/{script}/debug", "debug"): _ACT,
    ("/pools/{pool}/scripts/{script}/replay", "replay"): _ACT,
    ("/pools/{pool}/users", "view"): "what one chose to see, in a cookie",
    ("/pools/{pool}/users/export", "export"): _ACT,
    ("/pools/{pool}/scripts/{script}", "login"): "a condition of its own: the version that it began with",
}
"""Forms that show what is there and have no condition, by page and the end of the address they go to, and why."""


async def test_every_form_that_shows_what_is_there_is_conditional(things: Things, console: Open) -> None:
    """It remembers when it was opened, for `conflicts.saved`: of two who change one thing both are asked."""
    one, found = await console(is_owner=True), set()
    for page in (page for page in PAGES if page.method == "GET" and not page.path.endswith("/new")):
        answer = await one.get(f"{filled(page, things)}?choose=1", follow_redirects=True)
        for form in re.findall(r"<form[^>]* method=.post.*?</form>", answer.text, re.DOTALL):
            tags = Tags(form).seen
            to = (tags[0][1].get("action") or "").partition("?")[0].rpartition("/")[2]
            if (
                to != "look"
                and _shows(form, tags)
                and not any(each.get("name") == "opened" for _, each in tags)
            ):
                found.add((page.path, to))
    assert found == set(UNCONDITIONAL)


def _shows(form: str, tags: list[tuple[str, dict[str, str | None]]]) -> bool:
    """Whether a field that can be changed holds something."""
    typed = ("text", "email", "number", "url", "tel", "datetime-local", "color")
    for tag, each in tags:
        if tag == "input" and (each.get("type") or "text") in typed and each.get("value") and "name" in each:
            return True
        if "checked" in each or (tag == "option" and "selected" in each and each.get("value")):
            return True
    return re.search(r"<textarea[^>]*>\s*[^<\s]", form) is not None
