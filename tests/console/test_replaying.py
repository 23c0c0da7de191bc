"""The page that replays recorded calls of a script."""

from __future__ import annotations

import html
import re

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open
from tests.customdb.test_replay import GET_USER, called, draft, shop  # noqa: F401

from poolhouse.services import Services

HERE = "/pools/{pool}/scripts/getUser/replay"


@pytest.mark.usefixtures("shop")
async def test_what_a_draft_would_change_is_shown(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await called(services, pool.administrator, "li", "ghost")
    await draft(services, pool, GET_USER.replace("'小'", "'<b>\u202e'").replace("'ghost'", "'li'"))
    await draft(services, pool, GET_USER.replace("'小'", "'<b>\u202e'"))
    one = await console("custom-database-editor")
    page = (await one.post(HERE, page=HERE, version="3", limit="10")).text
    told = html.unescape(page)
    assert "<strong>Different</strong>" in page
    assert "<strong>Same</strong>" in page
    assert "<b>" not in page
    assert "<b>\\u202eli" in told
    assert "gone" in page
    broken = (await one.post(HERE, page=HERE, version="2", limit="10")).text
    assert "<strong>Fails now</strong>" in broken
    assert "<strong>Fails no longer</strong>" in broken


@pytest.mark.usefixtures("shop")
async def test_without_calls_it_says_so_and_what_is_wrong_is_told(console: Open) -> None:
    one = await console("custom-database-editor")
    assert "There is no call to replay" in (await one.post(HERE, page=HERE, version="1", limit="5")).text
    for form, status in (({"version": "9"}, 404), ({"limit": "21"}, 400), ({"version": "x"}, 400)):
        sent = {"version": "1", "limit": "5", **form}
        assert (await one.post(HERE, page=HERE, **sent)).status_code == status


@pytest.mark.parametrize(
    ("role", "script", "reason"),
    [
        ("viewer", "getUser", "Your roles do not let you run scripts"),
        ("custom-database-editor", "login", "never recorded"),
        ("custom-database-editor", "updateUser", "changes data"),
        ("custom-database-editor", "listUsers", "there is nothing to run"),
    ],
)
@pytest.mark.usefixtures("shop")
async def test_where_it_cannot_be_done_it_is_closed_and_says_why(
    console: Open, role: str, script: str, reason: str
) -> None:
    page = (await (await console(role)).get(HERE.replace("getUser", script))).text
    assert reason in page
    assert re.search(r"<fieldset disabled", page)
