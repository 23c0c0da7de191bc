"""A pool whose every text is hostile, in a browser: nothing of it runs, and nothing is asked of another host."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, signed_in
from tests.console.hostile import ELEMENT, HANDLER, PAYLOADS, filled, poisoned

from poolhouse.services import Services
from poolhouse.wire.console import PAGES

_LOOK = f"""() => [
  document.documentElement.dataset.evil || '',
  ...[...document.querySelectorAll('*')].filter(one => one.localName === '{ELEMENT}' || one.hasAttribute('{HANDLER}'))
    .map(one => one.outerHTML.slice(0, 200))
].join('')"""


@pytest.mark.parametrize("payload", ["an element", "a script", "an attribute", "another host"])
async def test_no_payload_runs_on_any_page(
    services: Services, pool: PoolForTests, server: str, somebody: str, new_page: NewPage, payload: str
) -> None:
    things, _ = await poisoned(services, pool, await filled(services, pool), PAYLOADS[payload])
    page = await new_page(locale="en-US")
    outside: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda one: one.url.startswith((server, "data:")) or outside.append(one.url))
    page.on("dialog", lambda one: dialogs.append(one.message))
    await signed_in(page, server, somebody)
    made = {}
    for one in (one for one in PAGES if one.method == "GET" and one.access != "server-owner"):
        await page.goto(f"{server}/console{things.fill(one.path).replace('{pool}', pool.id)}?choose=1")
        if found := await page.evaluate(_LOOK):
            made[one.path] = found
    assert (made, outside, dialogs) == ({}, [], [])
