"""The page that runs a script: what it is given, what is shown of it, and that neither secrets nor output escape."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any, get_args

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open

from poolhouse.customdb import stubs
from poolhouse.customdb.model import LogQuery, ScriptName
from poolhouse.customdb.redaction import HIDDEN, redacted_arguments
from poolhouse.errors import InvalidInput
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.wire.console.debugging.arguments import ARGUMENTS, given
from poolhouse.wire.console.debugging.output import LONGEST, bounded, pretty, shown, visible
from poolhouse.wire.console.debugging.remembered import texts_of

NAMES: tuple[ScriptName, ...] = tuple({**stubs.PARAMETERS, **stubs.AUTH0_PARAMETERS})
LOGIN = """async function login(query, password, context) {
  console.log('asked for', query.email, 'with', password);
  if (password !== 'right-one') {
    throw new Error('Password is not valid: ' + password);
  }
  return { id: 7, email: query.email, again: [password, encodeURIComponent(password)], ip: context.request.ip };
}
"""
EMAIL = {"version": "draft", "arg.query.email": "li@example.com"}


def here(script: str = "login") -> str:
    return f"/pools/{{pool}}/scripts/{script}/debug"


async def run(one: Console, script: str = "login", status: int = 200, **form: str) -> str:
    answer = await one.post(here(script), page=here(script), **form)
    assert answer.status_code == status, answer.text
    return answer.text


async def saved(services: Services, pool: PoolForTests, source: str, name: str = "login") -> int:
    return (await services.customdb.save_script(pool.administrator, name, source)).version


def said(page: str, label: str) -> str:
    found = re.search(rf'<pre [^>]*aria-label="{label}">\n?(.*?)</pre>', page, re.DOTALL)
    assert found, page
    return html.unescape(found[1])


async def test_a_run_shows_its_answer_and_all_it_said(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await saved(services, pool, LOGIN)
    one = await console("custom-database-editor")
    given = {**EMAIL, "arg.password": "right-one", "arg.context": '{"request": {"ip": "203.0.113.9"}}'}
    page = await run(one, **given)
    assert '"id": 7' in said(page, "Result")
    assert '"ip": "203.0.113.9"' in said(page, "Result")
    assert "log: asked for li@example.com" in said(page, "Console output")
    assert "Connections left open" in page
    assert re.search(r"<dd>[\d.]+ ms</dd>", page)
    assert 'name="arg.query.email" value="li@example.com"' in page
    assert html.escape(given["arg.context"]).replace("&quot;", "&#34;") in page


async def test_an_error_tells_its_line(services: Services, pool: PoolForTests, console: Open) -> None:
    await saved(services, pool, LOGIN)
    page = await run(await console("custom-database-editor"), **EMAIL, **{"arg.password": "another"})
    assert "Line 4" in page
    assert f"Error: Password is not valid: {HIDDEN}" in page
    assert "login.js:4:" in said(page, "Stack")


@pytest.mark.parametrize("password", ["right-one", "another one/é", "ab"])
async def test_a_password_never_stands_in_the_page(
    services: Services, pool: PoolForTests, console: Open, password: str
) -> None:
    """Not in its field, nor in what the script answered, threw or printed, however it is spelled."""
    await saved(services, pool, LOGIN)
    page = await run(await console("custom-database-editor"), **EMAIL, **{"arg.password": password})
    made = html.unescape(page[page.index('class="made"') :])
    assert not re.search(rf"(?<!\w){re.escape(password)}(?!\w)", made)
    assert re.search(r'name="arg.password" type="password"[^>]*>', page)
    assert f'value="{password}"' not in page


async def test_the_arguments_of_the_last_run_are_there_when_the_page_is_opened_again(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    """But for passwords, and not for those who may not read of people."""
    await saved(services, pool, LOGIN)
    one, other = await console("custom-database-editor"), await console("viewer-without-personal-data")
    assert "last debug run" not in (await one.get(here())).text
    await run(one, **EMAIL, **{"arg.password": "right-one"})
    await services.scripts.settled()
    again = (await one.get(here())).text
    assert "last debug run" in again
    assert 'name="arg.query.email" value="li@example.com"' in again
    assert "right-one" not in again
    assert "li@example.com" not in (await one.get(here("getUser"))).text
    assert "li@example.com" not in (await other.get(here())).text


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("listUsers", {"page": "2", "limit": "50"}),
        ("changeEmail", {"email": "a@x.cn", "newEmail": "b@x.cn", "verified": "yes"}),
        ("createUser", {"userinfo.name": "Li", "userinfo": '{\n  "city": "Hangzhou"\n}'}),
        ("getUser", {"query.id": "7"}),
    ],
)
def test_what_was_given_stands_in_its_fields_again(name: ScriptName, texts: dict[str, str]) -> None:
    filled = {one.path: one.default for one in ARGUMENTS[name]} | texts
    args = redacted_arguments(name, [*given(name, filled), {}])
    assert {path: text for path, text in texts_of(name, args).items() if text} == texts
    hidden = texts_of("createUser", [{"name": "Li", "password": "s3cret-1", "notes": {"token": HIDDEN}}])
    assert hidden == {"userinfo.name": "Li"}


async def test_a_secret_inside_json_is_not_kept(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await saved(
        services, pool, "async function createUser(u) { console.log(u); return { id: 1 }; }", "createUser"
    )
    one = await console("custom-database-editor")
    for text, status in (('{"Password": "hunter-22"}', 200), ('{"Password": "hunter-22",}', 400)):
        page = await run(
            one, "createUser", status, version="draft", **{"arg.userinfo": text, "arg.userinfo.name": "Li"}
        )
        assert "hunter-22" not in page
        assert 'name="arg.userinfo.name" value="Li"' in page
    kept = await run(one, "createUser", version="draft", **{"arg.userinfo": '{"city": "Hangzhou"}'})
    assert "Hangzhou" in kept[: kept.index('class="made"')]


async def test_the_draft_the_published_or_any_version_is_run(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    for number in (1, 2, 3):
        await saved(services, pool, f"async function login() {{ return {{ id: 'v{number}' }}; }}")
    await services.customdb.publish(pool.administrator, "login", 2)
    one = await console("custom-database-editor")
    for which, number in (("draft", 3), ("published", 2), ("1", 1)):
        page = await run(one, version=which)
        assert f'"id": "v{number}"' in said(page, "Result")
        assert f'<option value="{which}" selected>' in page
    assert '<option value="1" selected>' in (await one.get(f"{here()}?version=1")).text
    assert "choose a version" in await run(one, status=400, version="x")
    await run(one, status=404, version="99")


async def test_what_would_hurt_later_is_told(services: Services, pool: PoolForTests, console: Open) -> None:
    """In v3's words, and in the language of who reads."""
    await saved(services, pool, "async function getUser() { return { name: 'nobody' }; }", "getUser")
    one = await console("custom-database-editor")
    outcome = await services.customdb.run(pool.administrator, "getUser", [])
    assert outcome.warnings
    for lang, title in (("en-US", "What would hurt later"), ("zh-CN", "以后会出问题的地方")):
        address = f"{here('getUser')}?lang={lang}"
        page = (await one.post(address, page=address, version="draft")).text
        assert title in page
        page = page.replace("&#39;", "'").replace("&#34;", '"')
        for each in outcome.warnings:
            assert (f"<li>{html.escape(each.zh, quote=False)}" in page) == (lang == "zh-CN")
            assert (f"<li>{html.escape(each.en, quote=False)}" in page) == (lang == "en-US")


