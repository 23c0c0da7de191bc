"""The page of the API: found, tried as the administrator, shown in each language; and the one for anyone at /docs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, signed_in, wider
from tests.console.browser.test_looks import LOOKS

from poolhouse.paging import PageRequest
from poolhouse.services import Services

CREATE = "#operations-groups-post-create-group"


def watched(page: Page, server: str) -> list[str]:
    """What the browser complains of, and what is asked of another host."""
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    ours = (f"{server}/", "data:", "blob:", "about:")
    page.on("request", lambda one: None if one.url.startswith(ours) else said.append(one.url))
    return said


async def opened(page: Page, words: str, operation: str) -> None:
    page.set_default_timeout(120_000)  # 360 operations are drawn: on a busy machine a while
    await page.locator(".operation-filter-input").fill(words)
    await page.locator(".opblock-tag").nth(1).wait_for(state="detached")
    await page.locator(".opblock-tag button").click()
    await page.locator(f"{operation} .opblock-summary-control").click()
    await page.locator(f"{operation} call-samples pre").wait_for()


async def executed(page: Page, operation: str) -> dict[str, Any]:
    await page.locator(f"{operation} .try-out__btn").click()
    await page.locator(f"{operation} .execute").click()
    shown = page.locator(f"{operation} .live-responses-table .highlight-code pre")
    answer: dict[str, Any] = json.loads(await shown.inner_text())
    return answer


@pytest.mark.parametrize("look", LOOKS)
async def test_an_administrator_tries_an_operation_without_a_token(
    server: str, new_page: NewPage, services: Services, pool: PoolForTests, somebody: str, look: str
) -> None:
    page = await new_page(**LOOKS[look])
    said = watched(page, server)
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/api")
    await opened(page, "create a GROUP /create-group", CREATE)
    answer = await executed(page, CREATE)
    assert answer["statusCode"] == 200
    made = await services.groups.get(pool.administrator, answer["data"]["code"])
    assert made.name == answer["data"]["name"]
    assert "/api/v3/create-group" in await page.locator(f"{CREATE} .request-url").inner_text()
    for language, written in (
        ("Python", "management.create_group("),
        ("Java", "management.createGroup(asked)"),
    ):
        await page.locator("call-samples button", has_text=language).first.click()
        assert written in await page.locator("call-samples pre").first.inner_text()
    assert await page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert await judged(page) + await wider(page) == []
    assert said == []


@pytest.mark.parametrize("how", ["it ran out", "the cookie is gone"])
async def test_a_session_that_ended_is_said_and_nothing_is_done(
    server: str, new_page: NewPage, services: Services, pool: PoolForTests, somebody: str, how: str
) -> None:
    groups = len((await services.groups.list(pool.administrator, PageRequest(1, 10))).items)
    page = await new_page(locale="en-US")
    await signed_in(page, server, somebody)
    await page.goto(f"{server}/console/pools/{pool.id}/api")
    await opened(page, "/create-group", CREATE)
    if (
        how == "it ran out"
    ):  # its cookie is still there, and the answer is a page that asks to sign in in place
        await services.db.execute("update administrator_sessions set seen_at = seen_at - interval '3 hours'")
    else:
        await page.context.clear_cookies()
    answer = await executed(page, CREATE)
    assert "ended and the call was not done" in answer["message"]
    assert len((await services.groups.list(pool.administrator, PageRequest(1, 10))).items) == groups


async def test_anybody_reads_it_and_tries_with_their_own_token(
    server: str, new_page: NewPage, pool: PoolForTests
) -> None:
    page = await new_page(**LOOKS["narrow, dark, Chinese"])
    said = watched(page, server)
    await page.goto(f"{server}/docs")
    await opened(page, "/create-group", CREATE)
    assert (await executed(page, CREATE))["statusCode"] == 401
    assert await judged(page) + await wider(page) == []
    assert said == []
