"""Examples of a script: those of every kind, saved as a draft over nobody's text."""

from __future__ import annotations

import html
import re

from tests.conftest import PoolForTests
from tests.console.conftest import Open

from poolhouse.customdb.templates import KINDS, examples, template
from poolhouse.customdb.templates_auth0 import auth0_examples, auth0_template
from poolhouse.services import Services
from poolhouse.wire.console.examples import LABELS

SCRIPT = "/pools/{pool}/scripts/login"
HERE = f"{SCRIPT}/examples"
KIND = r'name="kind" value="(\w+)"><input type="hidden" name="dialect" value="(\w+)"'


async def test_an_example_becomes_the_draft_and_what_was_saved_stays(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await services.customdb.update(pool.administrator, {"database_type": "mysql"})
    mine = await services.customdb.save_script(pool.administrator, "login", "function login() {} // mine")
    one = await console("custom-database-editor")
    page = (await one.get(HERE)).text
    mine_first = ["mysql", "postgresql", "mongodb", "http"]
    assert re.findall(KIND, page) == [
        (kind, dialect) for dialect in ("poolhouse", "auth0") for kind in mine_first
    ]
    assert template("mysql", "login") in html.unescape(page)
    done = await one.post(HERE, page=HERE, kind="postgresql", after="1")
    assert done.headers["location"].endswith("/scripts/login?done=done_example")
    newest = await services.customdb.get_script(pool.administrator, "login")
    assert (newest.version, newest.source) == (2, template("postgresql", "login"))
    assert newest.message == "Example: PostgreSQL"
    assert (await services.customdb.get_script(pool.administrator, "login", 1)).source == mine.source
    assert (await services.customdb.list_scripts(pool.administrator))[0].published is None


async def test_under_auth0s_dialect_its_examples_come_first_and_one_becomes_the_draft(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await services.customdb.update(pool.administrator, {"dialect": "auth0"})
    one = await console("custom-database-editor")
    there = HERE.replace("login", "changePassword")
    page = (await one.get(there)).text
    assert {dialect for _, dialect in re.findall(KIND, page)} == {"auth0"}
    assert auth0_template("mysql", "changePassword") in html.unescape(page)
    done = await one.post(there, page=there, kind="mysql", dialect="auth0", after="0")
    assert done.headers["location"].endswith("/scripts/changePassword?done=done_example")
    newest = await services.customdb.get_script(pool.administrator, "changePassword")
    assert (newest.source, newest.message) == (
        auth0_template("mysql", "changePassword"),
        "Example: MySQL (Auth0)",
    )
    assert [dialect for _, dialect in re.findall(KIND, (await one.get(HERE)).text)][:4] == ["auth0"] * 4


async def test_over_a_version_saved_meanwhile_no_example_is_saved(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("custom-database-editor")
    await services.customdb.save_script(pool.administrator, "login", "function login() {} // theirs")
    told = await one.post(HERE, page=HERE, kind="http", after="0")
    assert told.status_code == 409
    assert "version 1" in told.text
    assert (await services.customdb.get_script(pool.administrator, "login")).version == 1
    assert (await one.post(HERE, page=HERE, kind="http", after="1")).status_code == 303


async def test_who_may_not_write_reads_and_an_unknown_kind_is_none(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    viewer = await console("viewer")
    assert re.search(r"<button disabled[^>]*Read only", (await viewer.get(HERE)).text)
    assert (await viewer.post(HERE, page=HERE, kind="http", after="0")).status_code == 403
    one = await console("custom-database-editor")
    for unknown in ({"kind": "../http"}, {"kind": "http", "dialect": "okta"}):
        assert (await one.post(HERE, page=HERE, after="0", **unknown)).status_code == 404
    assert (await services.customdb.list_scripts(pool.administrator))[0].draft is None


async def test_every_function_has_its_page_and_auth0_is_told_of(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await services.customdb.update(pool.administrator, {"dialect": "auth0"})
    one = await console("viewer")
    for state in await services.customdb.list_scripts(pool.administrator):
        page = (await one.get(HERE.replace("login", state.name))).text
        assert "dialect is auth0 already" in page
        ours, theirs = examples(state.name), auth0_examples(state.name)
        assert page.count('<details class="example"') == len(ours) + len(theirs), state.name
        assert page.count('class="empty"') == (not ours) + (not theirs), state.name
    assert set(LABELS) == set(KINDS)