async def test_a_wrong_argument_is_named_and_nothing_is_run(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await saved(services, pool, "async function listUsers() { throw new Error('it ran'); }", "listUsers")
    one = await console("custom-database-editor")
    wrong = {"page": "-1", "limit": "1e9", "context": "[1]"}
    for name, text in wrong.items():
        page = await run(one, "listUsers", 400, version="draft", **{f"arg.{name}": text})
        assert re.search(rf'id="arg-{name}"[^>]*aria-invalid="true"', page)
        assert "it ran" not in page
    await services.scripts.settled()
    assert (await services.customdb.list_logs(pool.administrator, LogQuery(), PageRequest(1, 10))).total == 0


async def test_a_viewer_sees_why_it_is_off_and_runs_nothing(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await saved(services, pool, LOGIN)
    one = await console("viewer")
    page = (await one.get(here())).text
    assert "Your roles do not let you run scripts" in page
    assert re.search(r"<fieldset [^>]*disabled", page)
    assert (await one.post(here(), page=here(), **EMAIL)).status_code == 403


async def test_a_script_without_a_version_says_so(console: Open) -> None:
    one = await console("custom-database-editor")
    page = (await one.get(here())).text
    assert "there is nothing to run" in page
    assert re.search(r"<fieldset [^>]*disabled", page)
    await run(one, status=404, version="draft")
    assert (await one.get(here("nothing"))).status_code == 404


# -- hostile output ----------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script></pre><img src=x onerror=alert(1)>"
ESCAPES = "\\u001b[2J\\u001b]0;owned\\u0007\\u0000\\u202e\\u2028\\u009b31m"
UNSEEN = "\x1b\x07\x00\u202e\u2028\x9b"
EVIL = {
    "result": "return { id: 1, text: `%s`, ['%s']: 1 };",
    "error": "const e = new Error(`%s`); e.name = `%s`; throw e;",
    "console": "console.log(`%s`); console.error(`%s`); return { id: 1 };",
}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, Any]]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("where", EVIL)
async def test_hostile_output_is_text(
    services: Services, pool: PoolForTests, console: Open, where: str
) -> None:
    body = EVIL[where] % ((HOSTILE + ESCAPES,) * 2)
    await saved(services, pool, f"async function login() {{ {body} }}")
    page = await run(await console("custom-database-editor"), version="draft")
    tags = Tags()
    tags.feed(page)
    assert not [1 for tag, attributes in tags.seen if tag == "img" and attributes.get("src") == "x"]
    assert all("src" in attributes for tag, attributes in tags.seen if tag == "script")
    assert "&lt;script&gt;alert(1)" in page
    assert not set(UNSEEN) & set(html.unescape(page))
    assert "\\u202e" in page


