"""A hostile mail template, looked at by somebody else: it runs nothing, asks no other host, and leads nowhere."""

from __future__ import annotations

from dataclasses import replace

from playwright.async_api import Route
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, signed_in
from tests.console.hostile import HOST

from poolhouse.services import Services

AWAY = f"https://{HOST}"
EVIL = f"""<script>top.document.title='evil'</script><img src="{AWAY}/x" onerror="top.name='evil'">
<svg onload="top.name='evil'"></svg><style>@import "{AWAY}/x"; body {{ background: url({AWAY}/y) }}</style>
<meta http-equiv="refresh" content="0; url={AWAY}/z"><iframe src="{AWAY}/frame"></iframe>
<link rel="stylesheet" href="{AWAY}/style"><a href="{AWAY}/top" target="_top">top</a>
<a href="/console" target="_blank">new</a>
<form action="{AWAY}/form" target="_top"><button autofocus>send</button></form>
<a href="{AWAY}/self">self</a> {{{{ code }}}}"""


async def test_a_hostile_template_does_nothing_where_it_is_previewed(
    services: Services, pool: PoolForTests, server: str, somebody: str, new_page: NewPage
) -> None:
    one = pool.administrator
    stored = await services.mail.get_template(one, "login_code")
    evil = replace(
        stored, name="<img src=x onerror=top.name='evil'>", subject=EVIL[:900], content=EVIL, enabled=True
    )
    await services.mail.put_template(one, evil)
    page = await new_page(locale="en-US")
    reached: list[str] = []

    async def outside(route: Route) -> None:
        reached.append(route.request.url)
        await route.fulfill(body="")

    await page.context.route(f"{AWAY}/**", outside)  # what the policy stops never comes here
    page.on("popup", lambda other: reached.append(other.url))
    await signed_in(page, server, somebody)
    here = f"{server}/console/pools/{pool.id}/mail-templates/LOGIN_VERIFY_CODE"
    await page.goto(here)
    title = await page.title()
    for button in ("Preview in English", "Preview in Chinese"):
        await page.get_by_role("button", name=button).click()
        frame = page.frame_locator("iframe[name=preview]")
        await frame.get_by_text("123456").first.wait_for()
        for click in (frame.get_by_text("top", exact=True), frame.get_by_text("new", exact=True)):
            await click.click()
        await frame.get_by_role("button", name="send").click()
        await frame.get_by_text("self", exact=True).click()
        await page.wait_for_timeout(200)
        assert page.url == here
        assert await page.title() == title
        assert await page.evaluate("window.name") == ""
    assert reached == []