@pytest.mark.parametrize(
    "body",
    [
        "return { id: 1, text: 'x'.repeat(900000) };",
        "return { id: 1, list: Array.from({ length: 90000 }, (_, i) => i) };",
        "let v = { id: 1 }; for (let i = 0; i < 20000; i += 1) v = { id: 1, v }; return v;",
        "for (let i = 0; i < 5000; i += 1) console.log('y'.repeat(2000)); return { id: 1 };",
        "throw new Error('z'.repeat(1000000));",
        "console.log('\\u001b'.repeat(60000)); return { id: 1, text: '\\u202e'.repeat(300000) };",
    ],
    ids=["a long text", "a long list", "deep", "console", "error", "escapes"],
)
async def test_what_is_endless_is_cut(
    services: Services, pool: PoolForTests, console: Open, body: str
) -> None:
    await saved(services, pool, f"async function login() {{ {body} }}")
    page = await run(await console("custom-database-editor"), version="draft")
    assert 'class="made"' in page
    assert len(page.encode()) < 3 * LONGEST


def test_a_cut_is_told_and_one_that_is_none_is_not() -> None:
    assert bounded("é" * LONGEST).is_cut
    assert len(bounded("é" * LONGEST).text.encode()) <= LONGEST
    assert not bounded("x" * LONGEST).is_cut
    assert bounded("x" * (LONGEST + 1)).is_cut
    assert bounded("\ud800").text == "\\ud800"


def test_a_secret_that_straddles_the_cut_is_cut_off_whole() -> None:
    for lead in range(LONGEST - 24, LONGEST + 2):
        outcome = {
            "success": True,
            "result": "x" * lead + "hunter-twenty-two",
            "error": None,
            "console": [],
            "warnings": [],
            "durationMs": 1,
            "connectionsOpened": 0,
            "connectionsLeftOpen": 0,
        }
        assert "hu" not in shown("login", outcome, ["hunter-twenty-two"]).result.text, lead


def test_json_is_pretty_and_any_depth_takes_no_recursion() -> None:
    value = {"a": [1, {"b": None}, [], {}], "é": "“"}
    assert pretty(value) == json.dumps(value, indent=2, ensure_ascii=False)
    deep: Any = 1
    for _ in range(200_000):
        deep = [deep]
    assert len(pretty(deep)) < LONGEST + 100
    assert visible("a\tb\nc\r\nd") == "a\tb\nc\nd"


# -- the shapes of arguments -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_fields_are_the_arguments_of_the_function(name: ScriptName) -> None:
    parameters = stubs.PARAMETERS.get(name) or stubs.AUTH0_PARAMETERS[name]
    roots = dict.fromkeys(one.path.partition(".")[0] for one in ARGUMENTS[name])
    assert [*roots] == parameters.split(", ")[:-1]
    assert set(NAMES) == set(get_args(get_args(ScriptName)[0])) | set(get_args(get_args(ScriptName)[1]))
    assert len(given(name, {})) == len(roots)


@pytest.mark.parametrize("name", stubs.PARAMETERS)
def test_the_members_are_those_that_are_declared(name: ScriptName) -> None:
    declared = (files("poolhouse.customdb.templates") / "poolhouse.d.ts").read_text()
    members = set(re.findall(r"^  (\w+)\??: ", declared, re.MULTILINE))
    query = {one.path.partition(".")[2] for one in ARGUMENTS[name] if one.path.startswith("query.")}
    wanted = {"login": {"email", "phone", "username"}, "getUser": {"id", "email", "phone", "username"}}
    assert query == wanted.get(name, set())
    assert {one.path.partition(".")[2] for one in ARGUMENTS[name]} - {""} <= members


@pytest.mark.parametrize("name", NAMES)
def test_what_a_log_hides_is_a_secret_field(name: ScriptName) -> None:
    """By the log's own rule."""
    texts = {one.path: "typed" for one in ARGUMENTS[name] if one.kind in ("text", "secret")}
    args = given(name, texts)
    hidden = redacted_arguments(name, [*args, {}])
    roots = [*dict.fromkeys(one.path.partition(".")[0] for one in ARGUMENTS[name])]
    for one in ARGUMENTS[name]:
        root, _, member = one.path.partition(".")
        value = hidden[roots.index(root)]
        is_hidden = (value[member] if member else value) == HIDDEN
        assert is_hidden == (one.kind == "secret"), one.path


def test_an_empty_field_is_null_absent_or_empty_as_declared() -> None:
    assert given("getUser", {"query.id": "7"}) == [
        {"id": "7", "email": None, "phone": None, "username": None}
    ]
    assert given(
        "updateUser", {"id": "7", "updates.name": "Li", "updates": '{"city": "X", "name": "no"}'}
    ) == [
        "7",
        {"city": "X", "name": "Li"},
    ]
    assert given("searchUser", {}) == [""]
    assert given("listUsers", {}) == [1, 10]
    assert given("deleteUser", {"id": "7", "context": '{"appId": "a"}'}) == ["7", {"appId": "a"}]
    for text in ("[" * 5000, "{}x", "1", '{"a": ' * 100 + "1" + "}" * 100):
        with pytest.raises(InvalidInput, match="updates"):
            given("updateUser", {"updates": text})
